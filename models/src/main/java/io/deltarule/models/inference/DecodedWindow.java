package io.deltarule.models.inference;

import java.util.Arrays;

/**
 * Text as its tokens arrive, from a tokenizer that can only decode. As what a token looks like may depend on the one before (a
 * leading blank), each is decoded together with those before it, back to the last place where the text was whole.
 */
final class DecodedWindow implements Tokenizer.Incremental {
    private static final char INCOMPLETE = '\uFFFD';

    /** An incomplete character has at most three bytes, and some tokenizers give a mark for each. */
    private static final int MOST_MARKS = 3;

    /** How many tokens may come without the text being whole and longer. More would make a long text quadratic. */
    private static final int MOST_TOKENS = 64;

    private final Tokenizer tokenizer;
    /** The last tokens: first those that are context, whose text was handed out, then those since. */
    private int[] window = new int[0];

    /** How many of the window's tokens are context. */
    private int known;

    /** The text of the context. */
    private String context = "";

    /** How many characters after the context were handed out. */
    private int shown;

    DecodedWindow(Tokenizer tokenizer) {
        this.tokenizer = tokenizer;
    }

    @Override
    public String next(int id) {
        window = Arrays.copyOf(window, window.length + 1);
        window[window.length - 1] = id;
        String text = tokenizer.decode(window);
        int end = text.length();
        while (end > 0 && text.length() - end < MOST_MARKS && text.charAt(end - 1) == INCOMPLETE) {
            end--;
        }
        String fresh = part(text, end);
        boolean whole = end == text.length();
        if (whole && end > context.length()) {
            restart(known);
            known = window.length;
            context = tokenizer.decode(window);
        } else if (window.length - known >= MOST_TOKENS) {
            if (whole && known > 0) {
                window = Arrays.copyOf(window, known); // the others have no text
            } else {
                restart(window.length - MOST_MARKS - 1);
                shown = Math.max(0, tokenizer.decode(window).length() - (text.length() - end));
            }
        }
        return fresh;
    }

    private void restart(int from) {
        window = Arrays.copyOfRange(window, from, window.length);
        known = 0;
        context = "";
        shown = 0;
    }

    private String part(String text, int end) {
        int from = context.length() + shown;
        if (end <= from) {
            return "";
        }
        shown = end - context.length();
        return text.substring(from, end);
    }

    @Override
    public String rest() {
        String text = tokenizer.decode(window);
        return part(text, text.length());
    }
}
