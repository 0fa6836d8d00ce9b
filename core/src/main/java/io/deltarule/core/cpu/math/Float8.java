package io.deltarule.core.cpu.math;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** Numbers of 8 bits, E4M3 without infinities, as float32 times a scale. Offsets are in bytes. */
public final class Float8 {
    private static final VectorSpecies<Byte> BYTES =
            VectorSpecies.of(byte.class, VectorShape.forBitSize(Math.max(64, Lanes.SPECIES.vectorBitSize() / 4)));
    private static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, Lanes.SPECIES.vectorShape());
    private static final float MOVE = 0x1p120f; // from float32's bias of the exponent to E4M3's
    private static final int NAN = 0x7fc00000;

    private Float8() {}

    /** Copies numbers: value, then times scale, rounded once. */
    public static void widen(MemorySegment from, long at, MemorySegment to, long toAt, int count, float scale) {
        int i = 0;
        for (; i + BYTES.length() <= count; i += Lanes.COUNT) {
            IntVector bits = (IntVector) ByteVector.fromMemorySegment(BYTES, from, at + i, ByteOrder.LITTLE_ENDIAN)
                    .convertShape(VectorOperators.B2I, INTS, 0);
            IntVector magnitude = bits.and(0x7f);
            IntVector moved = magnitude
                    .lanewise(VectorOperators.LSHL, 20)
                    .or(bits.and(0x80).lanewise(VectorOperators.LSHL, 24));
            moved.reinterpretAsFloats()
                    .mul(MOVE)
                    .mul(scale)
                    .reinterpretAsInts()
                    .blend(NAN, magnitude.compare(VectorOperators.EQ, 0x7f))
                    .reinterpretAsFloats()
                    .intoMemorySegment(to, toAt + (long) i * Float.BYTES, Lanes.ORDER);
        }
        for (; i < count; i++) {
            int bits = from.get(ValueLayout.JAVA_BYTE, at + i);
            float value = (bits & 0x7f) == 0x7f
                    ? Float.NaN
                    : Float.intBitsToFloat(((bits & 0x80) << 24) | ((bits & 0x7f) << 20)) * MOVE;
            to.set(ValueLayout.JAVA_FLOAT, toAt + (long) i * Float.BYTES, value * scale);
        }
    }
}
