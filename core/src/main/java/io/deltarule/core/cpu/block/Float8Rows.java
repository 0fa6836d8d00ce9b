package io.deltarule.core.cpu.block;

import static io.deltarule.core.cpu.block.BlockRows.BYTES;
import static io.deltarule.core.cpu.block.BlockRows.INTS;
import static io.deltarule.core.cpu.math.Lanes.ORDER;
import static io.deltarule.core.cpu.math.Lanes.SPECIES;
import static io.deltarule.core.cpu.math.NativeMemory.ALL;
import static io.deltarule.core.cpu.math.NativeMemory.MASK;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.deltarule.core.cpu.math.Lanes;
import io.deltarule.core.cpu.math.NativeMemory;
import io.deltarule.core.layer.BlockScales;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Rows of E4M3 numbers with scales per block times one vector, out of their bytes. A byte moved to the upper end of a
 * float32 is its number times 2⁻¹²⁰, subnormal ones included; but for the two bytes of NaN, which are looked for apart.
 */
public final class Float8Rows {
    /** Numbers that a loop of a constant length takes: whole vectors on every machine, also of bytes. */
    private static final int PART = 64;

    private static final int MAGNITUDE_BITS = 0x7f;
    private static final int TO_EXPONENT = 20; // from E4M3's place to float32's
    private static final int SIGN_AND_NUMBER = 0x87f00000; // the sign, which a longer integer repeats, once
    private static final float MOVE = 0x1p120f; // from float32's bias of the exponent to E4M3's

    private Float8Rows() {}

    /** Whether rows of n numbers in blocks of these scales, null for none, can be multiplied so. */
    public static boolean take(int n, BlockScales scales) {
        return BlockRows.vectors() && n % PART == 0 && (scales == null || scales.side() % PART == 0);
    }

    /**
     * Two products.
     *
     * @param w off-heap rows
     * @param row the first
     * @param other the second
     * @param x off-heap
     * @param n numbers in a row and, from byte offset xAt on, in x
     * @param y overwritten at byte offsets y0 and y1
     * @return whether it did; not so where a NaN is among the numbers
     */
    public static boolean two(
            MemorySegment w,
            BlockScales scales,
            long row,
            long other,
            MemorySegment x,
            long xAt,
            int n,
            MemorySegment y,
            long y0,
            long y1) {
        long r0 = NativeMemory.address(w, row * n, n) & MASK;
        long r1 = NativeMemory.address(w, other * n, n) & MASK;
        long v = NativeMemory.address(x, xAt, (long) n * Float.BYTES) & MASK;
        if (anyNaN(r0, n) || anyNaN(r1, n)) {
            return false;
        }
        int side = scales == null ? n : scales.side();
        FloatVector s0 = FloatVector.zero(SPECIES);
        FloatVector s1 = s0;
        for (int begin = 0; begin < n; begin += side) {
            int end = Math.min(n, begin + side);
            FloatVector p0 = FloatVector.zero(SPECIES);
            FloatVector p1 = p0;
            for (int part = begin; part < end; part += PART) {
                for (int j = 0; j < PART; j += Lanes.COUNT) {
                    long at = (long) part + j;
                    FloatVector a = FloatVector.fromMemorySegment(SPECIES, ALL, v + at * Float.BYTES, ORDER);
                    IntVector b0 = (IntVector) ByteVector.fromMemorySegment(BYTES, ALL, r0 + at, LITTLE_ENDIAN)
                            .convertShape(VectorOperators.B2I, INTS, 0);
                    IntVector b1 = (IntVector) ByteVector.fromMemorySegment(BYTES, ALL, r1 + at, LITTLE_ENDIAN)
                            .convertShape(VectorOperators.B2I, INTS, 0);
                    p0 = b0.lanewise(VectorOperators.LSHL, TO_EXPONENT)
                            .and(SIGN_AND_NUMBER)
                            .reinterpretAsFloats()
                            .mul(MOVE)
                            .fma(a, p0);
                    p1 = b1.lanewise(VectorOperators.LSHL, TO_EXPONENT)
                            .and(SIGN_AND_NUMBER)
                            .reinterpretAsFloats()
                            .mul(MOVE)
                            .fma(a, p1);
                }
            }
            s0 = p0.fma(FloatVector.broadcast(SPECIES, scales == null ? 1 : scales.at(row, begin)), s0);
            s1 = p1.fma(FloatVector.broadcast(SPECIES, scales == null ? 1 : scales.at(other, begin)), s1);
        }
        y.set(ValueLayout.JAVA_FLOAT, y0, Lanes.sum(s0));
        y.set(ValueLayout.JAVA_FLOAT, y1, Lanes.sum(s1));
        return true;
    }

    /** Their magnitude is the largest, so that 1 more carries to the sign. */
    private static boolean anyNaN(long row, int n) {
        ByteVector carried = ByteVector.zero(ByteVector.SPECIES_MAX);
        for (int j = 0; j < n; j += ByteVector.SPECIES_MAX.length()) {
            ByteVector bytes = ByteVector.fromMemorySegment(ByteVector.SPECIES_MAX, ALL, row + j, LITTLE_ENDIAN);
            carried = carried.or(bytes.and((byte) MAGNITUDE_BITS).add((byte) 1));
        }
        return carried.reduceLanes(VectorOperators.OR) < 0;
    }
}
