package io.deltarule.cli.chat;

import io.deltarule.cli.output.OutputPath;
import io.deltarule.core.InvalidInputException;
import io.deltarule.models.chat.Conversation;
import java.io.PrintWriter;
import java.nio.file.Path;

/** What messages that begin with a slash do. */
final class ChatCommands {
    static final String HELP = """
            /reset             begin anew; what --system or /system says stays
            /system TEXT       what the model is told before the conversation; without TEXT nothing
            /thinking on|off   whether it thinks before it answers, where its template has a switch for that
            /save FILE         save the conversation with the model's state
            /load FILE         take up a saved one; it is not read again
            /help              this
            /quit              end, as Ctrl-D does
            A message that begins with a slash is written with two. Lines between two of \"\"\" are one message.
            Ctrl-C ends an answer.""";

    private final Conversation conversation;
    private final PrintWriter err;

    ChatCommands(Conversation conversation, PrintWriter err) {
        this.conversation = conversation;
        this.err = err;
    }

    private void say(String line) {
        err.println("deltarule: " + line);
    }

    /**
     * Carries one out.
     *
     * @return false where the conversation is over
     * @throws InvalidInputException if there is none of this name, or it cannot be carried out
     */
    boolean run(String text) {
        String[] parts = text.strip().split("\\s+", 2);
        String rest = parts.length > 1 ? parts[1] : "";
        switch (parts[0]) {
            case "/quit", "/exit", "/bye" -> {
                return false;
            }
            case "/help" -> HELP.lines().forEach(err::println);
            case "/reset" -> {
                conversation.reset();
                say("a new conversation");
            }
            case "/system" -> conversation.system(rest.isEmpty() ? null : rest);
            case "/thinking" -> thinking(rest);
            case "/save" -> {
                Path file = file(parts[0], rest);
                OutputPath.check("/save", file);
                conversation.save(file);
                say("saved to " + file);
            }
            case "/load" -> {
                conversation.load(file(parts[0], rest));
                say("loaded, " + conversation.messages().size() + " messages");
            }
            default ->
                throw new InvalidInputException("expected a command that exists but found '" + parts[0]
                        + "'; /help lists them, and a message that begins with a slash is written with two");
        }
        return true;
    }

    private static Path file(String command, String name) {
        if (name.isEmpty()) {
            throw new InvalidInputException(command + ": expected a file but found none; name one");
        }
        return Path.of(name);
    }

    private void thinking(String word) {
        if (!word.equals("on") && !word.equals("off")) {
            throw new InvalidInputException("/thinking: expected on or off but found '" + word + "'");
        }
        ThinkingSwitch.turn(conversation, word.equals("on"), this::say);
    }
}
