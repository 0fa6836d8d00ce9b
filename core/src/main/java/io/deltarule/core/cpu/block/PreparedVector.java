package io.deltarule.core.cpu.block;

import static io.deltarule.core.cpu.math.Lanes.ORDER;
import static io.deltarule.core.cpu.math.Lanes.SPECIES;

import io.deltarule.core.cpu.math.Lanes;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/** A vector that rows of K-quants are multiplied by, followed by what of it is the same for every row. */
final class PreparedVector {
    private static final int PART = 32;

    private PreparedVector() {}

    /** x, then for every part of 32 a vector with the sums of the part's vectors. */
    static void partSums(MemorySegment x, long at, int n, MemorySegment to, long toAt) {
        long length = (long) n * Float.BYTES;
        MemorySegment.copy(x, at, to, toAt, length);
        for (int i = 0; i < n; i += PART) {
            FloatVector sum = FloatVector.zero(SPECIES);
            for (int j = 0; j < PART; j += Lanes.COUNT) {
                sum = sum.add(FloatVector.fromMemorySegment(SPECIES, x, at + (long) (i + j) * Float.BYTES, ORDER));
            }
            sum.intoMemorySegment(to, toAt + length + (long) i / PART * Lanes.BYTES, ORDER);
        }
    }

    /** x, then −32 x. */
    static void timesMinus32(MemorySegment x, long at, int n, MemorySegment to, long toAt) {
        long length = (long) n * Float.BYTES;
        MemorySegment.copy(x, at, to, toAt, length);
        for (int i = 0; i < n; i += Lanes.COUNT) {
            long place = (long) i * Float.BYTES;
            FloatVector.fromMemorySegment(SPECIES, x, at + place, ORDER)
                    .mul(-32)
                    .intoMemorySegment(to, toAt + length + place, ORDER);
        }
    }
}
