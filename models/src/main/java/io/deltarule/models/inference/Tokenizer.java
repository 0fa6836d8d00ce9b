package io.deltarule.models.inference;

/** Text to ids and back. */
public interface Tokenizer extends AutoCloseable {
    /**
     * A text's ids, with the special tokens that the tokenizer puts around one.
     *
     * @param text any
     * @return its ids
     */
    int[] encode(String text);

    /**
     * The text of some ids, without special tokens. Bytes that are no UTF-8, which an incomplete character leaves, become
     * U+FFFD.
     *
     * @param ids some
     * @return their text
     */
    String decode(int... ids);

    @Override
    void close();
}
