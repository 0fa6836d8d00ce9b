package io.deltarule.core;

import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/**
 * The tensors of one operation, in the order in which they are passed everywhere: q, k, v, g, beta, then the variant's
 * own, then the initial state.
 *
 * <p>A packed batch has B = 1 and {@code cuSeqlens} = [0, end of sequence 0, end of sequence 1, …, T]; empty sequences
 * are allowed and keep their state. Without {@code cuSeqlens} each batch row is a sequence.
 *
 * <p>With read queries r [B, T, HV, V] the operation also reads the state's rows by cross-attention, after the same
 * write (DeltaLens):
 *
 * <pre>  ℓ_t = S_t r_t / √V        o_cross_t = S_tᵀ softmax(ℓ_t) </pre>
 *
 * @param householders micro-steps per token (n); k, v, beta and the variant's own tensors have T·n rows
 * @param tensors what there is of q, k, v, g, beta, p, b, w, r
 * @param initialState state before the first token [N, HV, K, V], or null for zeros
 * @param cuSeqlens sequence boundaries in tokens, N + 1 of them, or null
 */
@SuppressWarnings("ArrayRecordComponent") // the array is copied on the way in and out
public record DeltaInputs(int householders, Map<Input, Tensor> tensors, Tensor initialState, int[] cuSeqlens) {
    /** Copies the map and the boundaries. */
    public DeltaInputs {
        Map<Input, Tensor> inOrder = new EnumMap<>(Input.class);
        inOrder.putAll(tensors);
        tensors = Collections.unmodifiableMap(inOrder);
        cuSeqlens = cuSeqlens == null ? null : cuSeqlens.clone();
    }

    /**
     * The three tensors that every variant has; add the others with the {@code with…} methods.
     *
     * @param q queries [B, T, H, K]
     * @param k keys [B, T·n, H, K]
     * @param v values [B, T·n, HV, V]
     * @return inputs with one micro-step per token, no gate, no initial state
     */
    public static DeltaInputs of(Tensor q, Tensor k, Tensor v) {
        return new DeltaInputs(1, Map.of(Input.Q, q, Input.K, k, Input.V, v), null, null);
    }

    /** The same with one more tensor; null leaves it out. */
    public DeltaInputs with(Input input, Tensor tensor) {
        Map<Input, Tensor> more = new EnumMap<>(Input.class);
        more.putAll(tensors);
        if (tensor == null) {
            more.remove(input);
        } else {
            more.put(input, tensor);
        }
        return new DeltaInputs(householders, more, initialState, cuSeqlens);
    }

    /** The same with n micro-steps per token. */
    public DeltaInputs withHouseholders(int n) {
        return new DeltaInputs(n, tensors, initialState, cuSeqlens);
    }

    /** The same from another state before the first token, null for zeros. */
    public DeltaInputs withInitialState(Tensor state) {
        return new DeltaInputs(householders, tensors, state, cuSeqlens);
    }

    /** The same as a packed batch with these boundaries. */
    public DeltaInputs withCuSeqlens(int... boundaries) {
        return new DeltaInputs(householders, tensors, initialState, boundaries);
    }

    /** One tensor, null if it is not there. */
    public Tensor get(Input input) {
        return tensors.get(input);
    }

    /** A copy of the boundaries, null if there are none. */
    @Override
    public int[] cuSeqlens() {
        return cuSeqlens == null ? null : cuSeqlens.clone();
    }

    /** Sequence boundaries in tokens whether packed or not: row b of a batch is [b·T, (b+1)·T). */
    public int[] boundaries(DeltaShape shape) {
        if (cuSeqlens != null) {
            return cuSeqlens.clone();
        }
        int[] ends = new int[shape.B() + 1];
        Arrays.setAll(ends, b -> b * shape.T());
        return ends;
    }

    /**
     * Checks every tensor against the variant and against each other.
     *
     * @param variant which variant's tensors are expected
     * @return the operation's lengths: B, T, H, K from q, HV and V from v
     * @throws InvalidInputException naming the first tensor that does not fit, what was expected and what was found
     */
    public DeltaShape validate(Variant variant) {
        return new InputCheck(variant, this).shape();
    }
}
