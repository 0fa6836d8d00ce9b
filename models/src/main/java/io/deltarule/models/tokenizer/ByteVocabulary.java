package io.deltarule.models.tokenizer;

import java.io.ByteArrayOutputStream;

/** Tokens that are byte strings, which need not be whole characters. */
public interface ByteVocabulary {
    /**
     * A text's ids.
     *
     * @throws IllegalArgumentException if a byte of it is no token
     */
    int[] encode(String text);

    /** A token's bytes; none of a special token, or where there is no such id. */
    byte[] bytes(int id);

    /** The text of some ids, without special tokens; bytes that are no UTF-8 become U+FFFD. */
    default String decode(int... ids) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int id : ids) {
            bytes.writeBytes(bytes(id));
        }
        Utf8Parts utf8 = new Utf8Parts();
        return utf8.take(bytes.toByteArray()) + utf8.rest();
    }

    /** Another stream of text. */
    default Stream stream() {
        return new Stream(this);
    }

    /** Text as its ids come; put together with {@link #rest}, it is what decoding all ids at once gives. */
    final class Stream {
        private final ByteVocabulary vocabulary;
        private final Utf8Parts utf8 = new Utf8Parts();

        private Stream(ByteVocabulary vocabulary) {
            this.vocabulary = vocabulary;
        }

        /** Takes an id and gives the text that is certain now. */
        public String next(int id) {
            return utf8.take(vocabulary.bytes(id));
        }

        /** What is left of a character that does not become complete. */
        public String rest() {
            return utf8.rest();
        }
    }
}
