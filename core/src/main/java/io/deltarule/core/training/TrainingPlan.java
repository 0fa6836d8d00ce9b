package io.deltarule.core.training;

import io.deltarule.core.Tensor;
import java.util.List;
import java.util.Optional;

/**
 * A program forward and backward, on one engine, made once and run many times. It owns its buffers and is closed.
 *
 * <p>A program is in single-assignment form, so that its gradient is one walk backward: each operation takes the gradient of
 * the slots that it wrote, and adds to those of the slots that it read and of its weights, in a fixed order. With L the
 * loss and ȳ = ∂L/∂y for everything y that there is:
 *
 * <pre>
 *   y = f(x, W)       x̄ += (∂f/∂x)ᵀ ȳ       W̄ += (∂f/∂W)ᵀ ȳ
 * </pre>
 *
 * The loss may be one of the program's slots ({@link io.deltarule.core.layer.MatrixOp.CrossEntropy}), or anything whose
 * gradient with respect to the program's outputs the caller knows.
 *
 * <p>A forward run goes on where the one before it left each sequence, as {@link io.deltarule.core.layer.LayerPlan#run} does, and is
 * remembered. {@link #backward} goes back over the last run that is remembered, and forgets it; what it finds of the states
 * that this run began with is handed to the run before it, so that runs gone back over one after the other, the last one
 * first, give the gradients of one long run. Going forward again after that makes a new beginning of this chain: the gradient ends
 * at the states that were carried there (truncated back-propagation through time). {@link #reset} forgets all runs and
 * puts every sequence back to its beginning, as most training does before each batch.
 *
 * <p>The weights may change between a backward and the next forward run, not between a run's forward and its backward. One
 * thread at a time: a concurrent call is refused with {@link IllegalStateException}, as is any call after {@link #close}.
 */
public interface TrainingPlan extends AutoCloseable {
    /** What this plan was made for. */
    TrainingSpec spec();

    /**
     * Runs the program over the next tokens of every sequence and remembers what going back needs.
     *
     * @param lengths how many tokens each sequence brings, N numbers, 0 allowed
     * @param inputs one tensor [tokens, width] per input slot, the sequences' tokens one after the other; copied
     * @param outputs one tensor [tokens, width] per output slot, overwritten
     * @throws io.deltarule.core.InvalidInputException if a length or shape does not fit; nothing was computed
     * @throws IllegalStateException if runs are remembered and backward has gone back over later ones: go back over these
     *     too, or reset
     */
    void forward(int[] lengths, List<Tensor> inputs, List<Tensor> outputs);

    /**
     * Goes back over the last run that is remembered.
     *
     * @param outputGradients L's gradient with respect to each output [tokens, width], null for zeros; not modified
     * @param gradients of the layout {@link TrainingSpec#trained}: L's gradient is added
     * @param inputGradients where L's gradient with respect to each input goes, [tokens, width], overwritten; null where it is not
     *     wanted, as it has to be for ids and labels
     * @throws io.deltarule.core.InvalidInputException if a layout or shape does not fit; nothing was computed
     * @throws IllegalStateException if no run is remembered
     */
    void backward(List<Tensor> outputGradients, ParameterArena gradients, List<Tensor> inputGradients);

    /** How many tokens each sequence has had. */
    int[] positions();

    /** Bytes that the plan holds now: slots, gradients, states, scratch; those of the weights and their gradients are the caller's. */
    long bytes();

    /**
     * The first thing of the last forward run, in the program's order, with a number that is not finite: to find out where a loss
     * that is not comes from.
     *
     * @return what it is, for example {@code weight model.layers.0.mlp.up_proj.weight} or {@code slot layers.0.attn.o}; empty where
     *     all that is remembered is finite
     */
    Optional<String> firstNotFinite();

    /** Forgets all runs and puts every sequence back to its beginning: zero states. */
    void reset();

    /** Frees the plan's buffers; further calls do nothing. */
    @Override
    void close();
}
