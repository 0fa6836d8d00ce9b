package io.deltarule.core;

/**
 * What a backward pass begins with: the gradient of a loss with respect to each output of the operation. Any may be null,
 * which stands for zeros.
 *
 * @param o gradient of the linear read-out [B, T, HV, V], or null
 * @param oCross gradient of the selective read-out [B, T, HV, V], or null; only where there is a selective read
 * @param finalState gradient of the state after the last token [N, HV, K, V], or null
 */
public record DeltaCotangents(Tensor o, Tensor oCross, Tensor finalState) {
    /** Cotangents of an operation that only reads linearly. */
    public DeltaCotangents(Tensor o, Tensor finalState) {
        this(o, null, finalState);
    }

    /**
     * Checks the shapes.
     *
     * @param shape the operation's lengths
     * @throws InvalidInputException naming the tensor that does not fit
     */
    public void validate(DeltaShape shape) {
        expect("d_o", o, shape.readOut());
        if (oCross != null && !shape.crossRead()) {
            throw new InvalidInputException(
                    "d_o_cross: expected none, because there are no read queries r, but found " + oCross);
        }
        expect("d_o_cross", oCross, shape.readOut());
        expect("d_final_state", finalState, shape.state().dims());
    }

    private static void expect(String name, Tensor found, int... dims) {
        if (found != null && !found.hasDims(dims)) {
            throw new InvalidInputException(
                    name + ": expected " + java.util.Arrays.toString(dims) + " but found " + found);
        }
    }
}
