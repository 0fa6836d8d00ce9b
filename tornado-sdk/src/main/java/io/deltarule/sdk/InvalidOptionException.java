package io.deltarule.sdk;

/** An option of an installation cannot be right; whoever gave it can mend it. */
public final class InvalidOptionException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * @param message one line: the option, what was expected, what was found, the cure
     */
    public InvalidOptionException(String message) {
        super(message);
    }
}
