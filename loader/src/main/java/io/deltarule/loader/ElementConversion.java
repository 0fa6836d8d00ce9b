package io.deltarule.loader;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Copies a tensor's bytes, little-endian and at any alignment, into native floats or longs.
 *
 * <p>Narrow types go through a block of arrays: bulk copies handle order and alignment, and the loop between two arrays
 * is one that the JIT vectorises.
 */
final class ElementConversion {
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfDouble DOUBLE =
            ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private static final int BLOCK = 8192;

    private ElementConversion() {}

    /** Whether {@link #toFloats} takes the type. */
    static boolean hasFloats(Dtype dtype) {
        return switch (dtype) {
            case F16, BF16, F32, F64 -> true;
            default -> false;
        };
    }

    /** Whether {@link #toLongs} takes the type. */
    static boolean hasLongs(Dtype dtype) {
        return switch (dtype) {
            case I32, I64 -> true;
            default -> false;
        };
    }

    /**
     * Writes each element as a native float: F16, BF16 and F32 exactly, F64 rounded to nearest.
     *
     * @param source {@code count} elements of {@code dtype}
     * @param target {@code count} floats, modified
     */
    static void toFloats(Dtype dtype, MemorySegment source, MemorySegment target, long count) {
        if (dtype == Dtype.F32) {
            MemorySegment.copy(source, FLOAT, 0, target, ValueLayout.JAVA_FLOAT_UNALIGNED, 0, count);
            return;
        }
        float[] floats = new float[(int) Math.min(BLOCK, count)];
        ToFloats convert = switch (dtype) {
            case F16 -> halves(floats);
            case BF16 -> brainFloats(floats);
            case F64 -> doubles(floats);
            default -> throw new AssertionError(dtype);
        };
        for (long done = 0; done < count; done += BLOCK) {
            int n = (int) Math.min(BLOCK, count - done);
            convert.block(source, done, n);
            MemorySegment.copy(floats, 0, target, ValueLayout.JAVA_FLOAT_UNALIGNED, done * Float.BYTES, n);
        }
    }

    /** Converts {@code n} elements of a source from the given one on. */
    private interface ToFloats {
        void block(MemorySegment source, long from, int n);
    }

    private static ToFloats halves(float[] floats) {
        short[] in = new short[floats.length];
        return (source, from, n) -> {
            MemorySegment.copy(source, SHORT, from * Short.BYTES, in, 0, n);
            for (int i = 0; i < n; i++) {
                floats[i] = Float.float16ToFloat(in[i]);
            }
        };
    }

    private static ToFloats brainFloats(float[] floats) {
        short[] in = new short[floats.length];
        return (source, from, n) -> {
            MemorySegment.copy(source, SHORT, from * Short.BYTES, in, 0, n);
            for (int i = 0; i < n; i++) {
                floats[i] = Float.intBitsToFloat(in[i] << 16);
            }
        };
    }

    private static ToFloats doubles(float[] floats) {
        double[] in = new double[floats.length];
        return (source, from, n) -> {
            MemorySegment.copy(source, DOUBLE, from * Double.BYTES, in, 0, n);
            for (int i = 0; i < n; i++) {
                floats[i] = (float) in[i];
            }
        };
    }

    /** Writes each element as a long, exactly. */
    static void toLongs(Dtype dtype, MemorySegment source, long[] target) {
        switch (dtype) {
            case I64 -> MemorySegment.copy(source, LONG, 0, target, 0, target.length);
            case I32 -> {
                for (int i = 0; i < target.length; i++) {
                    target[i] = source.get(INT, (long) i * Integer.BYTES);
                }
            }
            default -> throw new AssertionError(dtype);
        }
    }
}
