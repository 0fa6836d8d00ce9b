package io.deltarule.cli.model;

import io.deltarule.core.InvalidInputException;
import io.deltarule.core.layer.WeightType;
import io.deltarule.models.format.ModelTemplates;
import io.deltarule.models.format.RandomModel;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Writes a model's folder with random weights. */
@Command(
        name = "make-model",
        description = {
            "Writes a model's folder in a published format, of any size, with random weights: to measure speed and"
                    + " memory, and to try things out. What such a model says is noise.",
            "Sizes that no option gives are tiny; --set replaces any key of config.json, for example"
                    + " --set num_attention_heads=8."
        })
public final class MakeModelCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Option(
            names = "--type",
            required = true,
            paramLabel = "TYPE",
            description =
                    "The config's model_type: delta_net, gated_deltanet, kda, gated_deltaproduct, qwen3_5 (nested,"
                            + " as published), qwen3_5_text, qwen3_5_moe, qwen3_5_moe_text, qwen3_next, olmo_hybrid, kimi_linear,"
                            + " mamba2, granitemoehybrid, h_gated_deltanet, log_linear_mamba2,"
                            + " bailing_hybrid, jet_nemotron or deltalens.")
    private String type;

    @Option(names = "--output", required = true, paramLabel = "DIR", description = "A new or empty folder.")
    private Path output;

    @Option(
            names = "--dtype",
            paramLabel = "TYPE",
            defaultValue = "f32",
            description = "Of the tensors: f32, bf16 or f16 (default: ${DEFAULT-VALUE}).")
    private String dtype;

    @Option(names = "--hidden", paramLabel = "N", description = "hidden_size.")
    private Integer hidden;

    @Option(names = "--ff", paramLabel = "N", description = "intermediate_size.")
    private Integer intermediate;

    @Option(names = "--layers", paramLabel = "N", description = "num_hidden_layers.")
    private Integer layers;

    @Option(names = "--vocab", paramLabel = "N", description = "vocab_size.")
    private Integer vocab;

    @Option(names = "--tied", description = "The head uses the embedding's weight.")
    private boolean tied;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "Any key of config.json and its value as JSON; may be given several times.")
    private Map<String, String> replaced = new LinkedHashMap<>();

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "Of the numbers (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(
            names = "--shards",
            paramLabel = "N",
            defaultValue = "1",
            description = "Files; more than one come with an index (default: ${DEFAULT-VALUE}).")
    private int shards;

    @Override
    public void run() {
        ModelTemplates.Sizes sizes = new ModelTemplates.Sizes(hidden, intermediate, layers, vocab, tied);
        long numbers = RandomModel.write(
                output,
                ModelTemplates.config(type, sizes, replaced),
                new RandomModel.Options(weightType(), seed, shards));
        spec.commandLine()
                .getOut()
                .println(
                        output + ": " + numbers + " parameters, " + weightType().bytes(numbers) + " bytes of tensors");
    }

    private WeightType weightType() {
        return switch (dtype.toLowerCase(Locale.ROOT)) {
            case "f32" -> WeightType.F32;
            case "bf16" -> WeightType.BF16;
            case "f16" -> WeightType.F16;
            default -> throw new InvalidInputException("--dtype: expected f32, bf16 or f16 but found " + dtype);
        };
    }
}
