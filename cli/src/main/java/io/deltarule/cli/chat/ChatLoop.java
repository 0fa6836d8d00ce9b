package io.deltarule.cli.chat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.deltarule.cli.output.Json;
import io.deltarule.cli.output.Progress;
import io.deltarule.cli.output.StreamedText;
import io.deltarule.cli.output.TerminalState;
import io.deltarule.core.InvalidInputException;
import io.deltarule.loader.SafetensorsException;
import io.deltarule.models.chat.Conversation;
import io.deltarule.models.chat.Reply;
import io.deltarule.models.inference.FinishReason;
import java.io.PrintWriter;
import java.util.Locale;

/** Takes messages and commands one after the other, and shows what comes of them. */
final class ChatLoop {
    private final Conversation conversation;
    private final MessageSource source;
    private final ChatDisplay display;
    private final PrintWriter out;
    private final PrintWriter err;
    private final ChatCommands commands;
    private boolean saidRewritten;

    ChatLoop(Conversation conversation, MessageSource source, ChatDisplay display, PrintWriter out, PrintWriter err) {
        this.conversation = conversation;
        this.source = source;
        this.display = display;
        this.out = out;
        this.err = err;
        this.commands = new ChatCommands(conversation, err);
    }

    /** Until the source ends or a command says so. */
    void run() {
        for (String text = source.next(); text != null; text = source.next()) {
            if (!carriedOut(text)) {
                return;
            }
        }
    }

    /** False where it was the last one. */
    private boolean carriedOut(String text) {
        try {
            if (display.commands() && text.startsWith("/") && !text.startsWith("//")) {
                return commands.run(text);
            }
            String message = display.commands() && text.startsWith("//") ? text.substring(1) : text;
            return (message.isBlank() && display.commands()) || answered(message);
        } catch (InvalidInputException | SafetensorsException e) {
            if (!source.interactive()) {
                throw e;
            }
            err.println("deltarule: " + e.getMessage());
            return true;
        }
    }

    /** False where nobody reads the answers any more. */
    private boolean answered(String message) {
        boolean opened = conversation.opensThinking(message);
        long begun = System.nanoTime();
        AnswerInterrupt interrupt = AnswerInterrupt.of(conversation);
        Reply reply;
        try {
            reply = display.json() ? silent(message) : shown(message, opened);
        } finally {
            interrupt.end();
        }
        double seconds = (System.nanoTime() - begun) / 1e9;
        if (display.json()) {
            out.println(Json.line(document(reply, seconds)));
        }
        tell(reply, seconds);
        return !out.checkError();
    }

    private Reply silent(String message) {
        try (Progress progress = Progress.start("reading the message")) {
            return conversation.say(message, piece -> progress.say("answering"));
        }
    }

    private Reply shown(String message, boolean opened) {
        try (Progress reading = Progress.start("reading the message");
                StreamedText stream = new StreamedText(out, TerminalState.ofOutput())) {
            AnswerText text = new AnswerText(stream, reading, display.hideThinking(), opened);
            Reply reply = conversation.say(message, piece -> {
                if (!text.write(piece)) {
                    conversation.interrupt(); // nobody reads it any more
                }
            });
            text.end();
            return reply;
        }
    }

    private void tell(Reply reply, double seconds) {
        Reply.Usage usage = reply.usage();
        if (reply.finish() == FinishReason.CONTEXT) {
            say("the context is full; /reset begins anew, --max-context allows more");
        } else if (reply.finish() == FinishReason.LENGTH) {
            say("the answer was cut after " + usage.written() + " tokens; --max-new-tokens allows more");
        } else if (reply.finish() == FinishReason.INTERRUPTED) {
            say("interrupted");
        }
        if (usage.dropped() > 0 && !saidRewritten) {
            saidRewritten = true;
            say(
                    "this model's template writes earlier turns anew (thinking is often left out), so the last answer is read"
                            + " again with each message");
        }
        if (display.figures()) {
            say(String.format(
                    Locale.ROOT,
                    "%d tokens so far, %d of them read now; %d written; %.1f s",
                    usage.prompt() + usage.written(),
                    usage.read(),
                    usage.written(),
                    seconds));
        }
    }

    private void say(String line) {
        err.println("deltarule: " + line);
    }

    private static ObjectNode document(Reply reply, double seconds) {
        ObjectNode document = Json.object()
                .put("text", reply.text())
                .put("thinking", reply.thinking())
                .put("answer", reply.answer())
                .put("finish", reply.finish().toString().toLowerCase(Locale.ROOT))
                .put("prompt_tokens", reply.usage().prompt())
                .put("read_tokens", reply.usage().read())
                .put("dropped_tokens", reply.usage().dropped())
                .put("new_tokens", reply.usage().written());
        Json.putFinite(document, "seconds", seconds);
        return document;
    }
}
