package io.deltarule.core.reference.delta;

import io.deltarule.core.Tensor;

/**
 * Where log-linear states begin: at position 0 with zeros, or where an earlier run left them.
 *
 * @param state [N, HV, L, K, V], null for zeros
 * @param positions tokens that each sequence has had; null for none
 */
@SuppressWarnings("ArrayRecordComponent") // never modified
public record LevelStart(Tensor state, int[] positions) {
    /** Sequences at their beginning. */
    public static final LevelStart NONE = new LevelStart(null, null);

    int position(int sequence) {
        return positions == null ? 0 : positions[sequence];
    }
}
