package io.deltarule.core;

/**
 * Arguments that cannot be right. The message is one line: what was expected, what was found and what to do.
 */
public final class InvalidInputException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    /**
     * With its message.
     *
     * @param message one line that names the argument, what was expected and what was found
     */
    public InvalidInputException(String message) {
        super(message);
    }
}
