package io.deltarule.models.format;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** What comes from files, made fit for a message: one line of bounded length. */
final class Shown {
    private static final int LONGEST = 200;
    private static final int MOST = 8;

    private Shown() {}

    /** A text cut to a length, without control characters. */
    static String text(String text) {
        String cut = text.length() <= LONGEST ? text : text.substring(0, LONGEST) + " ...";
        return cut.replaceAll("[\\p{C}\\p{Zl}\\p{Zp}]+", " ");
    }

    /** The first few names, and how many there are beyond them. */
    static String names(Collection<String> names) {
        List<String> shown = new ArrayList<>();
        names.stream().limit(MOST).forEach(name -> shown.add(text(name)));
        String joined = String.join(", ", shown);
        return names.size() <= MOST ? joined : joined + " and " + (names.size() - MOST) + " more";
    }
}
