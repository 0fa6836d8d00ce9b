package io.deltarule.core.engine;

import io.deltarule.core.DeltaInputs;
import io.deltarule.core.DeltaOutputs;
import io.deltarule.core.DeltaPlan;
import io.deltarule.core.DeltaShape;
import io.deltarule.core.InvalidInputException;
import io.deltarule.core.PlanSpec;
import io.deltarule.core.StateShape;
import io.deltarule.core.Tensor;

/**
 * What every engine's plan shares: arguments are checked before anything is computed, use by two threads at once and
 * use after close are refused, and a run without tokens only carries the state over.
 */
public abstract class AbstractDeltaPlan implements DeltaPlan {
    private final PlanSpec spec;
    private final ExclusiveUse use = new ExclusiveUse();

    /**
     * @param spec what this plan is made for, the chunk size chosen
     */
    protected AbstractDeltaPlan(PlanSpec spec) {
        this.spec = spec.requireChunkSize();
    }

    /**
     * Computes; arguments are already checked.
     *
     * @param shape the run's own lengths, within the plan's capacity; may have no tokens or no sequences
     * @param in inputs
     * @param out outputs of the right shapes
     */
    protected abstract void execute(DeltaShape shape, DeltaInputs in, DeltaOutputs out);

    /** Sets the kept state, null for zeros; called only where the plan keeps it. */
    protected abstract void writeState(Tensor state);

    /** Copies the kept state; called only where the plan keeps it. */
    protected abstract void readState(Tensor state);

    /** Frees everything; called once. */
    protected abstract void release();

    @Override
    public final PlanSpec spec() {
        return spec;
    }

    @Override
    public final void run(DeltaInputs in, DeltaOutputs out) {
        DeltaShape shape = spec.admit(in);
        out.validate(shape);
        SuspiciousInputs.refuseGrowth(in);
        SuspiciousInputs.warnOfSwappedAxes(spec, shape, in);
        use.run(() -> execute(shape, in, out));
    }

    @Override
    public final void loadState(Tensor state) {
        checkState(state);
        use.run(() -> writeState(state));
    }

    @Override
    public final void saveState(Tensor state) {
        if (state == null) {
            throw new InvalidInputException("saveState: expected a tensor to copy the state to but found null");
        }
        checkState(state);
        use.run(() -> readState(state));
    }

    private void checkState(Tensor state) {
        if (!spec.keepsState()) {
            throw new IllegalStateException(
                    "this plan keeps no state; make it with PlanSpec.keepingState(), or pass initialState to run");
        }
        StateShape expected = spec.shape().state();
        if (state != null && !expected.fits(state)) {
            throw new InvalidInputException("state: expected " + expected + " but found " + state);
        }
    }

    @Override
    public final void close() {
        use.close(this::release);
    }
}
