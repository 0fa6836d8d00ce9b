package io.deltarule.core.cpu.math;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** Numbers of 16 bits, little-endian, as float32, exactly. Offsets are in bytes. */
public final class HalfFloats {
    private static final VectorSpecies<Short> SHORTS =
            VectorSpecies.of(short.class, VectorShape.forBitSize(Math.max(64, Lanes.SPECIES.vectorBitSize() / 2)));
    private static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, Lanes.SPECIES.vectorShape());
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final int EXPONENT = 23; // where a float's begins
    private static final int REBIAS = (127 - 15) << EXPONENT;

    private HalfFloats() {}

    /** Copies bfloat16 numbers. */
    public static void widenBrain(MemorySegment from, long at, MemorySegment to, long toAt, int count) {
        int i = 0;
        for (; i + SHORTS.length() <= count; i += Lanes.COUNT) {
            Lanes.store(brain(from, at + (long) i * Short.BYTES), to, toAt + (long) i * Float.BYTES);
        }
        for (; i < count; i++) {
            float value = Float.intBitsToFloat(from.get(SHORT, at + (long) i * Short.BYTES) << 16);
            to.set(ValueLayout.JAVA_FLOAT, toAt + (long) i * Float.BYTES, value);
        }
    }

    /** Copies IEEE half precision numbers. */
    public static void widen(MemorySegment from, long at, MemorySegment to, long toAt, int count) {
        int i = 0;
        for (; i + SHORTS.length() <= count; i += Lanes.COUNT) {
            Lanes.store(half(from, at + (long) i * Short.BYTES), to, toAt + (long) i * Float.BYTES);
        }
        for (; i < count; i++) {
            float value = Float.float16ToFloat(from.get(SHORT, at + (long) i * Short.BYTES));
            to.set(ValueLayout.JAVA_FLOAT, toAt + (long) i * Float.BYTES, value);
        }
    }

    private static IntVector bits(MemorySegment data, long at) {
        return (IntVector) ShortVector.fromMemorySegment(SHORTS, data, at, ByteOrder.LITTLE_ENDIAN)
                .convertShape(VectorOperators.S2I, INTS, 0);
    }

    /** A vector of bfloat16 numbers. */
    static FloatVector brain(MemorySegment data, long at) {
        return bits(data, at).lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
    }

    /**
     * A vector of IEEE half precision numbers: exponents moved to float32's bias, subnormal ones by subtracting the
     * implicit 1 that the move gave them, infinities and NaN moved once more.
     */
    static FloatVector half(MemorySegment data, long at) {
        IntVector bits = bits(data, at);
        IntVector magnitude = bits.and(0x7fff).lanewise(VectorOperators.LSHL, 13);
        IntVector moved = magnitude.add(REBIAS);
        FloatVector small = moved.add(1 << EXPONENT).reinterpretAsFloats().sub(0x1p-14f);
        IntVector result = moved.blend(small.reinterpretAsInts(), magnitude.compare(VectorOperators.LT, 1 << EXPONENT))
                .blend(moved.add(REBIAS), magnitude.compare(VectorOperators.GE, 31 << EXPONENT));
        return result.or(bits.and(0x8000).lanewise(VectorOperators.LSHL, 16)).reinterpretAsFloats();
    }
}
