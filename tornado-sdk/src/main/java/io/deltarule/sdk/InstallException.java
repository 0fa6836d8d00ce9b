package io.deltarule.sdk;

/** An SDK could not be installed, for a reason outside this program: network, server, archive or disk. */
public final class InstallException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * @param message one line: what was expected, what was found, the cure
     */
    public InstallException(String message) {
        super(message);
    }

    /**
     * @param message one line: what was expected, what was found, the cure
     * @param cause what the machine said
     */
    public InstallException(String message, Throwable cause) {
        super(message, cause);
    }
}
