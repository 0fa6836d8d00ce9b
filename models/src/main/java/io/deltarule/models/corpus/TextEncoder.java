package io.deltarule.models.corpus;

import io.deltarule.core.InvalidInputException;
import io.deltarule.models.inference.LanguageModel;

/** Texts to tokens, and what makes a text one that cannot be computed. */
final class TextEncoder {
    private final LanguageModel model;
    private final CorpusTask<?> task;
    private final RunReader reader;
    private String lastPrefix;
    private int[] lastPrefixIds;

    TextEncoder(LanguageModel model, CorpusTask<?> task, RunReader reader) {
        this.model = model;
        this.task = task;
        this.reader = reader;
    }

    /**
     * Encodes a text.
     *
     * @throws InvalidInputException saying what is wrong with it
     */
    EncodedText encode(CorpusText given) {
        if (given.text() == null) {
            throw new InvalidInputException("text: expected a text but found none");
        }
        boolean prefixed = given.prefix() != null && !given.prefix().isEmpty();
        int[] prefix = prefixed ? prefix(given.prefix()) : new int[0];
        int[] ids = model.tokenizer().encode(given.text(), !prefixed);
        model.network().checkIds("text, by the tokenizer", ids);
        EncodedText text = new EncodedText(prefix, ids, given.key());
        check(text);
        return text;
    }

    private int[] prefix(String prefix) {
        if (!prefix.equals(lastPrefix)) {
            lastPrefixIds = model.tokenizer().encode(prefix, true);
            model.network().checkIds("prefix, by the tokenizer", lastPrefixIds);
            lastPrefix = prefix;
        }
        return lastPrefixIds;
    }

    private void check(EncodedText text) {
        int least = task.least(text.prefix().length > 0);
        if (text.ids().length < least) {
            throw new InvalidInputException("text: expected at least " + least + " token" + (least == 1 ? "" : "s")
                    + " but found " + text.ids().length);
        }
        int room = reader.room(text);
        if (room < 1 + task.added() || (!task.inWindows() && text.ids().length > room - task.added())) {
            throw new InvalidInputException("context: expected a text that fits " + (room + text.prefix().length)
                    + " tokens with its prefix of " + text.prefix().length + " and " + task.added()
                    + " new tokens but found one of " + text.ids().length + "; shorten it, or allow a longer context");
        }
    }
}
