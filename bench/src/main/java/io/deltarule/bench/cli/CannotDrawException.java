package io.deltarule.bench.cli;

/** This machine's Java cannot draw; the message says what to install. */
final class CannotDrawException extends RuntimeException {
    CannotDrawException(String message) {
        super(message);
    }
}
