package io.deltarule.models.segment;

import io.deltarule.core.Tensor;
import io.deltarule.core.layer.LayerEngine;
import io.deltarule.core.layer.LayerPlan;
import io.deltarule.core.layer.LayerSpec;
import io.deltarule.core.layer.Slot;
import io.deltarule.models.inference.ModelState;
import io.deltarule.models.inference.Network;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A sequence in segments: where each begins, what goes from one to the next, and the state at the end. Whoever spreads segments over machines
 * does the two steps of each stage there, {@link #transfer} and {@link #next}.
 *
 * @param run how a segment is computed
 * @param cuts where segments begin, and the end
 */
@SuppressWarnings("ArrayRecordComponent") // never modified
public record Segments(SegmentRun run, int[] cuts) {
    /** How many there are. */
    public int count() {
        return cuts.length - 1;
    }

    /** The place of a segment's first row, the overlap included. */
    public int position(int segment) {
        return segment == 0 ? 0 : cuts[segment] - run.network().overlap();
    }

    /** A segment's rows before the first delta rule. */
    public SegmentRows begin(int segment, int[] ids) {
        return run.begin(Arrays.copyOfRange(ids, position(segment), cuts[segment + 1]), position(segment));
    }

    /** What a stage's delta rule does from where this segment's state begins to where the next one's does. */
    public SegmentTransfer transfer(int stage, int segment, SegmentRows rows) {
        int reach = run.network().stages().get(stage).reach();
        return run.transfer(stage, rows, position(segment + 1) + reach - rows.position());
    }

    /** A stage from the state that was composed for it. */
    public SegmentRows next(int stage, SegmentRows rows, float[] state) {
        return run.next(stage, rows, state);
    }

    /** How many numbers the state of a stage's delta rule has. */
    public int stateSize(int stage) {
        var shape = run.network().stages().get(stage).delta().shape();
        return shape.HV() * shape.K() * shape.V();
    }

    /** The state after all tokens, from the last segment's rows after the last stage. */
    public ModelState end(SegmentRows last, int[] ids) {
        Network network = run.network().network();
        Slot slot = network.body().outputs().getFirst();
        float[] rows = last.slots().get(slot.name());
        Tensor row = Tensor.of(Arrays.copyOfRange(rows, rows.length - slot.width(), rows.length), 1, slot.width());
        Tensor logits = Tensor.zeros(1, network.vocabulary());
        LayerSpec head =
                LayerSpec.of(network.head(), network.weights(), 1, 1, 1).onDevice(run.device());
        try (LayerPlan plan = LayerEngine.of(run.engine()).plan(head)) {
            plan.run(new int[] {1}, List.of(row), List.of(logits));
        }
        return ModelState.of(network, ids, Tensor.of(logits.toArray(), network.vocabulary()), last.carried());
    }

    /** All of it in this process, one segment after the other. */
    public ModelState inThisProcess(int[] ids) {
        List<SegmentRows> rows = new ArrayList<>();
        for (int s = 0; s < count(); s++) {
            rows.add(begin(s, ids));
        }
        for (int stage = 1; stage < run.network().stages().size(); stage++) {
            List<SegmentTransfer> transfers = new ArrayList<>();
            for (int s = 0; s + 1 < count(); s++) {
                transfers.add(transfer(stage, s, rows.get(s)));
            }
            List<float[]> states = SegmentStates.of(transfers, stateSize(stage));
            for (int s = 0; s < count(); s++) {
                rows.set(s, next(stage, rows.get(s), states.get(s)));
            }
        }
        return end(rows.getLast(), ids);
    }
}
