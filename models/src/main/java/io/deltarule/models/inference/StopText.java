package io.deltarule.models.inference;

import io.deltarule.core.InvalidInputException;
import java.util.List;

/**
 * Text up to the first of some texts that end it. What may be the beginning of one is held back until it is known whether it
 * is, so that nothing of a stop is ever handed out.
 */
public final class StopText {
    private final List<String> stops;

    /** What was taken and not handed out: the longest end of the text so far that begins a stop. */
    private String held = "";

    private boolean reached;

    /**
     * A text that begins here.
     *
     * @param stops none of them empty; none at all for a text that only tokens end
     * @throws InvalidInputException if one is empty, which would end every text before its first character
     */
    public StopText(List<String> stops) {
        this.stops = List.copyOf(stops);
        if (this.stops.contains("")) {
            throw new InvalidInputException("stop: expected a text but found an empty one, which ends every answer at"
                    + " once; leave it out or name a text");
        }
    }

    /**
     * Takes the next piece.
     *
     * @param fresh what follows what was taken before
     * @return the text that is certainly before every stop
     */
    public String next(String fresh) {
        if (reached) {
            return "";
        }
        String text = held + fresh;
        int end = -1;
        for (String stop : stops) {
            int at = text.indexOf(stop);
            end = at >= 0 && (end < 0 || at < end) ? at : end;
        }
        if (end >= 0) {
            reached = true;
            held = "";
            return text.substring(0, end);
        }
        int keep = beginning(text);
        held = text.substring(keep);
        return text.substring(0, keep);
    }

    /** The first place from which on the text may be the beginning of a stop; its length where there is none. */
    private int beginning(String text) {
        int longest = stops.stream().mapToInt(String::length).max().orElse(0);
        for (int from = Math.max(0, text.length() - longest + 1); from < text.length(); from++) {
            String end = text.substring(from);
            if (stops.stream().anyMatch(stop -> stop.startsWith(end))) {
                return from;
            }
        }
        return text.length();
    }

    /** Whether a stop was found: the text is over. */
    public boolean reached() {
        return reached;
    }

    /** What is left at the end of a text without a stop: what looked like the beginning of one. */
    public String rest() {
        String rest = held;
        held = "";
        return rest;
    }
}
