package io.deltarule.emulator;

import java.util.ArrayList;
import java.util.List;

/** Places in kernels, numbered when a kernel is rewritten, so that an access can be remembered in a few bits. */
final class Sites {

    /** A place that is not known: code that was not rewritten, or one of too many. */
    static final int UNKNOWN = 0;

    /** Access stamps have sixteen bits for a place. */
    private static final int LIMIT = 1 << 16;

    private static final List<String> PLACES = new ArrayList<>(List.of("an unknown line"));

    private Sites() {}

    static synchronized int add(String className, String method, String sourceFile, int line) {
        if (PLACES.size() == LIMIT) {
            return UNKNOWN;
        }
        String simpleName = className.substring(className.lastIndexOf('.') + 1);
        PLACES.add(simpleName + "." + method + "(" + sourceFile + ":" + line + ")");
        return PLACES.size() - 1;
    }

    static synchronized String describe(int site) {
        return PLACES.get(site);
    }
}
