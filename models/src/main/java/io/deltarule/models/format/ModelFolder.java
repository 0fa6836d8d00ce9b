package io.deltarule.models.format;

import io.deltarule.core.InvalidInputException;
import io.deltarule.core.layer.LayerProgram;
import io.deltarule.core.layer.Weights;
import io.deltarule.loader.GgufFile;
import io.deltarule.loader.SafetensorsFolder;
import io.deltarule.models.format.config.ConfigObject;
import io.deltarule.models.format.config.MessageText;
import io.deltarule.models.format.config.UnreadKeys;
import io.deltarule.models.format.family.ModelFormat;
import io.deltarule.models.format.family.ModelPrograms;
import io.deltarule.models.format.gguf.GgufModel;
import io.deltarule.models.format.weights.FolderTensors;
import io.deltarule.models.format.weights.TensorStore;
import io.deltarule.models.format.weights.WeightBinder;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * A published model's folder: {@code config.json} and its tensors, as programs and weights. The weights are used where they
 * lie in the mapped files, so opening is quick whatever their size; they are gone when the folder is closed.
 *
 * <pre>
 *   LayerEngine engine = LayerEngine.of(Engines.automatic());
 *   try (ModelFolder model = ModelFolder.open(Path.of("Qwen3.5-0.8B"))) {
 *       LayerPlan body = engine.plan(LayerSpec.of(model.body(), model.weights(), 512, 1, 4096));
 *       LayerPlan head = engine.plan(LayerSpec.of(model.head(), model.weights(), 1, 1, 4096));
 *   }
 * </pre>
 *
 * There are two programs because generation needs logits for a prompt's last token only. docs/models.md lists the formats.
 */
public final class ModelFolder implements AutoCloseable {
    private static final String CONFIG = "config.json";
    private static final String GENERATION_CONFIG = "generation_config.json";

    private final Path path;
    private final String modelType;
    private final Arena arena;
    private final TensorStore tensors;
    private final Path texts;
    private final Runnable files;
    private final ModelPrograms programs;
    private final WeightBinder.Bound bound;
    private final List<Integer> eosIds;
    private final GenerationDefaults generation;
    private final String fingerprint;

    /** What a model is read from. */
    private record Source(
            Path path, ConfigObject config, Supplier<byte[]> configBytes, Path texts, TensorStore tensors) {}

    private ModelFolder(Source source, Arena arena, Runnable files) {
        this.path = source.path();
        this.texts = source.texts();
        this.arena = arena;
        this.tensors = source.tensors();
        this.files = files;
        ConfigObject config = source.config();
        this.modelType = config.text("model_type", null);
        this.programs = ModelFormat.of(config).programs(config, tensors);
        tell(UnreadKeys.check(config));
        ConfigObject generating = generationConfig(texts);
        this.eosIds = StopIds.of(texts, config, generating);
        this.generation = generating == null ? GenerationDefaults.NONE : GenerationDefaults.of(generating);
        this.bound = WeightBinder.bind(programs.weights(), programs.names(), tensors, arena);
        this.fingerprint = Fingerprint.of(source.configBytes().get(), tensors);
    }

    /**
     * Opens a folder, or a GGUF file.
     *
     * @param folder holds config.json and model.safetensors, or its shards and their index; or is a GGUF file
     * @return programs and weights, to be closed
     * @throws InvalidInputException if the config is none that is supported, or the tensors are not those that it asks for
     * @throws io.deltarule.loader.SafetensorsException if a file or the index is not what it should be
     * @throws io.deltarule.loader.GgufException if a GGUF file is not what it should be
     */
    public static ModelFolder open(Path folder) {
        return open(folder, null);
    }

    /**
     * Opens a folder as one of a type that it does not say it is, for models that are published under a new name.
     *
     * @param folder as above; a GGUF file only where there is no type
     * @param type the {@code model_type} that it is read as, or null for its own
     * @see #open(Path)
     */
    public static ModelFolder open(Path folder, String type) {
        if (GgufFile.isOne(folder) || (folder.toString().endsWith(".gguf") && Files.isRegularFile(folder))) {
            if (type != null) {
                throw new InvalidInputException("--as: expected a folder but found the GGUF file " + folder
                        + ", whose metadata say what it is; leave --as out");
            }
            return openGguf(folder);
        }
        if (!Files.isDirectory(folder)) {
            throw new InvalidInputException(
                    folder + ": expected a model's folder but found " + (Files.exists(folder) ? "a file" : "nothing")
                            + "; name the folder that holds config.json, or a GGUF file");
        }
        refuseGgufInside(folder);
        ConfigObject own = ConfigObject.read(folder.resolve(CONFIG));
        ConfigObject config = type == null ? own : UnknownType.as(own, type);
        Quantization.refuse(folder, config);
        if (!ModelFormat.isKnown(config)) { // refused before weights are mapped
            throw UnknownType.refusal(folder, config);
        }
        SafetensorsFolder tensors = SafetensorsFolder.open(folder);
        return opened(tensors::close, () -> {
            Quantization.refuse(tensors);
            return new Source(folder, config, () -> bytes(folder.resolve(CONFIG)), folder, new FolderTensors(tensors));
        });
    }

