package io.deltarule.cli.chat;

import io.deltarule.cli.output.StreamedText;
import io.deltarule.models.chat.Thinking;
import java.util.List;

/** Shows an answer as it comes, with or without what was thought. */
final class AnswerText {
    private final StreamedText out;
    private final boolean hideThinking;
    private final Thinking thinking;

    /**
     * At an answer's beginning.
     *
     * @param out takes the text
     * @param hideThinking whether only what comes after the thinking is shown
     * @param opened whether the prompt ends within the thinking
     */
    AnswerText(StreamedText out, boolean hideThinking, boolean opened) {
        this.out = out;
        this.hideThinking = hideThinking;
        this.thinking = new Thinking(opened);
        if (opened && !hideThinking) {
            out.write("<think>\n"); // the template wrote it, and without it the end mark would stand alone
        }
    }

    /** Some text; false when nobody reads it any more. */
    boolean write(String text) {
        return hideThinking ? write(thinking.next(text)) : out.write(text);
    }

    void end() {
        if (hideThinking) {
            write(thinking.rest());
        }
    }

    private boolean write(List<Thinking.Piece> pieces) {
        boolean read = true;
        for (Thinking.Piece piece : pieces) {
            read = piece.thought() || out.write(piece.text());
        }
        return read;
    }
}
