package io.deltarule.bench.result;

import java.util.Locale;

/**
 * Something that says that a measurement did not have the machine to itself.
 *
 * @param kind what says it
 * @param text in words, for people
 */
public record LoadSign(Kind kind, String text) {
    /** What can say it. */
    public enum Kind {
        /** Other programs wanted processors in the minute before. */
        LOAD_AVERAGE,
        /** Repeats of one thing took very different times. */
        SPREAD,
        /** The machine did less than it has done before. */
        CEILING;

        /** As reports call it. */
        public String id() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
