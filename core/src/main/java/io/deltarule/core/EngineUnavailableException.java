package io.deltarule.core;

/**
 * An engine or device that was asked for by name and cannot serve here. The message says why and what to install or
 * choose instead; nothing falls back silently.
 */
public final class EngineUnavailableException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    /**
     * Without a cause.
     *
     * @param message one line: what was asked for, why it cannot serve, and the cure
     */
    public EngineUnavailableException(String message) {
        super(message);
    }

    /**
     * With what the machine said.
     *
     * @param message one line: what was asked for, why it cannot serve, and the cure
     * @param cause what the machine said
     */
    public EngineUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
