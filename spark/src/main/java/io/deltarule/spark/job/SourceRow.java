package io.deltarule.spark.job;

import java.io.Serializable;

/**
 * A row as it was read.
 *
 * @param text its text, or, where there is a problem, as much of the row as can be shown; may be null
 * @param id what tells it apart, or null
 * @param prefix what comes before its text, or null for nothing of its own
 * @param problem why no text could be read; null where one was
 */
record SourceRow(String text, String id, String prefix, String problem) implements Serializable {
    static SourceRow bad(String raw, String id, String problem) {
        return new SourceRow(raw, id, null, problem);
    }

    /** Its key, for its seed. */
    String key() {
        return id == null ? String.valueOf(text) : id;
    }
}
