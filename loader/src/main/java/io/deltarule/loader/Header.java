package io.deltarule.loader;

import io.deltarule.loader.SafetensorsException.Problem;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;

/**
 * The checked header of a file: its metadata, and its tensors in the order of their bytes. The tensors' ranges cover
 * the bytes from {@code dataStart} to the end of the file without hole or overlap.
 *
 * <pre>  [ 8 bytes: N, little-endian u64 ][ N bytes: JSON, UTF-8 ][ tensors' bytes ]</pre>
 */
record Header(Map<String, String> metadata, List<TensorInfo> tensors, long dataStart) {
    /** The width of the header's length. */
    static final int LENGTH_BYTES = 8;

    /** The longest header that the reference implementation reads or writes. */
    static final long MAX_LENGTH = 100_000_000;

    private static final ValueLayout.OfLong LENGTH = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /**
     * Reads and checks the header of a whole file. Nothing is allocated by what the header claims, only by what it
     * holds.
     *
     * @param file all bytes of the file
     * @param label how messages name the file
     * @throws SafetensorsException if the bytes are no valid safetensors file
     */
    static Header read(MemorySegment file, String label) {
        if (file.byteSize() < LENGTH_BYTES) {
            throw new SafetensorsException(
                    Problem.FILE_TOO_SHORT,
                    label,
                    "file size",
                    "at least " + LENGTH_BYTES + " bytes",
                    file.byteSize() + " bytes",
                    SafetensorsException.DAMAGED);
        }
        long length = file.get(LENGTH, 0);
        // A set high bit reads as a negative number here: compare as the unsigned number that it is.
        if (Long.compareUnsigned(length, MAX_LENGTH) > 0) {
            throw new SafetensorsException(
                    Problem.HEADER_TOO_LARGE,
                    label,
                    "header length",
                    "at most " + MAX_LENGTH + " bytes",
                    Long.toUnsignedString(length) + " bytes",
                    ForeignFormat.cure(file));
        }
        long rest = file.byteSize() - LENGTH_BYTES;
        if (length > rest) {
            throw new SafetensorsException(
                    Problem.HEADER_PAST_END_OF_FILE,
                    label,
                    "header length",
                    "at most the " + rest + " bytes that follow it in the file",
                    length + " bytes",
                    SafetensorsException.DAMAGED);
        }
        MemorySegment json = file.asSlice(LENGTH_BYTES, length);
        Utf8.check(json, label);
        HeaderParser.Parsed parsed = new HeaderParser(label).parse(json);
        long dataStart = LENGTH_BYTES + length;
        List<TensorInfo> tensors = new DataLayout(label).check(parsed.tensors(), file.byteSize() - dataStart);
        return new Header(parsed.metadata(), tensors, dataStart);
    }
}
