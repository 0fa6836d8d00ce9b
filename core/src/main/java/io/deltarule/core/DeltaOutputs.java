package io.deltarule.core;

/**
 * Where an operation puts its results.
 *
 * @param o linear read-out [B, T, HV, V]
 * @param oCross selective read-out [B, T, HV, V], or null where there is none
 * @param finalState state after the last token [N, HV, K, V], or null if it is not wanted: a plan that keeps its state
 *     then saves writing it out at every decoded token
 */
public record DeltaOutputs(Tensor o, Tensor oCross, Tensor finalState) {
    /** Outputs of an operation that only reads linearly. */
    public DeltaOutputs(Tensor o, Tensor finalState) {
        this(o, null, finalState);
    }

    /**
     * Outputs of the right shapes in the Java heap, poisoned with NaN so that what was not written shows.
     *
     * @param shape the operation's lengths
     * @return new tensors
     */
    public static DeltaOutputs poisoned(DeltaShape shape) {
        return new DeltaOutputs(
                Tensor.zeros(shape.readOut()).fill(Float.NaN),
                shape.crossRead() ? Tensor.zeros(shape.readOut()).fill(Float.NaN) : null,
                Tensor.zeros(shape.state().dims()).fill(Float.NaN));
    }

    /**
     * Checks the shapes.
     *
     * @param shape the operation's lengths
     * @throws InvalidInputException naming the tensor that does not fit
     */
    public void validate(DeltaShape shape) {
        expect("o", o, shape.readOut());
        if (shape.crossRead() != (oCross != null)) {
            throw new InvalidInputException(
                    shape.crossRead()
                            ? "o_cross: expected a tensor for the selective read-out but found none"
                            : "o_cross: expected none, because there are no read queries r, but found " + oCross);
        }
        if (oCross != null) {
            expect("o_cross", oCross, shape.readOut());
        }
        if (finalState != null) {
            expect("final_state", finalState, shape.state().dims());
        }
    }

    private static void expect(String name, Tensor found, int... dims) {
        if (!found.hasDims(dims)) {
            throw new InvalidInputException(
                    name + ": expected " + java.util.Arrays.toString(dims) + " but found " + found);
        }
    }
}
