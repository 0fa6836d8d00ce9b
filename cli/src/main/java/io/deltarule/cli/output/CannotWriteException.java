package io.deltarule.cli.output;

import java.io.IOException;

/** What a command made could not be written; the message says where, why, and what to do. */
public final class CannotWriteException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * @param where a file, or standard output
     * @param cause what the system said
     */
    public CannotWriteException(String where, IOException cause) {
        super(line(where, cause), cause);
    }

    static String line(String where, IOException cause) {
        String reason = cause.getMessage() == null ? cause.toString() : cause.getMessage();
        return where + ": expected to write all of it but could not (" + reason
                + "); make room there, or send it to another place";
    }
}
