package io.deltarule.models.segment;

import io.deltarule.core.layer.LayerOp;
import io.deltarule.core.layer.MatrixOp;
import io.deltarule.core.layer.SequenceOp;
import io.deltarule.models.inference.Network;

/**
 * Multiply-adds of one token in a network's body: what a plan counts with, and what measured speeds are counted in.
 *
 * @param products of its matrix products, L
 * @param deltas of its delta rules, D = Σ 4 HV K V n_h: fade, look up, write, read
 * @param maps of what these do to their states, with K more columns beside V: Σ 4 HV K (V + K) n_h
 */
public record TokenWork(double products, double deltas, double maps) {
    private static final int PER_ENTRY = 4;

    /** Counts. */
    public static TokenWork of(Network network) {
        double products = 0;
        double deltas = 0;
        double maps = 0;
        for (LayerOp op : network.body().ops()) {
            if (op instanceof MatrixOp.Linear linear) {
                products += (double) linear.in().width() * linear.out().width();
            } else if (op instanceof SequenceOp.Delta delta) {
                var s = delta.shape();
                double rows = (double) PER_ENTRY * s.HV() * s.K() * s.householders();
                deltas += rows * s.V();
                maps += rows * (s.V() + s.K());
            }
        }
        return new TokenWork(products, deltas, maps);
    }

    /** Token after token: L + D. */
    public double inOrder() {
        return products + deltas;
    }

    /** In a segment, where each delta rule runs twice. */
    public double inSegment() {
        return products + deltas + maps;
    }
}
