package io.deltarule.core;

/**
 * Numbers that float32 cannot hold: an input that is not finite, or a state that grew without bound, as it does with
 * keys that are not normalised. The message is one line: where, and what to do. What was written to the outputs, and a
 * state kept in the plan, are then undefined.
 */
public final class NumericException extends ArithmeticException {
    private static final long serialVersionUID = 1L;

    /**
     * With its message.
     *
     * @param message one line that names sequence, head and token, or the input and the index in it
     */
    public NumericException(String message) {
        super(message);
    }
}
