package io.deltarule.core.cpu;

import io.deltarule.core.DeltaInputs;
import io.deltarule.core.DeltaOutputs;
import io.deltarule.core.DeltaShape;
import io.deltarule.core.Input;
import io.deltarule.core.PlanSpec;
import io.deltarule.core.Tensor;
import io.deltarule.core.cpu.delta.DeltaRun;
import io.deltarule.core.cpu.delta.Operands;
import io.deltarule.core.cpu.math.WorkerPool;
import io.deltarule.core.cpu.memory.RowView;
import io.deltarule.core.cpu.memory.States;
import io.deltarule.core.cpu.product.Products;
import io.deltarule.core.engine.AbstractDeltaPlan;
import java.lang.foreign.Arena;
import java.util.EnumMap;
import java.util.Map;

/** A plan of the CPU engine: the state that it keeps, and callers' tensors as {@link DeltaRun} takes them. */
final class CpuPlan extends AbstractDeltaPlan {
    private final Arena arena = Arena.ofShared();
    private final DeltaRun run;
    private final States kept; // null where no state is kept

    CpuPlan(PlanSpec spec, WorkerPool pool) {
        super(spec);
        this.run = new DeltaRun(spec, pool, arena, Products.chosen());
        this.kept = spec.keepsState() ? states(spec.shape()) : null;
    }

    private States states(DeltaShape shape) {
        try {
            return States.allocate(arena, shape.state()).deferringWrites(arena);
        } catch (OutOfMemoryError | ArithmeticException e) {
            arena.close();
            throw e;
        }
    }

    /** Whether the plan's memory is still there; false after close. */
    boolean holdsMemory() {
        return arena.scope().isAlive();
    }

    @Override
    protected void execute(DeltaShape shape, DeltaInputs in, DeltaOutputs out) {
        States wanted = States.of(out.finalState(), shape.state());
        int HV = shape.HV();
        run.run(new Operands(
                spec(),
                views(in, shape),
                RowView.of("o", out.o(), HV),
                RowView.of("o_cross", out.oCross(), HV),
                kept != null ? kept : States.of(in.initialState(), shape.state()),
                kept != null ? kept : wanted,
                in.boundaries(shape)));
        if (kept != null && wanted != null) {
            kept.copyTo(wanted);
        }
    }

    /** The inputs' rows. */
    static Map<Input, RowView> views(DeltaInputs in, DeltaShape shape) {
        Map<Input, RowView> views = new EnumMap<>(Input.class);
        in.tensors().forEach((input, tensor) -> views.put(input, RowView.of(input.id(), tensor, shape.HV())));
        return views;
    }

    @Override
    protected void writeState(Tensor state) {
        if (state == null) {
            kept.clear();
        } else {
            States.of(state, kept.shape()).copyTo(kept);
        }
    }

    @Override
    protected void readState(Tensor state) {
        kept.copyTo(States.of(state, kept.shape()));
    }

    @Override
    protected void release() {
        arena.close();
    }
}
