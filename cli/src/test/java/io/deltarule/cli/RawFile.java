package io.deltarule.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A small valid operation (gated delta rule, B 1, T 3, H 1, HV 2, K 4, V 2) whose parts can be replaced by wrong ones,
 * written byte by byte so that the file can be one that no writer would make.
 */
final class RawFile {
    final Map<String, String> metadata = new LinkedHashMap<>();
    private final Map<String, String> dtypes = new LinkedHashMap<>();
    private final Map<String, long[]> shapes = new LinkedHashMap<>();
    private final Map<String, byte[]> bytes = new LinkedHashMap<>();

    RawFile() {
        metadata.put("variant", "gated_delta_rule");
        floats("q", 0.25f, 1, 3, 1, 4);
        floats("k", 0.5f, 1, 3, 1, 4);
        floats("v", 1, 1, 3, 2, 2);
        floats("g", -0.1f, 1, 3, 2);
        floats("beta", 0.5f, 1, 3, 2);
    }

    /** A float32 tensor of one repeated value. */
    RawFile floats(String name, float value, long... shape) {
        int count = (int) Arrays.stream(shape).reduce(1, (a, b) -> a * b);
        ByteBuffer data = ByteBuffer.allocate(4 * count).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < count; i++) {
            data.putFloat(value);
        }
        return tensor(name, "F32", data.array(), shape);
    }

    RawFile longs(String name, long... values) {
        ByteBuffer data = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        for (long value : values) {
            data.putLong(value);
        }
        return tensor(name, "I64", data.array(), values.length);
    }

    RawFile tensor(String name, String dtype, byte[] data, long... shape) {
        dtypes.put(name, dtype);
        shapes.put(name, shape);
        bytes.put(name, data);
        return this;
    }

    RawFile without(String name) {
        dtypes.remove(name);
        shapes.remove(name);
        bytes.remove(name);
        return this;
    }

    RawFile meta(String key, String value) {
        metadata.put(key, value);
        return this;
    }

    /** Sets one float of a tensor. */
    RawFile set(String name, int index, float value) {
        ByteBuffer.wrap(bytes.get(name)).order(ByteOrder.LITTLE_ENDIAN).putFloat(4 * index, value);
        return this;
    }

    String header() {
        StringBuilder json = new StringBuilder("{\"__metadata__\":{")
                .append(metadata.entrySet().stream()
                        .map(e -> '"' + e.getKey() + "\":\"" + e.getValue() + '"')
                        .collect(Collectors.joining(",")))
                .append('}');
        long begin = 0;
        for (Map.Entry<String, String> tensor : dtypes.entrySet()) {
            long end = begin + bytes.get(tensor.getKey()).length;
            json.append(",\"%s\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":[%d,%d]}"
                    .formatted(
                            tensor.getKey(),
                            tensor.getValue(),
                            Arrays.toString(shapes.get(tensor.getKey())),
                            begin,
                            end));
            begin = end;
        }
        return json.append('}').toString();
    }

    byte[] content(String header) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] text = header.getBytes(StandardCharsets.UTF_8);
        out.writeBytes(ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(text.length)
                .array());
        out.writeBytes(text);
        bytes.values().forEach(out::writeBytes);
        return out.toByteArray();
    }

    byte[] content() {
        return content(header());
    }

    Path write(Path path) {
        return write(path, content());
    }

    static Path write(Path path, byte[] content) {
        try {
            return Files.write(path, content);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
