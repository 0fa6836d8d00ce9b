package io.deltarule.cli.output;

/** This machine's Java cannot draw; the message says what to install. */
public final class CannotDrawException extends RuntimeException {
    public CannotDrawException(String message) {
        super(message);
    }
}
