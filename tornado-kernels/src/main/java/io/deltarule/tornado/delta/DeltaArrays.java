package io.deltarule.tornado.delta;

import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/**
 * One delta rule's tensors on the device. Tensors that a variant uses twice (k as erase key, beta as both gains) are one
 * array passed twice.
 *
 * @param q [tokens, H, K]
 * @param k [micro-steps, H, K]
 * @param v [micro-steps, HV, V]
 * @param g [tokens, HV, G]; one number that no kernel reads without a gate
 * @param erase k, or a tensor of its own [micro-steps, H or HV, K]; k, unread, where nothing is erased
 * @param eraseGain β [micro-steps, HV], or one number per key channel [micro-steps, H or HV, K]; the write gain, unread, where
 *     nothing is erased
 * @param writeGain β, or one number per value channel [micro-steps, HV, V]
 * @param r read queries [tokens, HV, V]; null without a selective read
 * @param lambda weights of log-linear levels [tokens, HV, L]; null for one state
 * @param state [N, HV, K, V], or [N, HV, L, K, V] with levels
 * @param o linear read-out [tokens, HV, V]
 * @param oCross selective read-out, likewise; null without one
 * @param map how erase keys and write values are formed of them
 */
public record DeltaArrays(
        FloatArray q,
        FloatArray k,
        FloatArray v,
        FloatArray g,
        FloatArray erase,
        FloatArray eraseGain,
        FloatArray writeGain,
        FloatArray r,
        FloatArray lambda,
        FloatArray state,
        FloatArray o,
        FloatArray oCross,
        InputMap map) {
    /** The same with others in the places of the read-outs. */
    public DeltaArrays withReads(FloatArray linear, FloatArray cross) {
        return new DeltaArrays(q, k, v, g, erase, eraseGain, writeGain, r, lambda, state, linear, cross, map);
    }

    /** The weights of levels; for one state an array in their place that no kernel writes. */
    public FloatArray weights() {
        return lambda == null ? g : lambda;
    }
}
