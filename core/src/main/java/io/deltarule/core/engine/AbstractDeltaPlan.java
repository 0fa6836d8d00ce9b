package io.deltarule.core.engine;

import io.deltarule.core.DeltaInputs;
import io.deltarule.core.DeltaOutputs;
import io.deltarule.core.DeltaPlan;
import io.deltarule.core.DeltaShape;
import io.deltarule.core.InvalidInputException;
import io.deltarule.core.Levels;
import io.deltarule.core.PlanSpec;
import io.deltarule.core.StateShape;
import io.deltarule.core.Tensor;
import java.util.Arrays;

/**
 * What every engine's plan shares: arguments are checked before anything is computed, use by two threads at once and
 * use after close are refused, and a run without tokens only carries the state over.
 */
public abstract class AbstractDeltaPlan implements DeltaPlan {
    private final PlanSpec spec;
    private final int[] positions; // of a kept state
    private final ExclusiveUse use = new ExclusiveUse();

    /**
     * @param spec what this plan is made for, the chunk size chosen
     */
    protected AbstractDeltaPlan(PlanSpec spec) {
        this.spec = spec.requireChunkSize();
        this.positions = new int[spec.shape().sequences()];
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
        use.run(() -> {
            int[] ends = in.boundaries(shape);
            for (int i = 0; spec.keepsState() && i < positions.length; i++) {
                Levels.require(shape.levels(), (long) positions[i] + ends[i + 1] - ends[i]);
            }
            execute(shape, in, out);
            for (int i = 0; spec.keepsState() && i < positions.length; i++) {
                positions[i] += ends[i + 1] - ends[i];
            }
        });
    }

    /** How many tokens each sequence has had before the run at hand; zeros where no state is kept. Not to be modified. */
    protected final int[] before() {
        return positions;
    }

    @Override
    public final void loadState(Tensor state) {
        checkState(state);
        if (state != null && spec.shape().logLinear()) {
            throw new InvalidInputException(
                    "state: expected the positions of log-linear states beside them but found none;"
                            + " call loadState(state, positions)");
        }
        load(state, new int[positions.length]);
    }

    @Override
    public final void loadState(Tensor state, int[] given) {
        checkState(state);
        int[] own = given.clone();
        if (own.length != positions.length || Arrays.stream(own).anyMatch(p -> p < 0)) {
            throw new InvalidInputException("positions: expected " + positions.length
                    + " numbers of at least 0, one per sequence, but found " + Arrays.toString(given));
        }
        for (int position : own) {
            Levels.require(spec.shape().levels(), position);
        }
        load(state, own);
    }

    private void load(Tensor state, int[] given) {
        use.run(() -> {
            writeState(state);
            System.arraycopy(given, 0, positions, 0, given.length);
        });
    }

    @Override
    public final int[] positions() {
        requireKept();
        int[][] copy = new int[1][];
        use.run(() -> copy[0] = positions.clone());
        return copy[0];
    }

    @Override
    public final void saveState(Tensor state) {
        if (state == null) {
            throw new InvalidInputException("saveState: expected a tensor to copy the state to but found null");
        }
        checkState(state);
        use.run(() -> readState(state));
    }

    private void requireKept() {
        if (!spec.keepsState()) {
            throw new IllegalStateException(
                    "this plan keeps no state; make it with PlanSpec.keepingState(), or pass initialState to run");
        }
    }

    private void checkState(Tensor state) {
        requireKept();
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
