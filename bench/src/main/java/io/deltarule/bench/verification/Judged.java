package io.deltarule.bench.verification;

import io.deltarule.core.Comparison;
import java.util.Comparator;
import java.util.List;

/**
 * A comparison and the largest ratio that passes.
 *
 * @param comparison of one tensor
 * @param tolerance of it
 */
record Judged(Comparison comparison, double tolerance) {
    boolean passed() {
        return comparison.within(tolerance);
    }

    /** The one that uses up most of its tolerance; one that is not finite before any other. */
    static Judged worst(List<Judged> all) {
        return all.stream()
                .max(Comparator.comparingDouble(each -> each.comparison.ratio() / each.tolerance)) // NaN is the largest
                .orElseThrow();
    }
}
