package io.deltarule.cli.model;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.deltarule.cli.option.PromptText;
import io.deltarule.cli.option.TextParameter;
import io.deltarule.cli.output.Json;
import io.deltarule.cli.output.Progress;
import io.deltarule.cli.output.StreamedText;
import io.deltarule.cli.output.TerminalState;
import io.deltarule.core.InvalidInputException;
import io.deltarule.models.chat.ChatTemplates;
import io.deltarule.models.inference.Completion;
import io.deltarule.models.inference.Decoder;
import io.deltarule.models.inference.FinishReason;
import io.deltarule.models.inference.GenerationOptions;
import io.deltarule.models.inference.LanguageModel;
import io.deltarule.models.inference.ModelState;
import io.deltarule.models.inference.Session;
import io.deltarule.models.inference.SessionOptions;
import io.deltarule.models.inference.StopText;
import io.deltarule.models.inference.TextStream;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Goes on with a text. */
@Command(
        name = "generate",
        description = {
            "Goes on with a text or with token ids, and prints what is new as it is made.",
            "Without a tokenizer in the model's folder it takes ids and prints ids."
        })
public final class GenerateCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Mixin
    private ModelOptions model;

    @Mixin
    private SamplingOptions sampling;

    @Mixin
    private EndOptions ends;

    @Option(
            names = "--prompt",
            paramLabel = "TEXT",
            parameterConsumer = TextParameter.class,
            description = "The text to go on with; all that follows is text, even an option's name.")
    private String prompt;

    @Option(
            names = "--prompt-file",
            paramLabel = "F",
            description = "A file with the text, all of it, its last line break included; - is standard input.")
    private Path promptFile;

    @Option(names = "--ids", paramLabel = "1,2,3", description = "Token ids instead of a text.")
    private String ids;

    @Option(
            names = "--ids-file",
            paramLabel = "F",
            description = "A file with token ids: numbers with commas between them.")
    private Path idsFile;

    @Option(
            names = "--max-new-tokens",
            defaultValue = "128",
            paramLabel = "N",
            description = "Most new tokens (default: ${DEFAULT-VALUE}).")
    private int maxNewTokens;

    @Option(
            names = "--max-context",
            paramLabel = "N",
            description = "Most tokens in all (default: as many as are needed, up to what the model was made for).")
    private Integer maxContext;

    @Option(names = "--print-ids", description = "Print the new ids as the last line, with commas between them.")
    private boolean printIds;

    @Option(
            names = "--save-state",
            paramLabel = "F",
            description = "Save everything that the model carries after the last token; whole or not at all.")
    private Path saveState;

    @Option(
            names = "--load-state",
            paramLabel = "F",
            description = "Go on from a saved state; a prompt or ids, if any, come after its tokens.")
    private Path loadState;

    @Option(names = "--json", description = "Print a JSON document at the end instead of text as it is made.")
    private boolean json;

    @Override
    public void run() {
        checkOptions();
        sampling.check();
        if (saveState != null) {
            model.checkOutput("--save-state", saveState, idsFile, promptFile);
        }
        String text = promptFile == null ? prompt : PromptText.read("--prompt-file", promptFile);
        try (Progress loading = Progress.start("loading the model");
                LanguageModel loaded = model.open()) {
            GenerationOptions options = new GenerationOptions(
                    maxNewTokens, sampling.over(loaded.sampling()), ends.ignoreEos() ? Set.of() : null);
            int[] given = given(loaded, text);
            ModelState state = loadState == null ? null : ModelState.load(loadState, loaded.network());
            int before = state == null ? 0 : state.length();
            long begun = System.nanoTime();
            try (Session session = loaded.session(SessionOptions.of(context(loaded, before + given.length)))) {
                loading.say("reading the prompt, " + given.length + " tokens");
                if (state != null) {
                    session.restore(0, state);
                }
                session.feed(new int[][] {given});
                loading.end();
                say(sampling.said(loaded.sampling()));
                say(text == null ? null : chatInstead(loaded));
                goOn(loaded, session, options, before + given.length, (System.nanoTime() - begun) / 1e9);
            }
        }
    }

    private void checkOptions() {
        long given = Stream.of(prompt, promptFile, ids, idsFile)
                .filter(Objects::nonNull)
                .count();
        if (given > 1 || (given == 0 && loadState == null)) {
            throw new InvalidInputException(
                    "prompt: expected one of --prompt, --prompt-file, --ids and --ids-file but found "
                            + (given == 0 ? "none" : "several") + "; give one, or go on from --load-state");
        }
        ends.stops(); // refuses an empty one
        if (maxNewTokens < 0) {
            throw new InvalidInputException("--max-new-tokens: expected 0 or more but found " + maxNewTokens);
        }
        if (maxContext != null && maxContext < 1) {
            throw new InvalidInputException("--max-context: expected at least 1 but found " + maxContext);
        }
    }

    /** A model that was made for conversations goes on with a text as it is, which is seldom what was meant. */
    private static String chatInstead(LanguageModel loaded) {
        try {
            return ChatTemplates.of(loaded).isEmpty()
                    ? null
                    : "this model was made for conversations, and generate goes on with a text as it is; 'deltarule chat'"
                            + " talks with it";
        } catch (InvalidInputException e) { // a template that cannot be read is chat's affair
            return null;
        }
    }

    private void say(String line) {
        if (line != null) {
            spec.commandLine().getErr().println("deltarule: " + line);
        }
    }

    private int[] given(LanguageModel loaded, String text) {
        int[] given = {};
        if (text != null) {
            given = loaded.tokenizer().encode(text, loadState == null); // what goes on does not begin again
            loaded.network().checkIds("--prompt, by the tokenizer", given);
        } else if (ids != null) {
            given = TokenIdList.parse("--ids", ids);
            loaded.network().checkIds("--ids", given);
        } else if (idsFile != null) {
            given = TokenIdList.read("--ids-file", idsFile);
            loaded.network().checkIds("--ids-file " + idsFile, given);
        }
        return given;
    }

    private int context(LanguageModel loaded, int tokens) {
        if (maxContext == null) {
            return loaded.contextFor(tokens, maxNewTokens);
        }
        if (tokens > maxContext) {
            throw new InvalidInputException("--max-context: expected at least " + tokens
                    + ", the tokens that are given, but found " + maxContext);
        }
        return maxContext;
    }

    private void goOn(LanguageModel loaded, Session session, GenerationOptions options, int prompted, double reading) {
        PrintWriter out = spec.commandLine().getOut();
        boolean asText = loaded.hasTokenizer();
        TextStream text = asText ? text(loaded, session) : null;
        StringBuilder whole = new StringBuilder();
        StopText stop = new StopText(asText ? ends.stops() : List.of());
        Decoder decoder = new Decoder(session, options);
        long begun = System.nanoTime();
        try (StreamedText shown = new StreamedText(out, TerminalState.ofOutput())) {
            boolean read = true;
            while (read && !stop.reached() && decoder.step()) {
                int token = decoder.tokens()[0];
                String fresh = asText ? stop.next(text.next(token)) : (whole.isEmpty() ? "" : ",") + token;
                whole.append(fresh);
                read = json || shown.write(fresh);
            }
            if (asText) {
                boolean paused = saveState != null
                        && !stop.reached()
                        && decoder.completion(0).finish() != FinishReason.STOP;
                String rest = stop.next(paused ? text.pause() : text.rest()) + stop.rest();
                whole.append(rest);
                if (!json) {
                    shown.write(rest);
                }
            }
        }
        double making = (System.nanoTime() - begun) / 1e9;
        Completion made =
                stop.reached() ? new Completion(decoder.completion(0).ids(), FinishReason.STOP) : decoder.completion(0);
        if (saveState != null) {
            decoder.settle();
            session.state(0).save(saveState, loaded.network());
        }
        if (json) {
            ObjectNode document = document(loaded, made, asText ? whole.toString() : null, prompted, reading, making);
            SamplingOptions.document(options.sampling(), document);
            out.println(Json.text(document));
        } else if (printIds && asText) {
            out.println(TokenIdList.format(made.ids()));
        } else if (printIds && made.ids().length == 0) {
            out.println();
        }
        if (made.finish() == FinishReason.CONTEXT) {
            say("the context of " + session.options().maxContext() + " tokens is full; --max-context allows more");
        }
    }

    /** After a saved state the text goes on, so that what both runs print, put together, is the text of all tokens. */
    private TextStream text(LanguageModel loaded, Session session) {
        return loadState == null
                ? new TextStream(loaded.tokenizer())
                : TextStream.after(loaded.tokenizer(), session.ids(0));
    }

    private ObjectNode document(
            LanguageModel loaded, Completion made, String text, int prompted, double reading, double making) {
        ObjectNode document = Json.object()
                .put("engine", loaded.engine().name())
                .put("device", ModelOptions.engine(loaded).deviceId())
                .put("storage", loaded.storage().id())
                .put("prompt_tokens", prompted)
                .put("text", text);
        Arrays.stream(made.ids()).forEach(document.putArray("ids")::add);
        document.put("finish", String.valueOf(made.finish()).toLowerCase(Locale.ROOT));
        Json.putFinite(document, "prompt_seconds", reading);
        Json.putFinite(document, "seconds", making);
        Json.putFinite(document, "tokens_per_second", made.ids().length / making);
        return document;
    }
}
