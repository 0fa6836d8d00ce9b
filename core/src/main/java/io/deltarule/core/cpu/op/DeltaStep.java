package io.deltarule.core.cpu.op;

import io.deltarule.core.DeltaInputs;
import io.deltarule.core.DeltaOutputs;
import io.deltarule.core.DeltaPlan;
import io.deltarule.core.DeltaShape;
import io.deltarule.core.Form;
import io.deltarule.core.Input;
import io.deltarule.core.PlanSpec;
import io.deltarule.core.Tensor;
import io.deltarule.core.layer.LayerSpec;
import io.deltarule.core.layer.SequenceOp;
import java.lang.foreign.Arena;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.Map;
import java.util.function.Function;

/**
 * The delta rule as an operation of a layer. The state is this step's own tensor, initial and final state of every run,
 * so that the recurrent plan of decoding and the chunkwise plan of prefill go on from each other: the first updates it in
 * place where V is a whole number of vectors, the second copies it to and from scratch once per run. Layers of the same
 * shape share their plans.
 */
public final class DeltaStep implements LayerStep {
    private final SequenceOp.Delta op;
    private final Map<Input, SlotBuffer> in;
    private final SlotBuffer o;
    private final SlotBuffer oCross; // null where there is no selective read
    private final DeltaPlan single;
    private final DeltaPlan many;
    private final Tensor state;

    /** @param plans makes a plan, or hands out the one made before for an equal specification */
    public DeltaStep(
            SequenceOp.Delta op,
            Map<Input, SlotBuffer> in,
            SlotBuffer o,
            SlotBuffer oCross,
            LayerSpec spec,
            Function<PlanSpec, DeltaPlan> plans,
            Arena arena) {
        this.op = op;
        this.in = in;
        this.o = o;
        this.oCross = oCross;
        DeltaShape planned = op.shape(spec.maxTokens(), spec.sequences());
        PlanSpec tokenwise =
                new PlanSpec(op.variant(), planned, Form.RECURRENT, spec.chunkSize(), op.scale(), false, null);
        this.single = plans.apply(tokenwise);
        this.many = spec.form() == Form.RECURRENT ? single : plans.apply(tokenwise.withForm(Form.CHUNK));
        this.state = Tensor.allocate(arena, planned.state().dims());
    }

    @Override
    public void run(LayerRun run) {
        DeltaShape s = op.shape();
        int tokens = run.tokens();
        Map<Input, Tensor> tensors = new EnumMap<>(Input.class);
        in.forEach((input, slot) -> tensors.put(input, view(input, slot, tokens)));
        DeltaInputs inputs = new DeltaInputs(s.householders(), tensors, state, run.boundaries());
        DeltaOutputs outputs = new DeltaOutputs(
                rows(o, 1, tokens, s.HV(), s.V()),
                oCross == null ? null : rows(oCross, 1, tokens, s.HV(), s.V()),
                state);
        (run.longest() <= 1 ? single : many).run(inputs, outputs);
    }

    private Tensor view(Input input, SlotBuffer slot, int tokens) {
        return rows(slot, input.axesOfWidth(op.shape(), slot.width()).dims(1, tokens));
    }

    private static Tensor rows(SlotBuffer slot, int... dims) {
        long size = Float.BYTES;
        for (int dim : dims) {
            size *= dim;
        }
        return Tensor.view(slot.data().asSlice(0, size), dims);
    }

    @Override
    public void reset() {
        state.data().fill((byte) 0);
    }

    @Override
    public void save(Iterator<Tensor> to, int[] positions) {
        to.next().copyFrom(state);
    }

    @Override
    public void load(Iterator<Tensor> from, int[] positions) {
        state.copyFrom(from.next());
    }
}
