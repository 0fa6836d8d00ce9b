package io.deltarule.loader;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Builds the bytes of GGUF files by hand, independently of the writer under test. */
final class GgufBytes {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    /** A file of version 3 that says how many tensors and keys follow. */
    static GgufBytes start(long tensors, long keys) {
        return new GgufBytes().ascii("GGUF").u32(3).u64(tensors).u64(keys);
    }

    GgufBytes ascii(String text) {
        out.writeBytes(text.getBytes(StandardCharsets.ISO_8859_1));
        return this;
    }

    GgufBytes u8(int value) {
        out.write(value);
        return this;
    }

    GgufBytes u32(int value) {
        out.writeBytes(ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(value)
                .array());
        return this;
    }

    GgufBytes u64(long value) {
        out.writeBytes(ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(value)
                .array());
        return this;
    }

    GgufBytes text(String text) {
        return u64(text.length()).ascii(text);
    }

    /** A key with a U32. */
    GgufBytes key(String name, int value) {
        return text(name).u32(4).u32(value);
    }

    /** A tensor of two axes, the file's order. */
    GgufBytes tensor(String name, int type, long row, long rows, long offset) {
        return text(name).u32(2).u64(row).u64(rows).u32(type).u64(offset);
    }

    /** Padding to the usual alignment, then zeros. */
    byte[] data(int bytes) {
        while (out.size() % 32 != 0) {
            out.write(0);
        }
        out.writeBytes(new byte[bytes]);
        return bytes();
    }

    byte[] bytes() {
        return out.toByteArray();
    }
}
