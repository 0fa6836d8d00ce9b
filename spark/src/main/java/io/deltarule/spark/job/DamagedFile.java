package io.deltarule.spark.job;

import io.deltarule.core.InvalidInputException;
import java.io.IOException;
import java.util.Optional;
import org.apache.spark.sql.AnalysisException;

/** Tells a file that cannot be read from a reader that cannot work. */
final class DamagedFile {
    private DamagedFile() {}

    /** What is wrong with the file, in one line; empty where the file is not to blame. */
    static Optional<String> of(Throwable thrown) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            String message = String.valueOf(cause.getMessage());
            if (cause instanceof InvalidInputException
                    || cause instanceof AnalysisException
                    || cause instanceof IOException
                    || cause.getClass().getName().startsWith("org.apache.parquet.")
                    || message.startsWith("[FAILED_READ_FILE")) {
                return Optional.of(innermost(cause).lines().findFirst().orElse("no reason"));
            }
        }
        return Optional.empty();
    }

    /** The last cause that says something: outer ones say that a file could not be read, which is known. */
    private static String innermost(Throwable thrown) {
        String said = String.valueOf(thrown.getMessage());
        for (Throwable cause = thrown.getCause(); cause != null; cause = cause.getCause()) {
            if (cause.getMessage() != null) {
                said = cause.getMessage();
            }
        }
        return said;
    }
}
