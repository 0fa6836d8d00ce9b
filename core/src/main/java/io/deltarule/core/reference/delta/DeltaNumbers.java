package io.deltarule.core.reference.delta;

import io.deltarule.core.DeltaInputs;
import io.deltarule.core.DeltaShape;
import io.deltarule.core.Input;
import java.util.EnumMap;
import java.util.Map;

/**
 * One operation's tensors in float64, row-major as {@link DeltaInputs} has them: widened from float32, or computed by other
 * operations and never rounded.
 *
 * @param shape the operation's lengths
 * @param inputs what there is of q, k, v, g, beta, p, b, w, r
 * @param initialState [N, HV, K, V], or null for zeros
 * @param ends the sequences' boundaries in tokens, N + 1 of them
 */
@SuppressWarnings("ArrayRecordComponent") // plain numbers, never compared
public record DeltaNumbers(DeltaShape shape, Map<Input, double[]> inputs, double[] initialState, int[] ends) {
    /** Those of tensors that were validated to have this shape. */
    static DeltaNumbers of(DeltaInputs in, DeltaShape shape) {
        Map<Input, double[]> inputs = new EnumMap<>(Input.class);
        in.tensors().forEach((input, tensor) -> inputs.put(input, Flat.widened(tensor)));
        return new DeltaNumbers(shape, inputs, Flat.widened(in.initialState()), in.boundaries(shape));
    }

    /** One input's numbers, null if it is not there. */
    double[] get(Input input) {
        return inputs.get(input);
    }

    /** How many heads an input that is there has. */
    int heads(Input input) {
        int width = shape.tokens() == 0 ? 0 : get(input).length / shape.tokens();
        return input.axesOfWidth(shape, width).heads();
    }

    /**
     * The state before a sequence's first token.
     *
     * @param numbers of all states, null for zeros
     * @param item which of them, N·HV
     */
    static double[][] state(double[] numbers, DeltaShape shape, int item) {
        double[][] S = new double[shape.K()][shape.V()];
        for (int d = 0; numbers != null && d < shape.K(); d++) {
            System.arraycopy(numbers, (item * shape.K() + d) * shape.V(), S[d], 0, shape.V());
        }
        return S;
    }
}
