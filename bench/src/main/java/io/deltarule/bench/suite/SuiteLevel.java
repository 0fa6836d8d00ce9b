package io.deltarule.bench.suite;

import io.deltarule.core.InvalidInputException;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** How much a suite measures. */
public enum SuiteLevel {
    /** The main numbers, and of the curves only those over the length. */
    QUICK,
    /** Every curve: about two minutes on a CPU. */
    STANDARD,
    /** Every curve up to the lengths that memory allows, and for longer. */
    FULL;

    /** As reports and the command line call it. */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The level of a name.
     *
     * @throws InvalidInputException if there is none
     */
    public static SuiteLevel named(String id) {
        return Arrays.stream(values())
                .filter(level -> level.id().equals(id))
                .findFirst()
                .orElseThrow(() -> new InvalidInputException("--suite: expected "
                        + Arrays.stream(values()).map(SuiteLevel::id).collect(Collectors.joining(", ")) + " but found '"
                        + id
                        + "'"));
    }
}
