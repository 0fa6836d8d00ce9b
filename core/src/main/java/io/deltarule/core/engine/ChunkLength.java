package io.deltarule.core.engine;

import io.deltarule.core.PlanSpec;

/**
 * How many micro-steps a chunk may have without losing digits.
 *
 * <p>A chunk finds what its erasures leave of a state, or of a gradient, as a difference of numbers of the size that it had
 * before. Micro-steps that erase along directions of their own leave little once there are more of them than directions, K of
 * them: with K = 4, β = 1 and 64 random unit keys 1e-7, which is no digit of float32. The recurrence multiplies what is left
 * step by step and keeps its digits, and so do chunks that are short beside K. See docs/math/backward.md for what is measured.
 */
public final class ChunkLength {
    private static final int FEW_CHANNELS = 16;

    private ChunkLength() {}

    /** The longest chunk of an operation; where nothing is erased, nothing is lost either, and it is as long as it is asked for. */
    public static int most(PlanSpec spec) {
        return spec.variant().erases() ? most(spec.shape().K(), spec.chunkSize()) : spec.chunkSize();
    }

    /**
     * The longest chunk that erases: of few key channels half as many micro-steps as channels, and at least one; of more twice as many.
     *
     * @param K key channels
     * @param asked the plan's chunk size
     */
    private static int most(int K, int asked) {
        return Math.min(asked, K < FEW_CHANNELS ? Math.max(1, K / 2) : 2 * K);
    }
}
