package io.deltarule.core;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Where a backward pass puts its results: the gradient of the loss with respect to each input, in that input's shape.
 *
 * <p>Value heads that share a query/key head add up in the gradients of the tensors they share.
 *
 * @param tensors one tensor for each that the run's {@link DeltaInputs} have, of the same shape
 * @param initialState gradient of the state before the first token [N, HV, K, V], also where that was zeros by default;
 *     null if it is not wanted
 */
public record DeltaGradients(Map<Input, Tensor> tensors, Tensor initialState) {
    /** Copies the map. */
    public DeltaGradients {
        Map<Input, Tensor> inOrder = new EnumMap<>(Input.class);
        inOrder.putAll(tensors);
        tensors = Collections.unmodifiableMap(inOrder);
    }

    /**
     * Gradients of the right shapes in the Java heap, poisoned with NaN so that what was not written shows.
     *
     * @param in the operation's inputs
     * @param shape their lengths
     * @return new tensors, that of the initial state included but for log-linear states, which have none
     */
    public static DeltaGradients poisoned(DeltaInputs in, DeltaShape shape) {
        Map<Input, Tensor> tensors = new EnumMap<>(Input.class);
        in.tensors()
                .forEach((input, tensor) ->
                        tensors.put(input, Tensor.zeros(tensor.dims()).fill(Float.NaN)));
        Tensor state =
                shape.logLinear() ? null : Tensor.zeros(shape.state().dims()).fill(Float.NaN);
        return new DeltaGradients(tensors, state);
    }

    /** One gradient, null if it is not there. */
    public Tensor get(Input input) {
        return tensors.get(input);
    }

    /**
     * Checks that there is one gradient per input, and the shapes.
     *
     * @param in the operation's inputs
     * @param shape their lengths
     * @throws InvalidInputException naming the tensor that does not fit
     */
    public void validate(DeltaInputs in, DeltaShape shape) {
        if (!tensors.keySet().equals(in.tensors().keySet())) {
            throw new InvalidInputException("gradients: expected one for each of the inputs " + names(in.tensors())
                    + " but found " + names(tensors));
        }
        in.tensors().forEach((input, tensor) -> {
            Tensor gradient = tensors.get(input);
            if (!gradient.hasDims(tensor.dims())) {
                throw new InvalidInputException(
                        "d_" + input.id() + ": expected " + tensor + " as " + input.id() + " but found " + gradient);
            }
        });
        if (initialState != null && !shape.state().fits(initialState)) {
            throw new InvalidInputException(
                    "d_initial_state: expected " + shape.state() + " but found " + initialState);
        }
    }

    private static String names(Map<Input, Tensor> tensors) {
        return tensors.keySet().stream().map(Input::id).collect(Collectors.joining(", "));
    }
}
