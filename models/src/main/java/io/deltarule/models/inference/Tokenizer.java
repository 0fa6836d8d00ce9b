package io.deltarule.models.inference;

import java.nio.file.Path;

/** Text to ids and back. */
public interface Tokenizer extends AutoCloseable {
    /**
     * Reads a tokenizer.
     *
     * @param file a tokenizer.json, tiktoken.model or RWKV's vocabulary, as {@link LanguageModel#tokenizerFile} finds it
     * @throws io.deltarule.core.InvalidInputException if it is none
     * @throws io.deltarule.core.EngineUnavailableException if this machine cannot run the library that reads it
     */
    static Tokenizer open(Path file) {
        return VocabularyTokenizer.isOne(file) ? VocabularyTokenizer.open(file) : TokenizerJson.open(file);
    }

    /**
     * A text's ids, with the special tokens that the tokenizer puts around one: for a text that begins a sequence.
     *
     * @param text any
     * @return its ids
     */
    default int[] encode(String text) {
        return encode(text, true);
    }

    /**
     * A text's ids. What comes after other tokens, a second turn for example, has to be encoded without special tokens: a
     * beginning-of-text token in mid-text is read as the end of all that was before. A special token that is written in the
     * text is that token in either case.
     *
     * @param text any
     * @param addSpecialTokens whether with the special tokens that the tokenizer puts around a text
     * @return its ids
     */
    int[] encode(String text, boolean addSpecialTokens);

    /**
     * The text of some ids, without special tokens. Bytes that are no UTF-8, which an incomplete character leaves, become
     * U+FFFD.
     *
     * @param ids some
     * @return their text
     */
    String decode(int... ids);

    /**
     * Text as its ids come, from the beginning of a text. All that it hands out, put together, has to be what {@link #decode}
     * gives for all ids; this one knows nothing but {@link #decode}, so it decodes the last few ids again and again and can only
     * hope that what they are after does not matter. The library's own tokenizers are exact.
     *
     * @return for one text
     */
    default Incremental incremental() {
        return new DecodedWindow(this);
    }

    @Override
    void close();

    /** Hands out a text piece by piece, each as soon as it is certain. */
    interface Incremental {
        /**
         * Takes an id.
         *
         * @return the text that is certain now, often one word, sometimes nothing
         */
        String next(int id);

        /** What is left when there are no more ids: an incomplete character, as U+FFFD. */
        String rest();
    }
}
