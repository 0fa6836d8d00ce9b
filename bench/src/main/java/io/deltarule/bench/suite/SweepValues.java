package io.deltarule.bench.suite;

import java.util.List;

/**
 * The values that the curves of a suite go over; an empty list leaves its curve out.
 *
 * @param heads of the prefills that show how many it takes
 * @param headSizes K = V of the prefills that show what wide heads cost, and of the selective reads
 * @param forms tokens of prefills in both forms
 * @param batches sequences that decode together
 * @param gradients tokens of backward passes
 */
record SweepValues(
        List<Integer> heads,
        List<Integer> headSizes,
        List<Integer> forms,
        List<Integer> batches,
        List<Integer> gradients) {
    /** One backward pass and no curve. */
    static SweepValues none(int tokens) {
        return new SweepValues(List.of(), List.of(), List.of(), List.of(), List.of(tokens));
    }
}
