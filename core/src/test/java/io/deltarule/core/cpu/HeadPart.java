package io.deltarule.core.cpu;

import io.deltarule.core.Comparison;
import io.deltarule.core.DeltaInputs;
import io.deltarule.core.DeltaOutputs;
import io.deltarule.core.Form;
import io.deltarule.core.Gate;
import io.deltarule.core.PlanSpec;
import io.deltarule.core.Tensor;
import io.deltarule.core.Variant;
import io.deltarule.core.cpu.delta.ChunkWorker;
import io.deltarule.core.cpu.delta.HeadWorker;
import io.deltarule.core.cpu.delta.Operands;
import io.deltarule.core.cpu.delta.RecurrentWorker;
import io.deltarule.core.cpu.memory.RowView;
import io.deltarule.core.cpu.memory.States;
import io.deltarule.core.cpu.product.Products;
import io.deltarule.core.reference.delta.DeltaReference;
import io.deltarule.core.testkit.DeltaCase;
import io.deltarule.core.testkit.Float32Recurrence;
import java.lang.foreign.Arena;

/** A worker of one head: a sequence in chunks from a given state, or token by token on a state that stays. */
final class HeadPart extends HotPart {
    private static final double DECAY = 0.1; // as in `deltarule bench`

    private final String name;
    private final PlanSpec spec;
    private final DeltaInputs in;
    private final DeltaOutputs out;
    private final Arena arena = Arena.ofShared();
    private final States kept; // null where none is kept
    private final HeadWorker worker;
    private final Operands operands;

    private HeadPart(String name, DeltaCase c, PlanSpec spec) {
        this.name = name + " " + c;
        this.spec = spec;
        in = c.inputs();
        out = DeltaOutputs.poisoned(c.shape());
        kept = spec.keepsState() ? States.allocate(arena, c.shape().state()).deferringWrites(arena) : null;
        worker = spec.form() == Form.RECURRENT
                ? new RecurrentWorker(spec, arena)
                : new ChunkWorker(spec, 1, Products.chosen());
        operands = new Operands(
                spec,
                CpuPlan.views(in, c.shape()),
                RowView.of("o", out.o(), 1),
                RowView.of("o_cross", out.oCross(), 1),
                kept != null ? kept : States.of(in.initialState(), c.shape().state()),
                kept != null ? kept : States.of(out.finalState(), c.shape().state()),
                in.boundaries(c.shape()));
    }

    private static DeltaCase oneHead(Gate gate, boolean selectiveRead, int tokens, int K, int V) {
        Variant variant = switch (gate) {
            case NONE -> Variant.DELTA_RULE;
            case SCALAR -> Variant.GATED_DELTA_RULE;
            case CHANNEL -> Variant.KDA;
        };
        DeltaCase linear = DeltaCase.of(variant, gate, 1, tokens, 1, 1, K, V, 1).withDecay(DECAY);
        return selectiveRead ? linear.withCrossRead(1) : linear;
    }

    /** All the tokens of one sequence in chunks of C. */
    static HeadPart chunks(Gate gate, boolean selectiveRead, int tokens, int K, int V, int C) {
        DeltaCase c = oneHead(gate, selectiveRead, tokens, K, V);
        PlanSpec spec = PlanSpec.of(c.variant(), c.shape()).withForm(Form.CHUNK).withChunkSize(C);
        return new HeadPart("chunks of " + C + ",", c, spec);
    }

    /** One token on a state that stays, which the second-level cache holds. */
    static HeadPart step(Gate gate, boolean selectiveRead, int K, int V) {
        DeltaCase c = oneHead(gate, selectiveRead, 1, K, V);
        PlanSpec spec = PlanSpec.of(c.variant(), c.shape()).withForm(Form.RECURRENT);
        return new HeadPart("step,", c, spec.keepingState());
    }

    @Override
    void prepare() {
        out.o().fill(Float.NaN);
        out.finalState().fill(Float.NaN);
        if (out.oCross() != null) {
            out.oCross().fill(Float.NaN);
        }
        if (kept != null) {
            States.of(in.initialState(), kept.shape()).copyTo(kept);
        }
    }

    @Override
    void run() {
        worker.run(operands, 0, 0, 1);
    }

    @Override
    void check() {
        Tensor state = out.finalState();
        if (kept != null) {
            kept.copyTo(States.of(state, kept.shape()));
        }
        DeltaReference.Result exact = DeltaReference.recurrent(spec.variant(), in, spec.scale());
        double tolerance = Float32Recurrence.tolerance(spec.variant(), in, spec.scale(), exact);
        within(Comparison.of("o", exact.o(), out.o()), tolerance);
        within(Comparison.of("final_state", exact.finalState(), state), tolerance);
        if (exact.oCross() != null) {
            within(Comparison.of("o_cross", exact.oCross(), out.oCross()), tolerance);
        }
    }

    @Override
    public void close() {
        arena.close();
    }

    @Override
    public String toString() {
        return name;
    }
}
