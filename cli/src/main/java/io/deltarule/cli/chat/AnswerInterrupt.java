package io.deltarule.cli.chat;

import io.deltarule.models.chat.Conversation;
import org.jline.utils.Signals;

/**
 * Ctrl-C while an answer is made: the answer ends there and the program goes on. At any other time it does what it always
 * does.
 */
final class AnswerInterrupt {
    private static final String SIGNAL = "INT";

    private final Object before;

    private AnswerInterrupt(Object before) {
        this.before = before;
    }

    /** From now on it ends this conversation's answer. */
    static AnswerInterrupt of(Conversation conversation) {
        return new AnswerInterrupt(Signals.register(SIGNAL, conversation::interrupt));
    }

    /** From now on it is what it was. */
    void end() {
        if (before != null) { // null where the system lets nobody handle it, as in the background of a shell
            Signals.unregister(SIGNAL, before);
        }
    }
}
