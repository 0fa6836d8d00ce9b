package io.deltarule.core.testkit;

import io.deltarule.core.Comparison;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * What float32 alone costs: the errors of the plain recurrence, token by token, in eight orders of its sums over channels,
 * and from them how far a fast path may be off.
 *
 * <pre>  tolerance = largest² / median,   of the eight errors plus {@link Float32Recurrence#REORDERING_FLOOR} </pre>
 *
 * A fast path takes sums in yet another order, so its error is one more of the kind. Were the
 * logarithms of such errors normally distributed, which is assumed, the largest of eight would be 1.4 standard deviations
 * above their median; the tolerance is twice as far. Mostly the eight are
 * alike. Where read queries a thousand times too large decide between rows, one may be thirty times another, and says nothing
 * alone.
 */
final class Float32Tolerance {
    /** Seeds of the orders; 0 is that in which channels come. */
    static final List<Integer> ORDERS = IntStream.range(0, 8).boxed().toList();

    private final Map<String, List<Double>> ratios = new HashMap<>();

    /** Notes the error of one tensor in one order. */
    void add(Comparison plain) {
        ratios.computeIfAbsent(plain.name(), _ -> new ArrayList<>())
                .add(plain.ratio() + Float32Recurrence.REORDERING_FLOOR);
    }

    /** The largest ratio that a fast path may show in a tensor. */
    double tolerance(String name) {
        List<Double> sorted = ratios.get(name).stream().sorted().toList();
        int middle = sorted.size() / 2;
        double median = (sorted.get(middle - 1) + sorted.get(middle)) / 2;
        return sorted.getLast() * sorted.getLast() / median;
    }

    /** The largest that it may show in any. */
    double largestTolerance() {
        return Collections.max(ratios.keySet().stream().map(this::tolerance).toList());
    }
}
