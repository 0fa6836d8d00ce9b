package io.deltarule.core.cpu;

import io.deltarule.core.DeltaCotangents;
import io.deltarule.core.DeltaGradients;
import io.deltarule.core.DeltaInputs;
import io.deltarule.core.DeltaShape;
import io.deltarule.core.NumericException;
import io.deltarule.core.PlanSpec;
import io.deltarule.core.cpu.delta.BackwardWorker;
import io.deltarule.core.cpu.delta.GradientOperands;
import io.deltarule.core.cpu.math.OpenBlas;
import io.deltarule.core.cpu.math.WorkerPool;
import io.deltarule.core.engine.AbstractGradientPlan;
import java.util.Arrays;

/** A backward plan of the CPU engine: threads share out sequences and key heads, whose value heads one thread sums up. */
final class CpuGradientPlan extends AbstractGradientPlan {
    private final WorkerPool pool;
    private final BackwardWorker[] workers; // by slot, made when first used

    CpuGradientPlan(PlanSpec spec, WorkerPool pool) {
        super(spec);
        this.pool = pool;
        this.workers = new BackwardWorker[pool.threads()];
    }

    @Override
    protected void execute(DeltaShape shape, DeltaInputs in, DeltaCotangents given, DeltaGradients out) {
        GradientOperands operands = new GradientOperands(spec(), shape, in, given, out);
        OpenBlas.singleThreaded();
        pool.run(shape.sequences() * shape.H(), pool.threads(), (item, slot) -> {
            if (workers[slot] == null) { // one thread per slot at a time; runs are ordered by the pool
                workers[slot] = new BackwardWorker(spec());
            }
            try {
                workers[slot].run(operands, item / shape.H(), item % shape.H());
            } catch (NumericException e) {
                workers[slot] = null; // NaN times the zeros of a row's padding is NaN there too
                throw e;
            }
        });
    }

    @Override
    protected void release() {
        Arrays.fill(workers, null);
    }
}
