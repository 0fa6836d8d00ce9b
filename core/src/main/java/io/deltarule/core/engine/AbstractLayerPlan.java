package io.deltarule.core.engine;

import io.deltarule.core.InvalidInputException;
import io.deltarule.core.Tensor;
import io.deltarule.core.layer.LayerPlan;
import io.deltarule.core.layer.LayerSpec;
import io.deltarule.core.layer.Slot;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What every engine's layer plan shares: arguments are checked before anything is computed, positions are counted, use by
 * two threads at once and use after close are refused. After a run that failed half-way the carried state is undefined,
 * and runs are refused until it is reset or loaded.
 */
public abstract class AbstractLayerPlan implements LayerPlan {
    private final LayerSpec spec;
    private final List<int[]> stateShapes;
    private final int[] positions;
    private final ExclusiveUse use = new ExclusiveUse();
    private boolean stateUndefined;

    /**
     * @param spec what this plan is made for
     * @throws InvalidInputException if ids of an embedding are computed rather than given
     */
    protected AbstractLayerPlan(LayerSpec spec) {
        this.spec = spec;
        this.stateShapes = spec.carried();
        this.positions = new int[spec.sequences()];
        RunChecks.checkNumbered(spec.program());
    }

    /**
     * Computes; arguments are already checked, and there is at least one token.
     *
     * @param lengths tokens per sequence
     * @param positions tokens that each sequence has had before; not to be modified
     * @param inputs one tensor [tokens, width] per input slot
     * @param outputs one tensor [tokens, width] per output slot
     */
    protected abstract void execute(int[] lengths, int[] positions, List<Tensor> inputs, List<Tensor> outputs);

    /**
     * The same of which only some tokens' rows are wanted. This takes all and copies those.
     *
     * @param rows which tokens
     * @param outputs one tensor [rows, width] per output slot
     */
    protected void execute(int[] lengths, int[] positions, List<Tensor> inputs, int[] rows, List<Tensor> outputs) {
        int tokens = Arrays.stream(lengths).sum();
        List<Tensor> all = new ArrayList<>();
        for (Slot slot : spec.program().outputs()) {
            all.add(Tensor.zeros(tokens, slot.width()));
        }
        execute(lengths, positions, inputs, all);
        for (int i = 0; i < all.size(); i++) {
            copyRows(all.get(i), rows, outputs.get(i));
        }
    }

    /** Copies some rows of a tensor [tokens, width]. */
    protected static void copyRows(Tensor from, int[] rows, Tensor to) {
        long bytes = (long) from.dim(1) * Float.BYTES;
        for (int i = 0; i < rows.length; i++) {
            MemorySegment.copy(from.data(), rows[i] * bytes, to.data(), i * bytes, bytes);
        }
    }

    /** Puts everything that is carried back to its beginning. */
    protected abstract void clearState();

    /** Copies everything that is carried into zero tensors of the shapes that {@link LayerSpec#carried} gives. */
    protected abstract void readState(List<Tensor> state, int[] positions);

    /** Replaces everything that is carried; the tensors have the shapes that {@link LayerSpec#carried} gives. */
    protected abstract void writeState(List<Tensor> state, int[] positions);

    /** Frees everything; called once. */
    protected abstract void release();

    @Override
    public final LayerSpec spec() {
        return spec;
    }

    @Override
    public final void run(int[] lengths, List<Tensor> inputs, List<Tensor> outputs) {
        runChecked(lengths, inputs, null, outputs);
    }

    @Override
    public final void run(int[] lengths, List<Tensor> inputs, int[] rows, List<Tensor> outputs) {
        runChecked(lengths, inputs, rows.clone(), outputs);
    }

    /** @param rows null for all */
    private void runChecked(int[] lengths, List<Tensor> inputs, int[] rows, List<Tensor> outputs) {
        int[] own = lengths.clone();
        use.run(() -> {
            if (stateUndefined) {
                throw new IllegalStateException("the last run failed half-way and left the carried state undefined;"
                        + " call reset or loadState first");
            }
            int tokens = RunChecks.checkLengths(spec, own, positions);
            RunChecks.checkRows(rows, tokens);
            RunChecks.checkTensors("input", spec.program().inputs(), inputs, tokens, false);
            int wanted = rows == null ? tokens : rows.length;
            RunChecks.checkTensors("output", spec.program().outputs(), outputs, wanted, false);
            RunChecks.checkIds(spec.program(), inputs);
            if (tokens == 0) {
                return;
            }
            stateUndefined = true;
            if (rows == null || all(rows, tokens)) {
                execute(own, positions, inputs, outputs);
            } else {
                execute(own, positions, inputs, rows, outputs);
            }
            stateUndefined = false;
            Arrays.setAll(positions, i -> positions[i] + own[i]);
        });
    }

    private static boolean all(int[] rows, int tokens) {
        boolean all = rows.length == tokens;
        for (int i = 0; all && i < tokens; i++) {
            all = rows[i] == i;
        }
        return all;
    }

    @Override
    public final int[] positions() {
        int[][] copy = new int[1][];
        use.run(() -> copy[0] = positions.clone());
        return copy[0];
    }

    @Override
    public final void reset() {
        use.run(() -> {
            Arrays.fill(positions, 0);
            clearState();
            stateUndefined = false;
        });
    }

    @Override
    public final List<Tensor> saveState() {
        List<Tensor> state = new ArrayList<>();
        use.run(() -> {
            if (stateUndefined) {
                throw new IllegalStateException("the last run failed half-way: there is no state to save");
            }
            stateShapes.forEach(shape -> state.add(Tensor.zeros(shape)));
            readState(state, positions);
        });
        return state;
    }

    @Override
    public final void loadState(List<Tensor> state, int[] newPositions) {
        if (state.size() != stateShapes.size()) {
            throw new InvalidInputException(
                    "state: expected " + stateShapes.size() + " tensors but found " + state.size());
        }
        for (int i = 0; i < state.size(); i++) {
            if (!state.get(i).hasDims(stateShapes.get(i))) {
                throw new InvalidInputException("state " + i + ": expected " + Arrays.toString(stateShapes.get(i))
                        + " but found " + state.get(i));
            }
        }
        if (newPositions.length != spec.sequences()
                || Arrays.stream(newPositions).anyMatch(p -> p < 0 || p > spec.maxContext())) {
            throw new InvalidInputException("positions: expected " + spec.sequences() + " numbers from 0 to "
                    + spec.maxContext() + " but found " + Arrays.toString(newPositions));
        }
        int[] own = newPositions.clone();
        use.run(() -> {
            System.arraycopy(own, 0, positions, 0, own.length);
            writeState(state, positions);
            stateUndefined = false;
        });
    }

    @Override
    public final void close() {
        use.close(this::release);
    }
}
