package io.deltarule.core.engine;

import io.deltarule.core.DeltaCotangents;
import io.deltarule.core.DeltaGradients;
import io.deltarule.core.DeltaInputs;
import io.deltarule.core.DeltaShape;
import io.deltarule.core.GradientPlan;
import io.deltarule.core.InvalidInputException;
import io.deltarule.core.PlanSpec;

/**
 * What every engine's backward plan shares: a kept state is refused, arguments are checked before anything is computed,
 * and use by two threads at once or after close is refused.
 */
public abstract class AbstractGradientPlan implements GradientPlan {
    private final PlanSpec spec;
    private final ExclusiveUse use = new ExclusiveUse();

    /**
     * @param spec what this plan is made for, the chunk size chosen
     * @throws InvalidInputException if it asks for a kept state
     */
    protected AbstractGradientPlan(PlanSpec spec) {
        if (spec.keepsState()) {
            throw new InvalidInputException("gradients: expected a specification without a kept state but found one;"
                    + " pass initialState to each run instead");
        }
        this.spec = spec.requireChunkSize();
    }

    /**
     * Computes; arguments are already checked.
     *
     * @param shape the run's own lengths, within the plan's capacity; may have no tokens or no sequences
     * @param in inputs
     * @param given cotangents of the right shapes, null for zeros
     * @param out gradients of the right shapes
     */
    protected abstract void execute(DeltaShape shape, DeltaInputs in, DeltaCotangents given, DeltaGradients out);

    /** Frees everything; called once. */
    protected abstract void release();

    @Override
    public final PlanSpec spec() {
        return spec;
    }

    @Override
    public final void run(DeltaInputs in, DeltaCotangents given, DeltaGradients out) {
        DeltaShape shape = spec.admit(in);
        given.validate(shape);
        out.validate(in, shape);
        SuspiciousInputs.refuseGrowth(in);
        SuspiciousInputs.warnOfSwappedAxes(spec, shape, in);
        use.run(() -> execute(shape, in, given, out));
    }

    @Override
    public final void close() {
        use.close(this::release);
    }
}
