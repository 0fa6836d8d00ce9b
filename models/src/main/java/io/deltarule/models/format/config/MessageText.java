package io.deltarule.models.format.config;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** Makes what comes from a file fit for a message: one line of bounded length, without control characters. */
public final class MessageText {
    private static final int LONGEST = 200;
    private static final int MOST = 8;

    private MessageText() {}

    /** A text cut to a length, without control characters. */
    public static String text(String text) {
        String cut = text.length() <= LONGEST ? text : text.substring(0, LONGEST) + " ...";
        return cut.replaceAll("[\\p{C}\\p{Zl}\\p{Zp}]+", " ");
    }

    /** The first few names, and how many there are beyond them. */
    public static String names(Collection<String> names) {
        List<String> shown = new ArrayList<>();
        names.stream().limit(MOST).forEach(name -> shown.add(text(name)));
        String joined = String.join(", ", shown);
        return names.size() <= MOST ? joined : joined + " and " + (names.size() - MOST) + " more";
    }
}
