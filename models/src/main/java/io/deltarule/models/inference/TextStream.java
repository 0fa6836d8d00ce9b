package io.deltarule.models.inference;

import java.util.Arrays;

/**
 * Text as its tokens arrive. A character whose bytes are spread over tokens is held back until it is complete. As what a
 * token looks like may depend on the one before (a leading blank), each is decoded together with those before it, back to
 * the last place where the text was whole.
 */
public final class TextStream {
    private static final char INCOMPLETE = '\uFFFD';

    private final Tokenizer tokenizer;
    /** The last tokens: first those that are context, whose text was handed out, then those since. */
    private int[] window = new int[0];

    /** How many of the window's tokens are context. */
    private int known;

    /** The text of the context. */
    private String context = "";

    /** How many characters after the context were handed out. */
    private int shown;

    /** A text that begins here. */
    public TextStream(Tokenizer tokenizer) {
        this.tokenizer = tokenizer;
    }

    /**
     * Takes a token.
     *
     * @param id the next
     * @return the text that is complete now, often one word, sometimes nothing
     */
    public String next(int id) {
        window = Arrays.copyOf(window, window.length + 1);
        window[window.length - 1] = id;
        String text = tokenizer.decode(window);
        boolean whole = text.isEmpty() || text.charAt(text.length() - 1) != INCOMPLETE;
        // Only the last mark may still become a character: an invalid byte before it stays what it is.
        int end = whole ? text.length() : text.length() - 1;
        String fresh = part(text, end);
        if (whole && text.length() > context.length()) {
            window = Arrays.copyOfRange(window, known, window.length);
            known = window.length;
            context = tokenizer.decode(window);
            shown = 0;
        }
        return fresh;
    }

    private String part(String text, int end) {
        int from = context.length() + shown;
        if (end <= from) {
            return "";
        }
        shown = end - context.length();
        return text.substring(from, end);
    }

    /** What is left at the end of the text: an incomplete character, as U+FFFD. */
    public String rest() {
        String text = tokenizer.decode(window);
        return part(text, text.length());
    }
}
