package io.deltarule.models.chat;

import io.deltarule.models.inference.ModelState;
import io.deltarule.models.inference.Tokenizer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;

/** States to go on from, the last used first, as many as a number of bytes allows and at least one. */
final class ReadStates {
    /**
     * A state.
     *
     * @param read what it is after
     * @param state the model's
     */
    record Entry(ReadState read, ModelState state) {}

    /**
     * A state from which a text can be gone on with.
     *
     * @param length how many of the text's ids it is after
     * @param state the model's
     */
    record Match(int length, ModelState state) {}

    private final long most;
    private final Deque<Entry> entries = new ArrayDeque<>();

    ReadStates(long bytes) {
        this.most = bytes;
    }

    void add(ReadState read, ModelState state) {
        entries.removeIf(entry -> Arrays.equals(entry.read().prompt(), read.prompt())
                && Arrays.equals(entry.read().answer(), read.answer()));
        entries.addFirst(new Entry(read, state));
        while (entries.size() > 1
                && entries.stream().mapToLong(entry -> entry.state().bytes()).sum() > most) {
            entries.removeLast();
        }
    }

    /** The one that is after most of a text; null where none is after its beginning. */
    Match best(int[] ids, Tokenizer tokenizer) {
        Entry best = null;
        int length = 0;
        for (Entry entry : entries) {
            int here = entry.read().match(ids, tokenizer);
            if (here > length) {
                best = entry;
                length = here;
            }
        }
        if (best == null) {
            return null;
        }
        entries.remove(best);
        entries.addFirst(best);
        return new Match(length, best.state());
    }

    void clear() {
        entries.clear();
    }
}
