package io.deltarule.core.cpu.backward;

import io.deltarule.core.DeltaShape;
import io.deltarule.core.Form;
import io.deltarule.core.Input;
import io.deltarule.core.PlanSpec;
import io.deltarule.core.Tensor;
import io.deltarule.core.cpu.delta.GradientOperands;
import io.deltarule.core.cpu.delta.GradientRun;
import io.deltarule.core.cpu.delta.Operands;
import io.deltarule.core.cpu.memory.RowView;
import io.deltarule.core.cpu.memory.States;
import io.deltarule.core.cpu.op.DeltaStep;
import io.deltarule.core.cpu.op.LayerRun;
import io.deltarule.core.cpu.op.SlotBuffer;
import io.deltarule.core.layer.LayerSpec;
import io.deltarule.core.layer.SequenceOp;
import java.lang.foreign.Arena;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;

/**
 * The delta rule backward, as an operation of a layer. The gradient of the states is handed from a run to the one before it.
 * Slots stay where they are, so that operands are made once, one for each of what a run may begin and end with.
 */
public final class DeltaBackward implements BackwardStep {
    private final GradientRun gradients;
    private final Tensor before; // the states at the beginning
    private final States from;
    private final States stateGradient; // of the states at the end, then of those at the beginning
    private final PlanSpec spec;
    private final Map<Input, RowView> in;
    private final RowView o;
    private final RowView oCross;
    private final Map<Input, RowView> out;
    private final LayerRun run;
    private final Map<Integer, GradientOperands> operands = new HashMap<>();

    /**
     * A step over slots.
     *
     * @param in the slots of the inputs
     * @param dO gradients of the read-outs, null for zeros
     * @param out where the inputs' gradients go, overwritten, each a place of its own
     * @param run whose boundaries and positions are those of every run
     * @param runs hands out runs of a specification, the same for an equal one
     */
    public DeltaBackward(
            SequenceOp.Delta op,
            Map<Input, SlotBuffer> in,
            SlotBuffer dO,
            SlotBuffer dCross,
            Map<Input, SlotBuffer> out,
            LayerSpec layer,
            LayerRun run,
            Function<PlanSpec, GradientRun> runs,
            Arena arena) {
        DeltaShape planned = op.shape(layer.maxTokens(), layer.sequences());
        this.spec =
                new PlanSpec(op.variant(), planned, Form.CHUNK, PlanSpec.DEFAULT_CHUNK_SIZE, op.scale(), false, null);
        this.gradients = runs.apply(spec);
        this.run = run;
        this.in = views(in, planned);
        this.out = views(out, planned);
        this.o = read("d_o", dO, planned);
        this.oCross = read("d_o_cross", dCross, planned);
        this.before = Tensor.allocate(arena, planned.state().dims());
        this.from = States.of(before, planned.state());
        this.stateGradient = States.of(Tensor.allocate(arena, planned.state().dims()), planned.state());
    }

    private static RowView read(String name, SlotBuffer slot, DeltaShape s) {
        return slot == null ? null : new RowView(name, slot.data(), s.HV(), s.HV(), s.V());
    }

    private static Map<Input, RowView> views(Map<Input, SlotBuffer> slots, DeltaShape s) {
        Map<Input, RowView> views = new EnumMap<>(Input.class);
        slots.forEach((input, slot) -> views.put(input, DeltaStep.view(input, slot, s)));
        return views;
    }

    @Override
    public void run(BackwardRun back) {
        if (!back.fromZero()) {
            before.copyFrom(back.carried(0));
        }
        gradients.run(operands(back.fromZero(), back.later(), back.earlier()));
    }

    private GradientOperands operands(boolean fromZero, boolean later, boolean earlier) {
        int which = (fromZero ? 1 : 0) + (later ? 2 : 0) + (earlier ? 4 : 0);
        return operands.computeIfAbsent(which, w -> {
            Operands forward =
                    new Operands(spec, in, null, null, fromZero ? null : from, null, run.boundaries(), run.positions());
            return new GradientOperands(
                    spec, forward, o, oCross, later ? stateGradient : null, earlier ? stateGradient : null, out);
        });
    }
}