    /** People name the folder they fetched a GGUF file into. */
    private static void refuseGgufInside(Path folder) {
        List<String> names;
        try (Stream<Path> files = Files.list(folder)) {
            names = files.map(file -> file.getFileName().toString()).sorted().toList();
        } catch (IOException e) {
            return; // what reads the folder's files says it
        }
        boolean weights = names.stream().anyMatch(name -> name.contains(".safetensors"));
        Optional<String> gguf =
                names.stream().filter(name -> name.endsWith(".gguf")).findFirst();
        if (gguf.isPresent() && !(weights && names.contains(CONFIG))) {
            throw new InvalidInputException(folder + ": expected config.json and safetensors but found "
                    + MessageText.text(gguf.get()) + "; name that file itself, which holds all of a model");
        }
    }

    private static ModelFolder openGguf(Path path) {
        GgufModel model = GgufModel.open(path);
        return opened(
                model::close,
                () -> new Source(
                        path,
                        model.config(),
                        () -> model.configText().getBytes(StandardCharsets.UTF_8),
                        model.texts(),
                        model.tensors()));
    }

    /** @param files closes what is open, with the model or where there is to be none */
    private static ModelFolder opened(Runnable files, Supplier<Source> source) {
        Arena arena = Arena.ofShared();
        ModelFolder opened = null;
        try {
            opened = new ModelFolder(source.get(), arena, files);
            return opened;
        } finally {
            if (opened == null) {
                arena.close();
                files.run();
            }
        }
    }

    private static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new InvalidInputException(file + ": expected to read it but found " + e + "; check its permissions");
        }
    }

    private static void tell(List<String> unread) {
        if (!unread.isEmpty()) {
            System.getLogger("io.deltarule")
                    .log(
                            System.Logger.Level.INFO,
                            "config.json has keys that nothing here reads: {0}; if one of them changes what the model"
                                    + " computes, its results are wrong",
                            MessageText.names(unread));
        }
    }

    private static ConfigObject generationConfig(Path folder) {
        Path file = folder.resolve(GENERATION_CONFIG);
        return Files.exists(file) ? ConfigObject.read(file) : null;
    }

    /** Where it is: a folder, or a GGUF file. */
    public Path path() {
        return path;
    }

    /** The folder of its tokenizer's files: its own, or of a GGUF file a temporary one that is gone when this is closed. */
    public Path texts() {
        return texts;
    }

    /** The config's {@code model_type}. */
    public String modelType() {
        return modelType;
    }

    /** Its sizes. */
    public ModelInfo info() {
        return ModelInfo.of(programs, eosIds);
    }

    /** How its makers want its tokens chosen, by generation_config.json. */
    public GenerationDefaults generation() {
        return generation;
    }

    /** From slot {@code ids}, one number per token, to slot {@code h}, the normed rows. */
    public LayerProgram body() {
        return programs.body();
    }

    /** From slot {@code h} to slot {@code logits}. */
    public LayerProgram head() {
        return programs.head();
    }

    /** The weights of both programs, valid until this is closed. */
    public Weights weights() {
        return bound.weights();
    }

    /** What its files call a weight of the programs: a tensor, or several with commas between them. */
    public String storedName(String weight) {
        return bound.stored().getOrDefault(weight, weight);
    }

    /** The tensors of its files, as stored. */
    public List<ModelTensor> tensors() {
        return tensors.tensors().stream()
                .map(t -> new ModelTensor(t.name(), t.type(), t.shape(), t.byteSize()))
                .toList();
    }

    /** Its files of tensors. */
    public List<Path> files() {
        return tensors.files();
    }

    /** Tensors that are not used, each with the reason. */
    public Map<String, String> ignored() {
        return bound.ignored();
    }

    /** How many numbers the tensors hold that are used. */
    public long parameters() {
        return bound.parameters();
    }

    /**
     * Tells models apart: SHA-256 of config.json, of every tensor's name, type and shape, and of samples of the numbers, in
     * hexadecimal. How the tensors are divided into files does not matter. Up to 4 MiB of numbers are hashed whole; of more,
     * 1024 blocks of 4 KiB spread evenly, so that a change of a few numbers of a large model may go unnoticed, and a
     * training step or another quantisation does not.
     */
    public String fingerprint() {
        return fingerprint;
    }

    /**
     * The format that it is of, for weights that are to be written as it has them: those that were trained from its own.
     *
     * @throws InvalidInputException if it is a GGUF file, whose config no other library reads
     */
    public ModelDefinition definition() {
        if (!Files.isDirectory(path)) {
            throw new InvalidInputException(
                    path + ": expected a folder with config.json but found a GGUF file; name the"
                            + " folder that it was made of");
        }
        return ModelDefinition.of(new String(bytes(path.resolve(CONFIG)), StandardCharsets.UTF_8), modelType, programs);
    }

    /** Unmaps the files; plans that use the weights must be closed before. */
    @Override
    public void close() {
        files.run();
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }
}
