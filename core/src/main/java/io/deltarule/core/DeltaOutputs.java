package io.deltarule.core;

/**
 * Where an operation puts its results.
 *
 * @param o read-out [B, T, HV, V]
 * @param finalState state after the last token [N, HV, K, V], or null if it is not wanted: a plan that keeps its state
 *     then saves writing it out at every decoded token
 */
public record DeltaOutputs(Tensor o, Tensor finalState) {
    /**
     * Outputs of the right shapes in the Java heap, poisoned with NaN so that what was not written shows.
     *
     * @param shape the operation's lengths
     * @return new tensors
     */
    public static DeltaOutputs poisoned(DeltaShape shape) {
        return new DeltaOutputs(
                Tensor.zeros(shape.B(), shape.T(), shape.HV(), shape.V()).fill(Float.NaN),
                Tensor.zeros(shape.sequences(), shape.HV(), shape.K(), shape.V())
                        .fill(Float.NaN));
    }

    /**
     * Checks the shapes.
     *
     * @param shape the operation's lengths
     * @throws InvalidInputException naming the tensor that does not fit
     */
    public void validate(DeltaShape shape) {
        expect("o", o, shape.B(), shape.T(), shape.HV(), shape.V());
        if (finalState != null) {
            expect("final_state", finalState, shape.sequences(), shape.HV(), shape.K(), shape.V());
        }
    }

    private static void expect(String name, Tensor found, int... dims) {
        if (!found.hasDims(dims)) {
            throw new InvalidInputException(
                    name + ": expected " + java.util.Arrays.toString(dims) + " but found " + found);
        }
    }
}
