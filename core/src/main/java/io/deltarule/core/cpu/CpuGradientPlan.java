package io.deltarule.core.cpu;

import io.deltarule.core.DeltaCotangents;
import io.deltarule.core.DeltaGradients;
import io.deltarule.core.DeltaInputs;
import io.deltarule.core.DeltaShape;
import io.deltarule.core.Input;
import io.deltarule.core.PlanSpec;
import io.deltarule.core.cpu.delta.GradientOperands;
import io.deltarule.core.cpu.delta.GradientRun;
import io.deltarule.core.cpu.delta.Operands;
import io.deltarule.core.cpu.math.WorkerPool;
import io.deltarule.core.cpu.memory.RowView;
import io.deltarule.core.cpu.memory.States;
import io.deltarule.core.cpu.product.Products;
import io.deltarule.core.engine.AbstractGradientPlan;
import java.util.EnumMap;
import java.util.Map;

/** A backward plan of the CPU engine: callers' tensors as {@link GradientRun} takes them. */
final class CpuGradientPlan extends AbstractGradientPlan {
    private GradientRun run;

    CpuGradientPlan(PlanSpec spec, WorkerPool pool) {
        super(spec);
        run = new GradientRun(spec, pool, Products.chosen());
    }

    @Override
    protected void execute(DeltaShape shape, DeltaInputs in, DeltaCotangents given, DeltaGradients out) {
        int HV = shape.HV();
        States before = States.of(in.initialState(), shape.state());
        Operands forward =
                new Operands(spec(), CpuPlan.views(in, shape), null, null, before, null, in.boundaries(shape));
        Map<Input, RowView> gradients = new EnumMap<>(Input.class);
        out.tensors().forEach((input, tensor) -> gradients.put(input, RowView.of("d_" + input.id(), tensor, HV)));
        run.run(new GradientOperands(
                spec(),
                forward,
                RowView.of("d_o", given.o(), HV),
                RowView.of("d_o_cross", given.oCross(), HV),
                States.of(given.finalState(), shape.state()),
                States.of(out.initialState(), shape.state()),
                gradients));
    }

    /** The threads' scratch is in Java arrays. */
    @Override
    protected void release() {
        run = null;
    }
}
