package io.deltarule.core.engine;

import io.deltarule.core.InvalidInputException;
import io.deltarule.core.Tensor;
import io.deltarule.core.layer.LayerSpec;
import io.deltarule.core.layer.Slot;
import io.deltarule.core.training.ParameterArena;
import io.deltarule.core.training.TrainingPlan;
import io.deltarule.core.training.TrainingSpec;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What every engine's training plan shares: arguments are checked before anything is computed, runs are gone back over last
 * first, positions are counted, use by two threads at once and use after close are refused. After a run that failed half-way
 * everything but a reset is refused.
 */
public abstract class AbstractTrainingPlan implements TrainingPlan {
    private final TrainingSpec spec;
    private final Set<Slot> numbered;
    private final int[] positions;
    private final Deque<int[]> remembered = new ArrayDeque<>(); // each run's lengths, the last one first
    private final ExclusiveUse use = new ExclusiveUse();
    private boolean goneBack; // over the last run, and no run since
    private boolean undefined;

    /**
     * @param spec what this plan is made for
     * @throws InvalidInputException if ids or labels are computed rather than given
     */
    protected AbstractTrainingPlan(TrainingSpec spec) {
        this.spec = spec;
        this.positions = new int[spec.layer().sequences()];
        RunChecks.checkNumbered(spec.layer().program());
        this.numbered = RunChecks.numbered(spec.layer().program());
    }

    /**
     * Computes and remembers; arguments are already checked. There may be no tokens.
     *
     * @param lengths tokens per sequence; never modified
     * @param positions tokens that each sequence has had before, a copy
     * @param chained whether the run before is remembered, so that going back will reach it
     */
    protected abstract void computeForward(
            int[] lengths, int[] positions, boolean chained, List<Tensor> inputs, List<Tensor> outputs);

    /**
     * Goes back over the last run that {@link #computeForward} remembers and forgets it.
     *
     * @param later whether the run after it was just gone back over, so that there are gradients of the states carried out
     * @param earlier whether a run before it is remembered, so that gradients of the states carried in are wanted
     * @param gradients where those of the weights are added, null in {@link #goBackInPlace}
     */
    protected abstract void computeBackward(
            boolean later,
            boolean earlier,
            List<Tensor> outputGradients,
            ParameterArena gradients,
            List<Tensor> inputGradients);

    /**
     * As {@link #backward}, with the weights' gradients left where the engine has them, for plans whose weights stay on a device.
     *
     * @param outputGradients as for {@link #backward}
     */
    protected final void goBackInPlace(List<Tensor> outputGradients) {
        goBack(
                outputGradients,
                null,
                Collections.nCopies(spec.layer().program().inputs().size(), null));
    }

    /** Does something that no other call may come between. */
    protected final void exclusively(Runnable work) {
        use.run(work);
    }

    /** Forgets every run and puts everything that is carried back to its beginning. */
    protected abstract void clear();

    /** The first of what the last run remembers that is not finite. */
    protected abstract Optional<String> notFinite();

    /** Bytes held now. */
    protected abstract long held();

    /** Frees everything; called once. */
    protected abstract void release();

    /** The inputs that hold numbers of rows and classes: ids and labels, which have no gradient. */
    protected final Set<Slot> numbered() {
        return Collections.unmodifiableSet(numbered);
    }

    @Override
    public final TrainingSpec spec() {
        return spec;
    }

    @Override
    public final void forward(int[] lengths, List<Tensor> inputs, List<Tensor> outputs) {
        int[] own = lengths.clone();
        LayerSpec layer = spec.layer();
        use.run(() -> {
            requireDefined();
            if (goneBack && !remembered.isEmpty()) {
                throw new IllegalStateException("expected backward " + remembered.size()
                        + " times more before the next forward run, or a reset: backward has gone over the runs after"
                        + " those that are still remembered");
            }
            int tokens = RunChecks.checkLengths(layer, own, positions);
            RunChecks.checkTensors("input", layer.program().inputs(), inputs, tokens, false);
            RunChecks.checkTensors("output", layer.program().outputs(), outputs, tokens, false);
            RunChecks.checkIds(layer.program(), inputs);
            undefined = true;
            computeForward(own, positions.clone(), !remembered.isEmpty(), inputs, outputs);
            undefined = false;
            goneBack = false;
            remembered.push(own);
            Arrays.setAll(positions, i -> positions[i] + own[i]);
        });
    }

    @Override
    public final void backward(List<Tensor> outputGradients, ParameterArena gradients, List<Tensor> inputGradients) {
        goBack(outputGradients, gradients, inputGradients);
    }

    private void goBack(List<Tensor> outputGradients, ParameterArena gradients, List<Tensor> inputGradients) {
        LayerSpec layer = spec.layer();
        use.run(() -> {
            requireDefined();
            if (remembered.isEmpty()) {
                throw new IllegalStateException("expected a forward run before backward but none is remembered");
            }
            int tokens = Arrays.stream(remembered.peek()).sum();
            RunChecks.checkTensors("output gradient", layer.program().outputs(), outputGradients, tokens, true);
            RunChecks.checkTensors("input gradient", layer.program().inputs(), inputGradients, tokens, true);
            for (int i = 0; i < inputGradients.size(); i++) {
                Slot slot = layer.program().inputs().get(i);
                if (inputGradients.get(i) != null && numbered.contains(slot)) {
                    throw new InvalidInputException("input gradient " + slot.name()
                            + ": expected null, since ids and labels have none, but found " + inputGradients.get(i));
                }
            }
            if (gradients != null && !gradients.layout().equals(spec.trained())) {
                throw new InvalidInputException("gradients: expected an arena of the layout of what is trained, "
                        + spec.trained() + ", but found " + gradients.layout());
            }
            undefined = true;
            boolean later = goneBack;
            remembered.pop();
            computeBackward(later, !remembered.isEmpty(), outputGradients, gradients, inputGradients);
            undefined = false;
            goneBack = true;
        });
    }

    private void requireDefined() {
        if (undefined) {
            throw new IllegalStateException("the last run failed half-way and left states and what was remembered"
                    + " undefined; call reset first");
        }
    }

    @Override
    public final int[] positions() {
        int[][] copy = new int[1][];
        use.run(() -> copy[0] = positions.clone());
        return copy[0];
    }

    @Override
    public final long bytes() {
        long[] bytes = new long[1];
        use.run(() -> bytes[0] = held());
        return bytes[0];
    }

    @Override
    public final Optional<String> firstNotFinite() {
        Optional<?>[] found = new Optional<?>[1];
        use.run(() -> found[0] = notFinite());
        return found[0].map(String.class::cast);
    }

    @Override
    public final void reset() {
        use.run(() -> {
            Arrays.fill(positions, 0);
            remembered.clear();
            goneBack = false;
            clear();
            undefined = false;
        });
    }

    @Override
    public final void close() {
        use.close(this::release);
    }
}
