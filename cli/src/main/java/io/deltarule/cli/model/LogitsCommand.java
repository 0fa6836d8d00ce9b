package io.deltarule.cli.model;

import com.sun.management.OperatingSystemMXBean;
import io.deltarule.cli.output.Progress;
import io.deltarule.core.InvalidInputException;
import io.deltarule.core.NumericException;
import io.deltarule.core.Tensor;
import io.deltarule.loader.SafetensorsWriter;
import io.deltarule.models.inference.LanguageModel;
import io.deltarule.models.inference.Session;
import io.deltarule.models.inference.SessionOptions;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The logits after each of some tokens. */
@Command(
        name = "logits",
        description = "Runs a model over token ids and writes the tensor logits [T, vocabulary], float32, to a"
                + " safetensors file: row t is for the token that comes after token t.")
public final class LogitsCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Mixin
    private ModelOptions model;

    @Option(names = "--ids", paramLabel = "1,2,3", description = "The token ids.")
    private String ids;

    @Option(
            names = "--ids-file",
            paramLabel = "F",
            description = "A file with the token ids: numbers with commas between them.")
    private Path idsFile;

    @Option(
            names = "--max-context",
            paramLabel = "N",
            description = "Most tokens (default: what the model was made for).")
    private Integer maxContext;

    @Option(
            names = "--output",
            required = true,
            paramLabel = "G",
            description = "The file to write; it appears whole or not at all.")
    private Path output;

    @Override
    public void run() {
        model.checkOutput("--output", output, idsFile);
        int[] tokens = tokens();
        try (Progress progress = Progress.start("loading the model");
                LanguageModel loaded = model.open();
                Arena arena = Arena.ofShared()) {
            loaded.network().checkIds(idsFile == null ? "--ids" : "--ids-file " + idsFile, tokens);
            int vocabulary = loaded.network().vocabulary();
            checkMemory(tokens.length, vocabulary);
            Tensor all = Tensor.allocate(arena, tokens.length, vocabulary);
            double seconds;
            try (Session session = loaded.session(
                    SessionOptions.of(context(loaded, tokens.length)).withAllLogits(vocabulary))) {
                long begun = System.nanoTime();
                session.feed(tokens, (first, rows) -> {
                    long at = (long) first * vocabulary * Float.BYTES;
                    MemorySegment.copy(
                            rows.data(), 0, all.data(), at, rows.data().byteSize());
                    progress.say((first + rows.dim(0)) + " of " + tokens.length + " tokens");
                });
                seconds = (System.nanoTime() - begun) / 1e9;
            }
            checkFinite(loaded, all, vocabulary);
            progress.say("writing");
            new SafetensorsWriter()
                    .metadata("model", loaded.network().fingerprint())
                    .metadata("engine", loaded.engine().name())
                    .metadata("device", ModelOptions.engine(loaded).deviceId())
                    .metadata("storage", loaded.storage().id())
                    .addFloats("logits", new long[] {tokens.length, vocabulary}, all.data())
                    .write(output);
            progress.end();
            spec.commandLine()
                    .getOut()
                    .println(String.format(
                            Locale.ROOT,
                            "%s: logits %s, %s, %.2f s, %.1f tokens/s",
                            output,
                            all,
                            ModelOptions.engine(loaded).inWords(),
                            seconds,
                            tokens.length / seconds));
        }
    }

    private int[] tokens() {
        if ((ids == null) == (idsFile == null)) {
            throw new InvalidInputException("ids: expected one of --ids and --ids-file but found "
                    + (ids == null ? "neither" : "both") + "; give one");
        }
        return ids == null ? TokenIdList.read("--ids-file", idsFile) : TokenIdList.parse("--ids", ids);
    }

    /** Beyond what the model was made for only if asked to: nothing in these formats ends there, but training did. */
    private int context(LanguageModel loaded, int tokens) {
        if (maxContext == null) {
            return loaded.contextFor(tokens, 0);
        }
        if (tokens > maxContext) {
            throw new InvalidInputException("--max-context: expected at least " + tokens
                    + ", the tokens that are given, but found " + maxContext);
        }
        return tokens;
    }

    private static void checkMemory(int tokens, int vocabulary) {
        double bytes = (double) Float.BYTES * tokens * vocabulary;
        long memory = ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getTotalMemorySize();
        if (bytes > memory / 2.0) {
            throw new InvalidInputException(String.format(
                    Locale.ROOT,
                    "ids: expected logits that fit half of this machine's %d MiB but %d tokens of %d logits need %.0f"
                            + " MiB; take fewer tokens",
                    memory >> 20,
                    tokens,
                    vocabulary,
                    bytes / (1 << 20)));
        }
    }

    private static void checkFinite(LanguageModel loaded, Tensor logits, int vocabulary) {
        for (long i = 0; i < logits.size(); i++) {
            if (!Float.isFinite(logits.get(i))) {
                throw loaded.network()
                        .explained(new NumericException("logits: expected finite numbers but found " + logits.get(i)
                                + " at token " + i / vocabulary + ", id " + i % vocabulary
                                + "; they outgrow float32 on this engine"));
            }
        }
    }
}
