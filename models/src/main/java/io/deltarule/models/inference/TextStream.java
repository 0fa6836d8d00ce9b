package io.deltarule.models.inference;

/**
 * Text as its tokens arrive. What is handed out, put together, is what decoding all the tokens at once gives, wherever it is cut:
 * what a later token may still change, a character whose bytes are spread over tokens for example, is held back until it is
 * certain.
 */
public final class TextStream {
    private static final char INCOMPLETE = '\uFFFD';

    private final Tokenizer.Incremental text;

    /** How many of the next characters were handed out by the stream that this one goes on from. */
    private int known;

    /** A text that begins here: a tokenizer that takes the blank off a text's first word does so with the next token. */
    public TextStream(Tokenizer tokenizer) {
        this.text = tokenizer.incremental();
    }

    /**
     * A text that goes on after tokens whose text is known: the blank before the next word is a blank. Put after what a stream of
     * these tokens handed out, {@link #pause} included, the text is that of all tokens together.
     *
     * @param before the tokens so far
     */
    public static TextStream after(Tokenizer tokenizer, int... before) {
        TextStream stream = new TextStream(tokenizer);
        TextStream paused = new TextStream(tokenizer);
        for (int id : before) {
            stream.next(id);
            paused.next(id);
        }
        stream.known = paused.pause().length();
        return stream;
    }

    /**
     * Takes a token.
     *
     * @param id the next
     * @return the text that is certain now, often one word, sometimes nothing
     */
    public String next(int id) {
        return unknown(text.next(id));
    }

    /** What is left at the end of the text: an incomplete character, as U+FFFD. There is nothing after it. */
    public String rest() {
        return unknown(text.rest());
    }

    /**
     * What is left where another stream will go on: whole characters; an incomplete one is left to the stream that completes it.
     * There is nothing after it in this one.
     */
    public String pause() {
        String rest = rest();
        return rest.indexOf(INCOMPLETE) < 0 ? rest : "";
    }

    private String unknown(String fresh) {
        int skipped = Math.min(known, fresh.length());
        known -= skipped;
        return fresh.substring(skipped);
    }
}
