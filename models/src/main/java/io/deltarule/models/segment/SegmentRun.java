package io.deltarule.models.segment;

import io.deltarule.core.DeltaEngine;
import io.deltarule.core.DeltaInputs;
import io.deltarule.core.DeltaPlan;
import io.deltarule.core.DeltaShape;
import io.deltarule.core.Gate;
import io.deltarule.core.Input;
import io.deltarule.core.PlanSpec;
import io.deltarule.core.Tensor;
import io.deltarule.core.Variant;
import io.deltarule.core.layer.LayerEngine;
import io.deltarule.core.layer.LayerPlan;
import io.deltarule.core.layer.LayerSpec;
import io.deltarule.core.layer.SequenceOp;
import io.deltarule.core.layer.Slot;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Computes one segment, stage by stage, on an engine. Plans are made for each stage and closed after it, so that one of them is there at a time.
 *
 * @param network what is computed
 * @param engine on which
 * @param device one of its devices, or null for its own choice
 * @param length tokens of the whole sequence
 * @param piece most tokens of one run
 */
public record SegmentRun(SegmentedNetwork network, DeltaEngine engine, String device, int length, int piece) {
    /**
     * Everything before the first delta rule.
     *
     * @param ids tokens from the place on, the overlap among them
     * @param position the place of the first of them
     */
    public SegmentRows begin(int[] ids, int position) {
        float[] numbers = new float[ids.length];
        for (int i = 0; i < ids.length; i++) {
            numbers[i] = ids[i];
        }
        Slot slot = network.network().body().inputs().getFirst();
        SegmentRows rows = new SegmentRows(position, ids.length, Map.of(slot.name(), numbers), List.of());
        return run(0, rows, null);
    }

    /**
     * What a stage's delta rule does to its state.
     *
     * @param stage from 1 on
     * @param rows what the stages before left
     * @param to the first row that is the next segment's: the rows from the stage's reach on, or all for the first segment, to here
     */
    public SegmentTransfer transfer(int stage, SegmentRows rows, int to) {
        SequenceOp.Delta op = network.stages().get(stage).delta();
        DeltaShape own = op.shape();
        int wide = own.V() + own.K();
        float[] state = new float[own.HV() * own.K() * wide];
        for (int i = 0; i < own.HV() * own.K(); i++) {
            state[i * wide + own.V() + i % own.K()] = 1;
        }
        Tensor carried = Tensor.of(state, 1, own.HV(), own.K(), wide);
        int first = first(stage, rows);
        int most = Math.clamp(to - first, 1, piece);
        PlanSpec spec = PlanSpec.of(writes(op), shape(op, most, wide));
        try (DeltaPlan plan = engine.plan(
                new PlanSpec(spec.variant(), spec.shape(), spec.form(), spec.chunkSize(), 1, false, device))) {
            for (int from = first; from < to; from += most) {
                DeltaInputs in =
                        inputs(op, rows, from, Math.min(to, from + most), wide).withInitialState(carried);
                carried = Tensor.of(plan.run(in).finalState().toArray(), 1, own.HV(), own.K(), wide);
            }
        }
        return new SegmentTransfer(own.HV(), own.K(), own.V(), carried.toArray());
    }

    /** The same write without the selective read, which is nothing to the state. */
    private static Variant writes(SequenceOp.Delta op) {
        if (op.variant() != Variant.DELTALENS) {
            return op.variant();
        }
        Gate gate = op.shape().gate();
        return gate == Gate.NONE ? Variant.DELTA_RULE : gate == Gate.SCALAR ? Variant.GATED_DELTA_RULE : Variant.KDA;
    }

    private static DeltaShape shape(SequenceOp.Delta op, int tokens, int wide) {
        DeltaShape own = op.shape();
        return new DeltaShape(1, tokens, own.H(), own.HV(), own.K(), wide, own.householders(), 1, own.gate(), false, 0);
    }

