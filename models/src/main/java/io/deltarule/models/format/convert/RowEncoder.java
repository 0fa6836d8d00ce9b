package io.deltarule.models.format.convert;

import io.deltarule.core.Storage;
import io.deltarule.loader.GgufType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Rows of float32 as blocks, rounded to nearest, byte for byte as ggml's own reference makes them.
 *
 * <pre>
 *   Q8_0   d = max |x| / 127                          q = round(x / d), halves away from 0
 *   Q4_0   d = x of the largest |x|, divided by −8    q = ⌊x / d + 8.5⌋, at most 15
 * </pre>
 */
final class RowEncoder {
    private static final int BLOCK = 32;

    private RowEncoder() {}

    /** Puts a row's blocks. */
    static void encode(GgufType type, float[] row, ByteBuffer to) {
        to.order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < row.length; i += type.block()) {
            switch (type) {
                case F32 -> to.putFloat(row[i]);
                case F16 -> to.putShort(Float.floatToFloat16(row[i]));
                case BF16 -> to.putShort(Storage.BFLOAT16.encode(row[i]));
                case Q8_0 -> q8(row, i, to);
                case Q4_0 -> q4(row, i, to);
                default -> throw new IllegalArgumentException(type.toString());
            }
        }
    }

    private static void q8(float[] row, int from, ByteBuffer to) {
        float largest = 0;
        for (int i = from; i < from + BLOCK; i++) {
            largest = Math.max(largest, Math.abs(row[i]));
        }
        float d = largest / 127;
        float inverse = d == 0 ? 0 : 1 / d;
        to.putShort(Float.floatToFloat16(d));
        for (int i = from; i < from + BLOCK; i++) {
            float x = row[i] * inverse;
            int away = Math.round(Math.abs(x)); // bfloat16 numbers make many halves, which Math.round takes upwards
            to.put((byte) (x < 0 ? -away : away));
        }
    }

    private static void q4(float[] row, int from, ByteBuffer to) {
        float extreme = 0;
        for (int i = from; i < from + BLOCK; i++) {
            extreme = Math.abs(row[i]) > Math.abs(extreme) ? row[i] : extreme;
        }
        float d = extreme / -8;
        float inverse = d == 0 ? 0 : 1 / d;
        to.putShort(Float.floatToFloat16(d));
        for (int i = from; i < from + BLOCK / 2; i++) {
            to.put((byte) (nibble(row[i] * inverse) | (nibble(row[i + BLOCK / 2] * inverse) << 4)));
        }
    }

    private static int nibble(float x) {
        return Math.clamp((int) (x + 8.5f), 0, 15);
    }
}
