package io.deltarule.models.chat;

import io.deltarule.models.inference.TextStream;
import io.deltarule.models.inference.Tokenizer;
import java.util.Arrays;

/**
 * What a state has read and written.
 *
 * @param prompt the ids that it read, as the tokenizer encodes the template's text
 * @param answer the ids that it wrote after them
 * @param text these ids' text; the tokenizer may encode it otherwise
 */
@SuppressWarnings("ArrayRecordComponent") // made once and not handed out
record ReadState(int[] prompt, int[] answer, String text) {
    /** What a stream holds back comes with the next token that has a text; special tokens may stand between. */
    private static final int LOOK_BACK = 8;

    /** One that wrote nothing. */
    static ReadState of(int[] prompt) {
        return new ReadState(prompt, new int[0], "");
    }

    /**
     * Whether a text begins with what this state is after.
     *
     * @return how many of its ids that is; −1 if it does not
     */
    int match(int[] ids, Tokenizer tokenizer) {
        int from = prompt.length;
        if (ids.length < from) {
            return -1;
        }
        int to = from + answer.length;
        if (!Arrays.equals(ids, 0, from, prompt, 0, from)) {
            return -1;
        }
        boolean same = ids.length >= to && Arrays.equals(ids, from, to, answer, 0, answer.length);
        return same ? to : matchText(ids, tokenizer);
    }

    /** The same text in other tokens: a model need not write those that an encoder would choose. */
    private int matchText(int[] ids, Tokenizer tokenizer) {
        int from = prompt.length;
        int end = from;
        int read = 0;
        TextStream stream = new TextStream(tokenizer);
        boolean same = true;
        while (same && end < ids.length && read < text.length()) {
            String fresh = stream.next(ids[end++]);
            same = text.startsWith(fresh, read);
            read += fresh.length();
        }
        // A stream may hold text back and hand it out with the next token's; so the end is the first place near here
        // with all
        // of the text before it.
        int first = -1;
        for (int at = end; at >= Math.max(from, end - LOOK_BACK); at--) {
            first = tokenizer.decode(Arrays.copyOfRange(ids, from, at)).equals(text) ? at : first;
        }
        return first;
    }
}
