package io.deltarule.models.segment;

import java.util.ArrayList;
import java.util.List;

/** The states at which segments begin, from what each of them does to its state: the one step that goes from segment to segment. */
public final class SegmentStates {
    private SegmentStates() {}

    /**
     * Composes.
     *
     * @param transfers of one delta rule, one for each segment but the last
     * @param empty how many numbers a state has
     * @return [HV, K, V] before each segment, zeros before the first
     */
    public static List<float[]> of(List<SegmentTransfer> transfers, int empty) {
        List<float[]> states = new ArrayList<>();
        states.add(new float[empty]);
        for (SegmentTransfer transfer : transfers) {
            states.add(transfer.apply(states.getLast()));
        }
        return states;
    }
}
