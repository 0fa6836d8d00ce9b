package io.deltarule.loader;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Builds the bytes of files by hand, independently of the writer under test. */
final class FileBytes {
    private FileBytes() {}

    /** A file of this header text, its true length before it, and {@code dataSize} zero bytes after it. */
    static byte[] file(String header, int dataSize) {
        return file(header, new byte[dataSize]);
    }

    static byte[] file(String header, byte[] data) {
        return file(header.getBytes(StandardCharsets.UTF_8), data);
    }

    static byte[] file(byte[] header, byte[] data) {
        return claiming(header.length, header, data);
    }

    /** A file whose first 8 bytes say {@code length}, whatever the header's true length. */
    static byte[] claiming(long length, byte[] header, byte[] data) {
        return ByteBuffer.allocate(8 + header.length + data.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(length)
                .put(header)
                .put(data)
                .array();
    }

    static Path write(Path folder, String name, byte[] bytes) {
        try {
            return Files.write(folder.resolve(name), bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
