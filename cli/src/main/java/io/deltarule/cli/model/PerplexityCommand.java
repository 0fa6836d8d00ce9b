package io.deltarule.cli.model;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.deltarule.cli.output.Json;
import io.deltarule.cli.output.Progress;
import io.deltarule.core.InvalidInputException;
import io.deltarule.models.inference.LanguageModel;
import io.deltarule.models.inference.Perplexity;
import io.deltarule.models.inference.Session;
import io.deltarule.models.inference.SessionOptions;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** How well a model predicts a text. */
@Command(
        name = "perplexity",
        description = "exp of the mean of -ln p(token | those before it) over a text. A longer text is taken in windows"
                + " of --max-context tokens, each from nothing.")
public final class PerplexityCommand implements Runnable {
    private static final int DEFAULT_CONTEXT = 4096;

    @Spec
    private CommandSpec spec;

    @Mixin
    private ModelOptions model;

    @Option(names = "--text", paramLabel = "F", description = "A UTF-8 text file.")
    private Path text;

    @Option(names = "--ids-file", paramLabel = "F", description = "A file with token ids instead.")
    private Path idsFile;

    @Option(
            names = "--max-context",
            paramLabel = "N",
            description = "Tokens per window (default: " + DEFAULT_CONTEXT + ", or what the model was made for).")
    private Integer maxContext;

    @Option(names = "--json", description = "Print a JSON document instead of text.")
    private boolean json;

    @Override
    public void run() {
        if ((text == null) == (idsFile == null)) {
            throw new InvalidInputException("text: expected one of --text and --ids-file but found "
                    + (text == null ? "neither" : "both") + "; give one");
        }
        if (maxContext != null && maxContext < 2) {
            throw new InvalidInputException("--max-context: expected at least 2 but found " + maxContext);
        }
        try (Progress progress = Progress.start("loading the model");
                LanguageModel loaded = model.open()) {
            int[] ids = text != null
                    ? loaded.tokenizer().encode(TokenIdList.text("--text", text))
                    : TokenIdList.read("--ids-file", idsFile);
            loaded.network().checkIds(text != null ? "--text " + text : "--ids-file " + idsFile, ids);
            if (ids.length < 2) {
                throw new InvalidInputException("text: expected at least 2 tokens but found " + ids.length);
            }
            int positions = loaded.network().maxPositions();
            int most = maxContext != null
                    ? maxContext
                    : positions == 0 ? DEFAULT_CONTEXT : Math.min(positions, DEFAULT_CONTEXT);
            int context = Math.min(most, ids.length);
            Perplexity result;
            try (Session session = loaded.session(
                    SessionOptions.of(context).withAllLogits(loaded.network().vocabulary()))) {
                result = Perplexity.of(session, ids, done -> progress.say(done + " of " + ids.length + " tokens"));
            }
            progress.end();
            print(loaded, result, context);
        }
    }

    private void print(LanguageModel loaded, Perplexity result, int context) {
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            ObjectNode document = Json.object()
                    .put("engine", loaded.engine().name())
                    .put("device", ModelOptions.engine(loaded).deviceId())
                    .put("storage", loaded.storage().id())
                    .put("tokens", result.tokens())
                    .put("context", context);
            Json.putFinite(document, "mean_loss", result.meanLoss());
            Json.putFinite(document, "perplexity", result.value());
            out.println(Json.text(document));
        } else {
            out.println(String.format(
                    Locale.ROOT,
                    "perplexity %.4f (mean loss %.6f nats over %d tokens, windows of %d, %s)",
                    result.value(),
                    result.meanLoss(),
                    result.tokens(),
                    context,
                    ModelOptions.engine(loaded).inWords()));
        }
    }
}
