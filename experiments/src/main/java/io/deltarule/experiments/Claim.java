package io.deltarule.experiments;

import java.util.List;
import java.util.Locale;

/**
 * What was published.
 *
 * @param statement the claim in one sentence
 * @param paper where it is made
 * @param setUp what it was shown with
 * @param numbers what came out there; empty where a law or a picture was published
 */
public record Claim(String statement, String paper, String setUp, List<Published> numbers) {
    public Claim {
        numbers = List.copyOf(numbers);
    }

    /** Where a published number was taken from. */
    public enum Basis {
        /** The paper, or its authors' code and configurations. */
        AUTHORS("from the authors"),
        /** Somebody else who quotes it. */
        QUOTED("as quoted elsewhere"),
        /** The memory of a reader; not compared with the paper. */
        RECALLED("from memory, not compared with the paper"),
        /** A formula that follows from the recurrence. */
        DERIVED("derived");

        private final String says;

        Basis(String says) {
            this.says = says;
        }

        /** The same for people. */
        public String says() {
            return says;
        }

        /** Its name in documents. */
        public String id() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * One published number, or several of one row.
     *
     * @param what model and setting
     * @param value as published
     * @param basis where it was taken from
     */
    public record Published(String what, String value, Basis basis) {}
}
