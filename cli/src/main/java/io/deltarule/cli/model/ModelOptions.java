package io.deltarule.cli.model;

import io.deltarule.cli.option.EngineChoice;
import io.deltarule.cli.option.StorageConverter;
import io.deltarule.cli.output.OutputPath;
import io.deltarule.core.InvalidInputException;
import io.deltarule.core.Storage;
import io.deltarule.models.inference.LanguageModel;
import io.deltarule.models.inference.Placement;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Which model runs where: options that all commands on models share. */
public final class ModelOptions {
    @Option(
            names = "--model",
            required = true,
            paramLabel = "DIR",
            description = "The model's folder: config.json, safetensors and, for text, a tokenizer; or a GGUF file.")
    private Path model;

    @Option(
            names = "--engine",
            defaultValue = "auto",
            paramLabel = "NAME",
            description = "reference (float64), cpu, tornado or auto: a TornadoVM GPU if there is one, else cpu"
                    + " (default: ${DEFAULT-VALUE}).")
    private String engine;

    @Option(
            names = "--device",
            paramLabel = "ID",
            description = "One of the engine's devices, as 'deltarule devices' lists them (default: its own choice).")
    private String device;

    @Option(
            names = "--storage",
            defaultValue = "float32",
            paramLabel = "S",
            converter = StorageConverter.class,
            description =
                    "Numbers of activations, and of weights but those that the file has in 16 bits or in blocks, which"
                            + " stay so: float32, bfloat16 or float16. Engine tornado alone has 16 bits (default: ${DEFAULT-VALUE}).")
    private Storage storage;

    @Option(
            names = "--as",
            paramLabel = "TYPE",
            description = "Reads the folder as one of this model_type, whatever its config.json says: for a known model"
                    + " under a new name.")
    private String type;

    /** The model's folder. */
    public Path folder() {
        return model;
    }

    /** The type that it is read as, or null for its own. */
    public String type() {
        return type;
    }

    /** The engine as it was named: it may be another machine's. */
    public String engineName() {
        return engine;
    }

    /** The device as it was named, or null. */
    public String deviceName() {
        return device;
    }

    /** In what numbers activations are kept. */
    public Storage storage() {
        return storage;
    }

    /** The engine and its device. */
    public EngineChoice engine() {
        return EngineChoice.of(engine, device);
    }

    /** Where a model that was opened runs. */
    static EngineChoice engine(LanguageModel loaded) {
        return new EngineChoice(loaded.engine(), loaded.device());
    }

    /** Opens it; weights are mapped, not read. */
    public LanguageModel open() {
        EngineChoice choice = engine();
        return LanguageModel.open(model, new Placement(choice.engine(), choice.device(), storage), type);
    }

    /**
     * Checks before the work that a file can be written, and that it is none of the model's own.
     *
     * @param inputs files that are read; nulls are left out
     */
    public void checkOutput(String option, Path output, Path... inputs) {
        if (Files.isRegularFile(model)) {
            OutputPath.check(option, output, model);
        }
        for (Path input : inputs) {
            if (input != null) {
                OutputPath.check(option, output, input);
            }
        }
        OutputPath.check(option, output);
        try {
            Path folder = output.toAbsolutePath().getParent();
            String name = output.getFileName().toString();
            if (Files.exists(output)
                    && Files.isDirectory(model)
                    && Files.isSameFile(folder, model)
                    && (name.endsWith(".json") || name.startsWith("model"))) {
                throw new InvalidInputException(option + ": expected another file than the model's own but found "
                        + output + "; name a new one");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
