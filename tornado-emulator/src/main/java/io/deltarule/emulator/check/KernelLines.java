package io.deltarule.emulator.check;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Places in kernels, numbered when a kernel is rewritten, so that an access can be remembered in a few bits. */
public final class KernelLines {

    /** A place that is not known: code that was not rewritten. */
    public static final int UNKNOWN = 0;

    private static final List<String> PLACES = new ArrayList<>(List.of("an unknown line"));
    private static final Map<String, Integer> METHODS = new HashMap<>();

    /** The method of each place; read without a lock, so it is replaced, never changed where it may be read. */
    private static volatile int[] methodOf = new int[1024];

    private KernelLines() {}

    public static synchronized int add(String className, String method, String sourceFile, int line) {
        int site = PLACES.size();
        if (site == RaceLog.SITES) {
            throw new IllegalStateException("more than " + site + " places in kernels");
        }
        if (site == methodOf.length) {
            methodOf = Arrays.copyOf(methodOf, 2 * site);
        }
        methodOf[site] = method(className, method);
        PLACES.add(className.substring(className.lastIndexOf('.') + 1) + "." + method + "(" + sourceFile + ":" + line
                + ")");
        return site;
    }

    /** The number of a method, by its name. */
    public static synchronized int method(String className, String method) {
        return METHODS.computeIfAbsent(className + "." + method, _ -> METHODS.size() + 1);
    }

    /** The method that a place lies in. */
    static int methodOf(int site) {
        return methodOf[site];
    }

    public static synchronized String describe(int site) {
        return PLACES.get(site);
    }
}
