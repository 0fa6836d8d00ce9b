package io.deltarule.cli.chat;

import io.deltarule.cli.model.ModelOptions;
import io.deltarule.cli.model.SamplingOptions;
import io.deltarule.cli.option.PromptText;
import io.deltarule.cli.option.TextParameter;
import io.deltarule.cli.option.TextsParameter;
import io.deltarule.cli.output.Progress;
import io.deltarule.cli.output.TerminalState;
import io.deltarule.core.InvalidInputException;
import io.deltarule.models.chat.ChatOptions;
import io.deltarule.models.chat.ChatTemplates;
import io.deltarule.models.chat.Conversation;
import io.deltarule.models.chat.Responder;
import io.deltarule.models.inference.GenerationOptions;
import io.deltarule.models.inference.LanguageModel;
import io.deltarule.models.inference.StopText;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Talks with a model. */
@Command(
        name = "chat",
        description = {
            "Talks with a model that was made for conversations, by the chat template of its folder.",
            "Messages are typed, or come from a pipe, one per line; /help lists what else can be said. The model's state is"
                    + " carried from turn to turn, so that each costs its own tokens only."
        })
public final class ChatCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Mixin
    private ModelOptions model;

    @Mixin
    private SamplingOptions sampling;

    @Option(
            names = "--system",
            paramLabel = "TEXT",
            parameterConsumer = TextParameter.class,
            description = "What the model is told before the conversation.")
    private String system;

    @Option(
            names = "--prompt",
            paramLabel = "TEXT",
            parameterConsumer = TextParameter.class,
            description = "Answer this message and end.")
    private String prompt;

    @Option(
            names = "--prompt-file",
            paramLabel = "F",
            description = "Answer the message in this file, all of it, and end; - is standard input.")
    private Path promptFile;

    @Option(
            names = "--stop",
            paramLabel = "TEXT",
            parameterConsumer = TextsParameter.class,
            description = "An answer ends before this text; may be given several times.")
    private List<String> stops;

    @Option(
            names = "--thinking",
            paramLabel = "on|off",
            description = "Whether the model thinks before it answers, where its template has a switch for that"
                    + " (default: the template's own choice).")
    private String thinking;

    @Option(names = "--hide-thinking", description = "Show only what comes after the thinking.")
    private boolean hideThinking;

    @Option(
            names = "--max-new-tokens",
            defaultValue = "4096",
            paramLabel = "N",
            description = "Most tokens of an answer (default: ${DEFAULT-VALUE}).")
    private int maxNewTokens;

    @Option(
            names = "--max-context",
            paramLabel = "N",
            description = "Most tokens of the conversation (default: as many as the model was made for).")
    private Integer maxContext;

    @Option(names = "--load-state", paramLabel = "F", description = "Take up a conversation that /save saved.")
    private Path loadState;

    @Option(names = "--save-state", paramLabel = "F", description = "Save the conversation at the end, as /save does.")
    private Path saveState;

    @Option(names = "--json", description = "Print a JSON document per answer, each on one line.")
    private boolean json;

    @Override
    public void run() {
        check();
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        try (Progress loading = Progress.start("loading the model");
                LanguageModel loaded = model.open();
                Conversation conversation = conversation(loaded);
                MessageSource source = source(err)) {
            if (loadState != null) {
                conversation.load(loadState);
            }
            if (system != null) {
                conversation.system(system);
            }
            loading.end();
            say(err, sampling.said(loaded.sampling()));
            if (thinking != null) {
                ThinkingSwitch.turn(conversation, thinking.equals("on"), line -> say(err, line));
            }
            boolean several = prompt == null && promptFile == null;
            if (source.interactive()) {
                say(err, "/help lists commands, Ctrl-C ends an answer, Ctrl-D the conversation");
            }
            ChatDisplay display = new ChatDisplay(json, hideThinking, several && TerminalState.ofErrors(), several);
            new ChatLoop(conversation, source, display, out, err).run();
            if (saveState != null) {
                conversation.save(saveState);
            }
        }
    }

    private void check() {
        sampling.check();
        if (prompt != null && promptFile != null) {
            throw new InvalidInputException(
                    "prompt: expected one of --prompt and --prompt-file but found both; give one");
        }
        if (thinking != null && !thinking.equals("on") && !thinking.equals("off")) {
            throw new InvalidInputException("--thinking: expected on or off but found '" + thinking + "'");
        }
        new StopText(stops == null ? List.of() : stops); // refuses an empty one
        if (maxNewTokens < 1) {
            throw new InvalidInputException("--max-new-tokens: expected at least 1 but found " + maxNewTokens);
        }
        if (maxContext != null && maxContext < 1) {
            throw new InvalidInputException("--max-context: expected at least 1 but found " + maxContext);
        }
        if (saveState != null) {
            model.checkOutput("--save-state", saveState, promptFile);
        }
    }

    private Conversation conversation(LanguageModel loaded) {
        GenerationOptions generation = new GenerationOptions(maxNewTokens, sampling.over(loaded.sampling()), null);
        ChatOptions options = ChatOptions.of(generation).withStops(stops == null ? List.of() : stops);
        return new Conversation(
                new Responder(
                        loaded, ChatTemplates.of(loaded), maxContext == null ? 0 : maxContext, Responder.DEFAULT_KEPT),
                options);
    }

    private MessageSource source(PrintWriter err) {
        if (prompt != null) {
            return new OneMessage(prompt);
        }
        if (promptFile != null) {
            return new OneMessage(PromptText.read("--prompt-file", promptFile));
        }
        return TerminalState.ofInput() ? new TypedMessages(err) : new PipedMessages(System.in);
    }

    private static void say(PrintWriter err, String line) {
        if (line != null) {
            err.println("deltarule: " + line);
        }
    }
}
