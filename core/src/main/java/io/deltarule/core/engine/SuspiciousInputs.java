package io.deltarule.core.engine;

import io.deltarule.core.DeltaInputs;
import io.deltarule.core.DeltaShape;
import io.deltarule.core.Input;
import io.deltarule.core.InvalidInputException;
import io.deltarule.core.PlanSpec;
import io.deltarule.core.Tensor;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.atomic.AtomicBoolean;

/** Mistakes that fit every length and would give wrong numbers without a word. */
final class SuspiciousInputs {
    private static final Logger LOG = System.getLogger("io.deltarule");
    private static final ValueLayout.OfInt BITS = ValueLayout.JAVA_INT_UNALIGNED;
    private static final int BLOCK = 1 << 13;
    private static final AtomicBoolean WARNED = new AtomicBoolean();

    private SuspiciousInputs() {}

    /**
     * Refuses decays above 0: g is the logarithm of a decay, and whoever gives the decay itself has numbers from 0 to 1 there.
     *
     * @throws InvalidInputException naming the first
     */
    static void refuseGrowth(DeltaInputs in) {
        Tensor g = in.get(Input.G);
        if (g == null) {
            return;
        }
        if (!anyPositive(g.data())) {
            return;
        }
        for (long i = 0; i < g.size(); i++) {
            if (g.get(i) > 0) { // NaN is refused as a result
                throw new InvalidInputException("g: expected natural logarithms of decays, at most 0, but found "
                        + g.get(i) + " at row-major index " + i + " of " + g
                        + "; if these are the decays themselves, exp(g), give their logarithms");
            }
        }
    }

    /**
     * Whether a number of many is above 0 (or a NaN without a sign). A float is where its bits are above 0 as an integer; the
     * disjunction of what is left of these is a loop that Java runs on vectors. Numbers are copied out in blocks, because a
     * loop over a segment is that fast only while its callers' segments are all of one kind.
     */
    private static boolean anyPositive(MemorySegment floats) {
        long count = floats.byteSize() / Float.BYTES;
        int[] block = new int[(int) Math.min(BLOCK, count)];
        for (long begin = 0; begin < count; begin += BLOCK) {
            int numbers = (int) Math.min(BLOCK, count - begin);
            MemorySegment.copy(floats, BITS, begin * Float.BYTES, block, 0, numbers);
            if (anyPositive(block, numbers)) {
                return true;
            }
        }
        return false;
    }

    private static boolean anyPositive(int[] bits, int count) {
        int left = 0;
        for (int i = 0; i < count; i++) {
            left |= bits[i] & ~(bits[i] >> 31);
        }
        return left != 0;
    }

    /** Warns once of what {@link #looksSwapped}. */
    static void warnOfSwappedAxes(PlanSpec spec, DeltaShape shape, DeltaInputs in) {
        if (looksSwapped(spec, shape, in) && WARNED.compareAndSet(false, true)) {
            LOG.log(
                    Level.WARNING,
                    "q {0}: fewer tokens than heads; the order is [B, T, H, K], and if these are [B, H, T, K], exchange the"
                            + " second axis and the third of all tensors",
                    in.get(Input.Q));
        }
    }

    /**
     * Whether tensors look like [B, H, T, K] instead of [B, T, H, K]: fewer tokens than heads, and one number of heads for all
     * tensors, without which the swapped ones would not fit each other. Single tokens, packed batches and plans that keep
     * their state have few tokens for good reasons.
     */
    static boolean looksSwapped(PlanSpec spec, DeltaShape shape, DeltaInputs in) {
        return shape.T() > 1
                && shape.T() < shape.H()
                && shape.H() == shape.HV()
                && in.cuSeqlens() == null
                && !spec.keepsState();
    }
}
