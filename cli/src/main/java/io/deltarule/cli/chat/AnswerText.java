package io.deltarule.cli.chat;

import io.deltarule.cli.output.Progress;
import io.deltarule.cli.output.StreamedText;
import io.deltarule.models.chat.Thinking;
import java.util.List;

/** Shows an answer as it comes, with or without what was thought. */
final class AnswerText {
    private final StreamedText out;
    private final Progress progress;
    private final boolean hideThinking;
    private final Thinking thinking;

    /** Whether the template wrote the first mark, without which the second would stand alone. */
    private boolean unopened;

    /**
     * At an answer's beginning.
     *
     * @param out takes the text
     * @param progress tells what is done until there is some
     * @param hideThinking whether only what comes after the thinking is shown
     * @param opened whether the prompt ends within the thinking
     */
    AnswerText(StreamedText out, Progress progress, boolean hideThinking, boolean opened) {
        this.out = out;
        this.progress = progress;
        this.hideThinking = hideThinking;
        this.thinking = new Thinking(opened);
        this.unopened = opened && !hideThinking;
    }

    /** Some text; false when nobody reads it any more. */
    boolean write(String text) {
        if (unopened) {
            unopened = false;
            show("<think>\n");
        }
        return hideThinking ? write(thinking.next(text)) : show(text);
    }

    void end() {
        if (hideThinking) {
            write(thinking.rest());
        }
    }

    private boolean write(List<Thinking.Piece> pieces) {
        boolean read = true;
        for (Thinking.Piece piece : pieces) {
            if (piece.thought()) {
                progress.say("thinking");
            } else {
                read = show(piece.text());
            }
        }
        return read;
    }

    private boolean show(String text) {
        progress.end();
        return out.write(text);
    }
}
