package io.deltarule.loader;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.deltarule.loader.SafetensorsException.Problem;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Collection;
import java.util.Map;

/** Writes a header as the reference writer does: no spaces in the JSON, then spaces up to a multiple of 8 bytes. */
final class HeaderEncoder {
    private static final JsonFactory JSON = new JsonFactory();

    private HeaderEncoder() {}

    /**
     * The bytes of a file before its data: length, JSON, padding.
     *
     * @param metadata left out of the JSON when empty
     * @throws SafetensorsException if the header is longer than readers accept
     */
    static byte[] encode(Map<String, String> metadata, Collection<TensorInfo> tensors, String label) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(new byte[Header.LENGTH_BYTES]); // the length, set below
        try (JsonGenerator json = JSON.createGenerator(out)) {
            json.writeStartObject();
            if (!metadata.isEmpty()) {
                json.writeObjectFieldStart(HeaderParser.METADATA);
                for (Map.Entry<String, String> entry : metadata.entrySet()) {
                    json.writeStringField(entry.getKey(), entry.getValue());
                }
                json.writeEndObject();
            }
            for (TensorInfo tensor : tensors) {
                write(json, tensor);
            }
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory does not fail", e);
        }
        while (out.size() % Long.BYTES != 0) {
            out.write(' ');
        }
        int length = out.size() - Header.LENGTH_BYTES;
        if (length > Header.MAX_LENGTH) {
            throw new SafetensorsException(
                    Problem.HEADER_TOO_LARGE,
                    label,
                    "header length",
                    "at most " + Header.MAX_LENGTH + " bytes",
                    length + " bytes",
                    "write fewer tensors, shorter names or less metadata to one file");
        }
        byte[] bytes = out.toByteArray();
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(0, length);
        return bytes;
    }

    private static void write(JsonGenerator json, TensorInfo tensor) throws IOException {
        json.writeObjectFieldStart(tensor.name());
        json.writeStringField("dtype", tensor.dtype().name());
        json.writeFieldName("shape");
        long[] shape = tensor.shape();
        json.writeArray(shape, 0, shape.length);
        json.writeFieldName("data_offsets");
        json.writeArray(new long[] {tensor.begin(), tensor.end()}, 0, 2);
        json.writeEndObject();
    }
}
