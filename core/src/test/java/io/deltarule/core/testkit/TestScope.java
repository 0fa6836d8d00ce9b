package io.deltarule.core.testkit;

import java.util.ArrayList;
import java.util.List;

/**
 * How much of its cases a test runs: all, or in the quick run of the edit loop, {@code ./mvnw -Pquick verify}, a part.
 * CONTRIBUTING says what that leaves out.
 */
public final class TestScope {
    /** The tag of tests that the quick run leaves out: the slowest, and those that start programs. */
    public static final String THOROUGH = "thorough";

    private static final boolean QUICK = Boolean.getBoolean("deltarule.test.quick");

    private TestScope() {}

    /** All of them, in the quick run none. */
    public static <T> List<T> unlessQuick(List<T> all) {
        return QUICK ? List.of() : all;
    }

    /** All of them, in the quick run the first and every {@code step}-th after it. */
    public static <T> List<T> thinned(List<T> all, int step) {
        if (!QUICK) {
            return all;
        }
        List<T> some = new ArrayList<>();
        for (int i = 0; i < all.size(); i += step) {
            some.add(all.get(i));
        }
        return some;
    }
}
