package io.deltarule.peer.torch;

import ai.djl.ndarray.NDArray;

/**
 * What one batch of equally long sequences brings.
 *
 * @param q [B, T, H, K]
 * @param k [B, T, H, K]
 * @param v [B, T, HV, V]
 * @param g [B, T, HV], or null without decay
 * @param beta [B, T, HV]
 * @param state [B · HV, K, V]
 * @param scale of the read-out
 */
record PeerBatch(NDArray q, NDArray k, NDArray v, NDArray g, NDArray beta, NDArray state, double scale) {
    /** The same tokens [from, to) of every tensor with another state. */
    PeerBatch tokens(int from, int to, NDArray otherState) {
        String range = ":, " + from + ":" + to;
        return new PeerBatch(
                q.get(range),
                k.get(range),
                v.get(range),
                g == null ? null : g.get(range),
                beta.get(range),
                otherState,
                scale);
    }

    long tokens() {
        return q.getShape().get(1);
    }

    /** How many value heads read each key head. */
    long group() {
        return v.getShape().get(2) / k.getShape().get(2);
    }

    /** q or k [B, T, H, K] as [B, HV, T, K], each head repeated for its value heads. */
    NDArray ofValueHeads(NDArray keys) {
        NDArray heads = keys.transpose(0, 2, 1, 3);
        return group() == 1 ? heads : heads.repeat(1, group());
    }

    /**
     * What comes out.
     *
     * @param o [B, T, HV, V], a view whose memory lies in another order
     * @param state [B · HV, K, V]
     */
    record Results(NDArray o, NDArray state) {}
}
