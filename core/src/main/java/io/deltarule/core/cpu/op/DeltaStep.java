package io.deltarule.core.cpu.op;

import io.deltarule.core.DeltaShape;
import io.deltarule.core.Input;
import io.deltarule.core.PlanSpec;
import io.deltarule.core.Tensor;
import io.deltarule.core.cpu.delta.DeltaRun;
import io.deltarule.core.cpu.delta.Operands;
import io.deltarule.core.cpu.memory.RowView;
import io.deltarule.core.cpu.memory.States;
import io.deltarule.core.layer.LayerSpec;
import io.deltarule.core.layer.SequenceOp;
import java.lang.foreign.Arena;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.Map;
import java.util.function.Function;

/**
 * The delta rule as an operation of a layer. The state is this step's own tensor, initial and final state of every run,
 * so that tokens one by one and in chunks go on from each other: the former update it in place where V is a whole number
 * of vectors, the latter copy it to and from scratch once per run. Slots stay where they are, so that
 * operands are made once; layers of the same shape share their scratch.
 */
public final class DeltaStep implements LayerStep {
    private final DeltaRun deltaRun;
    private final Operands operands;
    private final Tensor state;
    private final States states; // the same

    /**
     * A step over slots.
     *
     * @param in the slots of the inputs
     * @param oCross null where there is no selective read
     * @param run whose boundaries are those of every run
     * @param runs hands out runs of a specification, the same for an equal one
     */
    public DeltaStep(
            SequenceOp.Delta op,
            Map<Input, SlotBuffer> in,
            SlotBuffer o,
            SlotBuffer oCross,
            LayerSpec spec,
            LayerRun run,
            Function<PlanSpec, DeltaRun> runs,
            Arena arena) {
        DeltaShape planned = op.shape(spec.maxTokens(), spec.sequences());
        PlanSpec planSpec = new PlanSpec(op.variant(), planned, spec.form(), spec.chunkSize(), op.scale(), false, null);
        deltaRun = runs.apply(planSpec);
        state = Tensor.allocate(arena, planned.state().dims());
        Map<Input, RowView> views = new EnumMap<>(Input.class);
        in.forEach((input, slot) -> views.put(input, view(input, slot, planned)));
        RowView out = rows("o", o, planned.HV(), planned.V(), planned);
        RowView cross = oCross == null ? null : rows("o_cross", oCross, planned.HV(), planned.V(), planned);
        states = States.of(state, planned.state()).deferringWrites(arena);
        operands = new Operands(planSpec, views, out, cross, states, states, run.boundaries(), run.positions());
    }

    @Override
    public void run(LayerRun run) {
        deltaRun.run(operands);
    }

    /** An input's rows as the recurrence sees them. */
    public static RowView view(Input input, SlotBuffer slot, DeltaShape s) {
        Input.Axes axes = input.axesOfWidth(s, slot.width());
        return rows(input.id(), slot, axes.heads(), axes.channels(), s);
    }

    private static RowView rows(String name, SlotBuffer slot, int heads, int width, DeltaShape s) {
        return new RowView(name, slot.data(), heads, s.HV(), width);
    }

    @Override
    public void reset() {
        states.replaced();
        state.data().fill((byte) 0);
    }

    @Override
    public void save(Iterator<Tensor> to, int[] positions) {
        states.settle();
        to.next().copyFrom(state);
    }

    @Override
    public void load(Iterator<Tensor> from, int[] positions) {
        states.replaced();
        state.copyFrom(from.next());
    }
}
