package io.deltarule.models.chat;

import java.util.ArrayList;
import java.util.List;

/**
 * Tells what a model thought from what it answered, while the text comes. The thinking stands between {@code <think>} and
 * {@code </think>} at the beginning of the text, or from its beginning on where the prompt ends with the first mark. Blank
 * space around the thinking and line breaks before the answer belong to neither. A text without the marks is all answer, as it
 * is.
 */
public final class Thinking {
    private static final String OPEN = "<think>";
    private static final String CLOSE = "</think>";

    /**
     * Some text.
     *
     * @param thought whether it was thought rather than answered
     * @param text not empty
     */
    public record Piece(boolean thought, String text) {}

    private enum Place {
        BEFORE,
        THINKING,
        AFTER,
        ANSWER
    }

    private Place place;

    /** What was taken and not handed out: blank space that may be at an end, or the beginning of a mark. */
    private String held = "";

    private boolean thoughtSomething;

    /**
     * At the beginning of an answer.
     *
     * @param opened whether the prompt ends within the thinking already ({@link #opens})
     */
    public Thinking(boolean opened) {
        this.place = opened ? Place.THINKING : Place.BEFORE;
    }

    /** Whether a prompt ends within the thinking, so that an answer begins there. */
    public static boolean opens(String prompt) {
        return prompt.stripTrailing().endsWith(OPEN);
    }

    /** Takes some text and says what of it and of what was held back is certain now. */
    public List<Piece> next(String fresh) {
        held += fresh;
        List<Piece> pieces = new ArrayList<>();
        if (place == Place.BEFORE) {
            before();
        }
        if (place == Place.THINKING) {
            think(pieces);
        }
        if (place == Place.AFTER) {
            held = withoutFirstBreaks(held);
            place = held.isEmpty() ? Place.AFTER : Place.ANSWER;
        }
        if (place == Place.ANSWER) {
            add(pieces, false, held);
            held = "";
        }
        return pieces;
    }

    private void before() {
        String begin = held.stripLeading();
        if (begin.startsWith(OPEN)) {
            place = Place.THINKING;
            held = begin.substring(OPEN.length());
        } else if (!OPEN.startsWith(begin)) {
            place = Place.ANSWER;
        }
    }

    private void think(List<Piece> pieces) {
        if (!thoughtSomething) {
            held = held.stripLeading();
        }
        int end = held.indexOf(CLOSE);
        int certain = end >= 0 ? end : beginningOfMark(held);
        String text = held.substring(0, certain).stripTrailing();
        add(pieces, true, text);
        thoughtSomething |= !text.isEmpty();
        if (end >= 0) {
            place = Place.AFTER;
            held = held.substring(end + CLOSE.length());
        } else {
            held = held.substring(text.length());
        }
    }

    private static int beginningOfMark(String text) {
        for (int from = Math.max(0, text.length() - CLOSE.length() + 1); from < text.length(); from++) {
            if (CLOSE.startsWith(text.substring(from))) {
                return from;
            }
        }
        return text.length();
    }

    private static String withoutFirstBreaks(String text) {
        int from = 0;
        while (from < text.length() && (text.charAt(from) == '\n' || text.charAt(from) == '\r')) {
            from++;
        }
        return text.substring(from);
    }

    private static void add(List<Piece> pieces, boolean thought, String text) {
        if (!text.isEmpty()) {
            pieces.add(new Piece(thought, text));
        }
    }

    /** What is left at the end of the text. */
    public List<Piece> rest() {
        List<Piece> pieces = new ArrayList<>();
        if (place == Place.THINKING) {
            add(pieces, true, held.stripTrailing());
        } else if (place == Place.BEFORE) {
            add(pieces, false, held);
        }
        held = "";
        return pieces;
    }
}