    private static DeltaInputs inputs(SequenceOp.Delta op, SegmentRows rows, int from, int to, int wide) {
        Map<Input, Tensor> tensors = new HashMap<>();
        op.inputs().forEach((input, slot) -> {
            if (input != Input.R) {
                float[] all = rows.slots().get(slot.name());
                float[] part = Arrays.copyOfRange(all, from * slot.width(), to * slot.width());
                boolean values = input == Input.V || input == Input.W;
                DeltaShape shape = values
                        ? shape(op, to - from, wide)
                        : shape(op, to - from, op.shape().V());
                Input.Axes axes = values ? input.axes(shape) : input.axesOfWidth(shape, slot.width());
                float[] numbers = values ? widened(part, op.shape().V(), wide) : part;
                tensors.put(input, Tensor.of(numbers, axes.dims(1, to - from)));
            }
        });
        DeltaInputs in = DeltaInputs.of(tensors.remove(Input.Q), tensors.remove(Input.K), tensors.remove(Input.V))
                .withHouseholders(op.shape().householders());
        for (Map.Entry<Input, Tensor> other : tensors.entrySet()) {
            in = in.with(other.getKey(), other.getValue());
        }
        return in;
    }

    /** Rows with zeros behind them. */
    private static float[] widened(float[] rows, int width, int wide) {
        float[] all = new float[rows.length / width * wide];
        for (int i = 0; i < rows.length / width; i++) {
            System.arraycopy(rows, i * width, all, i * wide, width);
        }
        return all;
    }

    /**
     * A stage: its delta rule from a state on, and what follows up to the next delta rule.
     *
     * @param stage from 1 on
     * @param rows what the stages before left
     * @param state [HV, K, V] before the segment's first row behind the reach, or the sequence's first
     */
    public SegmentRows next(int stage, SegmentRows rows, float[] state) {
        return run(stage, rows, state);
    }

    private int first(int stage, SegmentRows rows) {
        return rows.position() == 0 ? 0 : network.stages().get(stage).reach();
    }

    private SegmentRows run(int number, SegmentRows rows, float[] state) {
        SegmentedNetwork.Stage stage = network.stages().get(number);
        int most = Math.min(piece, rows.tokens());
        LayerSpec spec = LayerSpec.of(stage.program(), network.network().weights(), most, 1, length)
                .onDevice(device);
        Map<String, float[]> made = new HashMap<>();
        for (Slot slot : stage.program().outputs()) {
            made.put(slot.name(), new float[rows.tokens() * slot.width()]);
        }
        List<float[]> carried = new ArrayList<>(rows.carried());
        try (LayerPlan plan = LayerEngine.of(engine).plan(spec)) {
            List<Tensor> zeros = new ArrayList<>();
            spec.carried().forEach(shape -> zeros.add(Tensor.zeros(shape)));
            plan.loadState(zeros, new int[] {rows.position()});
            int begin = state == null ? 0 : first(number, rows);
            for (int from = 0; from < begin; from += most) {
                runPiece(plan, stage, rows, made, from, Math.min(begin, from + most));
            }
            if (state != null) {
                // The delta rule is the stage's first operation, and so is its state; what others carry stays as it is.
                List<Tensor> there = new ArrayList<>(plan.saveState());
                there.set(0, Tensor.of(state, spec.carried().getFirst()));
                plan.loadState(there, plan.positions());
            }
            for (int from = begin; from < rows.tokens(); from += most) {
                runPiece(plan, stage, rows, made, from, Math.min(rows.tokens(), from + most));
            }
            plan.saveState().forEach(tensor -> carried.add(tensor.toArray()));
        }
        stage.passes().stream()
                .filter(rows.slots()::containsKey)
                .forEach(name -> made.put(name, rows.slots().get(name)));
        return new SegmentRows(rows.position(), rows.tokens(), made, carried);
    }

    private static void runPiece(
            LayerPlan plan,
            SegmentedNetwork.Stage stage,
            SegmentRows rows,
            Map<String, float[]> made,
            int from,
            int to) {
        List<Tensor> in = new ArrayList<>();
        for (Slot slot : stage.program().inputs()) {
            float[] all = rows.slots().get(slot.name());
            in.add(Tensor.of(Arrays.copyOfRange(all, from * slot.width(), to * slot.width()), to - from, slot.width()));
        }
        List<Tensor> out = new ArrayList<>();
        stage.program().outputs().forEach(slot -> out.add(Tensor.zeros(to - from, slot.width())));
        plan.run(new int[] {to - from}, in, out);
        for (int i = 0; i < out.size(); i++) {
            Slot slot = stage.program().outputs().get(i);
            float[] part = out.get(i).toArray();
            System.arraycopy(part, 0, made.get(slot.name()), from * slot.width(), part.length);
        }
    }
}
