package io.deltarule.core.engine;

import io.deltarule.core.layer.Weight;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Looks for numbers that are not finite. */
public final class FiniteNumbers {
    private static final int SOME = 4096; // whole blocks of every type of weights

    private FiniteNumbers() {}

    /** Whether all of the first numbers of a segment of float32 are finite. */
    public static boolean in(MemorySegment numbers, long count) {
        float[] some = new float[(int) Math.min(SOME, count)];
        for (long at = 0; at < count; at += SOME) {
            int n = (int) Math.min(SOME, count - at);
            MemorySegment.copy(numbers, ValueLayout.JAVA_FLOAT_UNALIGNED, at * Float.BYTES, some, 0, n);
            if (!all(some, n)) {
                return false;
            }
        }
        return true;
    }

    /** Whether all of a weight's numbers are. */
    public static boolean in(Weight weight) {
        for (long at = 0; at < weight.size(); at += SOME) {
            float[] some = new float[(int) Math.min(SOME, weight.size() - at)];
            weight.read(at, some);
            if (!all(some, some.length)) {
                return false;
            }
        }
        return true;
    }

    private static boolean all(float[] numbers, int n) {
        float sum = 0; // of zeros, or NaN
        for (int i = 0; i < n; i++) {
            sum += numbers[i] * 0;
        }
        return sum == 0;
    }
}
