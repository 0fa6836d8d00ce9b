package io.deltarule.cli.model;

import io.deltarule.cli.output.OutputPath;
import io.deltarule.cli.output.Progress;
import io.deltarule.core.InvalidInputException;
import io.deltarule.loader.GgufFile;
import io.deltarule.loader.GgufType;
import io.deltarule.models.format.convert.GgufExport;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** A model's folder as one GGUF file. */
@Command(
        name = "convert",
        description = {
            "Writes a model's folder as one GGUF file, with its tokenizer and chat template, as llama.cpp names and orders"
                    + " things. All commands with --model take such a file.",
            "For qwen3_5, qwen3_5_moe, qwen3_next and kimi_linear. Vectors, convolutions and routers are F32; a matrix whose"
                    + " rows are no whole blocks of 32 is BF16 instead of q8_0 or q4_0."
        })
public final class ConvertCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Option(names = "--model", required = true, paramLabel = "DIR", description = "The model's folder.")
    private Path model;

    @Option(names = "--output", required = true, paramLabel = "F.gguf", description = "The file.")
    private Path output;

    @Option(
            names = "--type",
            required = true,
            paramLabel = "TYPE",
            description = "Of the matrices: f32, f16, bf16, q8_0 (8.5 bits a number) or q4_0 (4.5 bits).")
    private String type;

    @Override
    public void run() {
        GgufType wanted = type();
        if (GgufFile.isOne(model)) {
            throw new InvalidInputException(
                    "--model: expected a folder with config.json and safetensors but found a GGUF" + " file, " + model
                            + "; convert the folder that it was made from");
        }
        OutputPath.check("--output", output);
        AtomicLong written = new AtomicLong();
        long bytes;
        try (Progress progress = Progress.start("converting")) {
            bytes = GgufExport.write(
                    model,
                    output,
                    wanted,
                    more -> progress.say("converting, " + (written.addAndGet(more) >> 20) + " MiB written"));
        }
        spec.commandLine().getOut().println(output + ": " + bytes + " bytes of tensors");
    }

    private GgufType type() {
        return GgufExport.TYPES.stream()
                .filter(known -> known.name().equalsIgnoreCase(type))
                .findFirst()
                .orElseThrow(() -> new InvalidInputException("--type: expected one of "
                        + GgufExport.TYPES.stream()
                                .map(known -> known.name().toLowerCase(Locale.ROOT))
                                .collect(Collectors.joining(", "))
                        + " but found " + type));
    }
}
