package io.deltarule.cli.model;

import io.deltarule.cli.option.EngineChoice;
import io.deltarule.cli.output.Json;
import io.deltarule.cli.output.TextTable;
import io.deltarule.core.InvalidInputException;
import io.deltarule.core.layer.LayerOp;
import io.deltarule.core.layer.SequenceOp;
import io.deltarule.models.format.ModelFolder;
import io.deltarule.models.format.ModelInfo;
import io.deltarule.models.format.ModelTensor;
import io.deltarule.models.inference.LanguageModel;
import io.deltarule.models.inference.Network;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What is in a model's folder and what would run where. */
@Command(
        name = "inspect",
        description =
                "Reads a model's config and the headers of its files, and says what it is, what memory it takes and"
                        + " what runs where. Weights are not loaded.")
public final class InspectCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Mixin
    private ModelOptions model;

    @Option(
            names = "--context",
            defaultValue = "4096",
            paramLabel = "N",
            description = "Tokens for which the caches' memory is given (default: ${DEFAULT-VALUE}).")
    private int context;

    @Option(names = "--tensors", description = "List every tensor of the files.")
    private boolean tensors;

    @Option(names = "--json", description = "Print a JSON document instead of text; with all tensors.")
    private boolean json;

    @Override
    public void run() {
        if (context < 1) {
            throw new InvalidInputException("--context: expected at least 1 but found " + context);
        }
        EngineChoice engine = model.engine();
        try (ModelFolder folder = ModelFolder.open(model.folder(), model.type())) {
            if (json) {
                spec.commandLine().getOut().println(Json.text(new InspectDocument(folder, engine, context).node()));
            } else {
                print(folder, engine);
            }
        }
    }

    private void print(ModelFolder folder, EngineChoice engine) {
        PrintWriter out = spec.commandLine().getOut();
        Network network = Network.of(folder);
        ModelInfo info = folder.info();
        TextTable table = new TextTable("model", folder.path().toString());
        table.row("type", folder.modelType());
        table.row(
                "sizes",
                "vocabulary " + info.vocab() + ", hidden " + info.hidden() + ", layers " + info.layers()
                        + (info.maxPositions() == 0 ? "" : ", made for " + info.maxPositions() + " tokens")
                        + (info.memoryTokens() == 0 ? "" : ", " + info.memoryTokens() + " memory tokens before a text")
                        + (info.tiedEmbeddings() ? ", head tied to the embedding" : ""));
        table.row("layers", mixers(network));
        table.row("stop ids", info.eosIds().isEmpty() ? "none" : info.eosIds().toString());
        table.row("parameters", String.format(Locale.ROOT, "%,d", folder.parameters()));
        table.row("files", folder.files().size() + ", " + types(folder));
        table.row(
                "memory",
                "weights " + mib(weightBytes(folder)) + ", mapped; each sequence " + mib(network.stateBytes())
                        + cache(network));
        table.row(
                "tokenizer",
                Files.exists(LanguageModel.tokenizerFile(folder.texts()))
                        ? LanguageModel.tokenizerFile(folder.texts())
                                .getFileName()
                                .toString()
                        : "none: takes and gives ids only");
        table.row("runs on", place(engine) + ": all of it; prompts chunkwise, single tokens recurrently");
        table.row(
                "not used",
                folder.ignored().isEmpty() ? "nothing" : folder.ignored().size() + " tensors" + reasons(folder));
        table.row("fingerprint", folder.fingerprint());
        table.print(out);
        if (tensors) {
            out.println();
            printTensors(folder, out);
        }
    }

    /** The mixing layers by kind, for example 18 gated_delta_rule, 6 attention. */
    static String mixers(Network network) {
        Map<String, Integer> kinds = new LinkedHashMap<>();
        for (LayerOp op : network.body().ops()) {
            if (op instanceof SequenceOp.Delta delta) {
                kinds.merge(delta.variant().id(), 1, Integer::sum);
            } else if (op instanceof SequenceOp.Attention attention) {
                kinds.merge(attention.window() == 0 ? "attention" : "windowed attention", 1, Integer::sum);
            }
        }
        return kinds.entrySet().stream()
                .map(kind -> kind.getValue() + " " + kind.getKey())
                .collect(Collectors.joining(", "));
    }

    private static String types(ModelFolder folder) {
        Map<String, Long> bytes = new TreeMap<>();
        folder.tensors().forEach(t -> bytes.merge(t.type(), t.byteSize(), Long::sum));
        return bytes.entrySet().stream()
                .map(type -> type.getKey() + " " + mib(type.getValue()))
                .collect(Collectors.joining(", "));
    }

    /** Bytes of the tensors that are used. */
    static long weightBytes(ModelFolder folder) {
        return used(folder).mapToLong(ModelTensor::byteSize).sum();
    }

    private static Stream<ModelTensor> used(ModelFolder folder) {
        return folder.tensors().stream().filter(t -> !folder.ignored().containsKey(t.name()));
    }

    private String cache(Network network) {
        long bytes = network.cacheBytes(context);
        return bytes == 0 ? ", whatever its length" : " and caches of " + mib(bytes) + " for " + context + " tokens";
    }

    private static String place(EngineChoice choice) {
        return choice.engine().devices().stream()
                .filter(device -> device.id().equals(choice.device()))
                .findFirst()
                .map(device -> choice.engine().name() + ", device " + device.id() + " (" + device.name() + ")")
                .orElse(choice.engine().name());
    }

    private static String reasons(ModelFolder folder) {
        return folder.ignored().values().stream().distinct().limit(3).collect(Collectors.joining("; ", ": ", ""));
    }

    private static String mib(long bytes) {
        return bytes < 10L << 20
                ? String.format(Locale.ROOT, "%.1f KiB", bytes / 1024.0)
                : String.format(Locale.ROOT, "%.1f MiB", bytes / 1048576.0);
    }

    private static void printTensors(ModelFolder folder, PrintWriter out) {
        TextTable table = new TextTable("tensor", "type", "shape", "not used because");
        for (ModelTensor tensor : folder.tensors()) {
            table.row(
                    tensor.name(),
                    tensor.type(),
                    tensor.shape().toString(),
                    folder.ignored().getOrDefault(tensor.name(), ""));
        }
        table.print(out);
    }
}
