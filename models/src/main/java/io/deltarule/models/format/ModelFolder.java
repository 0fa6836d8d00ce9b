package io.deltarule.models.format;

import io.deltarule.core.InvalidInputException;
import io.deltarule.core.layer.LayerProgram;
import io.deltarule.core.layer.Weights;
import io.deltarule.loader.SafetensorsFolder;
import io.deltarule.loader.TensorInfo;
import io.deltarule.models.format.config.ConfigObject;
import io.deltarule.models.format.config.MessageText;
import io.deltarule.models.format.config.UnreadKeys;
import io.deltarule.models.format.weights.FolderTensors;
import io.deltarule.models.format.weights.WeightBinder;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

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
    private final SafetensorsFolder tensors;
    private final ModelPrograms programs;
    private final WeightBinder.Bound bound;
    private final List<Integer> eosIds;
    private final GenerationDefaults generation;
    private final String fingerprint;

    private ModelFolder(Path path, Arena arena, SafetensorsFolder tensors, ConfigObject config) {
        this.path = path;
        this.arena = arena;
        this.tensors = tensors;
        this.modelType = config.text("model_type", null);
        this.programs = ModelFormat.of(config).programs(config, new FolderTensors(tensors));
        tell(UnreadKeys.check(config));
        ConfigObject generating = generationConfig(path);
        this.eosIds = StopIds.of(path, config, generating);
        this.generation = generating == null ? GenerationDefaults.NONE : GenerationDefaults.of(generating);
        this.bound = WeightBinder.bind(programs.weights(), programs.names(), tensors, arena);
        this.fingerprint = Fingerprint.of(path.resolve(CONFIG), tensors);
    }

    /**
     * Opens a folder.
     *
     * @param folder holds config.json and model.safetensors, or its shards and their index
     * @return programs and weights, to be closed
     * @throws InvalidInputException if the config is none that is supported, or the tensors are not those that it asks for
     * @throws io.deltarule.loader.SafetensorsException if a file or the index is not what it should be
     */
    public static ModelFolder open(Path folder) {
        if (!Files.isDirectory(folder)) {
            throw new InvalidInputException(folder + ": expected a model's folder but found "
                    + (Files.exists(folder) ? "a file" : "nothing") + "; name the folder that holds config.json");
        }
        ConfigObject config = ConfigObject.read(folder.resolve(CONFIG));
        Quantization.refuse(folder, config);
        ModelFormat.of(config); // A folder of an unsupported model is refused before its weights are mapped.
        Arena arena = Arena.ofShared();
        SafetensorsFolder tensors = null;
        ModelFolder opened = null;
        try {
            tensors = SafetensorsFolder.open(folder);
            Quantization.refuse(tensors);
            opened = new ModelFolder(folder, arena, tensors, config);
            return opened;
        } finally {
            if (opened == null) {
                arena.close();
                if (tensors != null) {
                    tensors.close();
                }
            }
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

    /** Where it is. */
    public Path path() {
        return path;
    }

    /** The config's {@code model_type}. */
    public String modelType() {
        return modelType;
    }

    /** Its sizes. */
    public ModelInfo info() {
        return new ModelInfo(
                programs.vocab(),
                programs.hidden(),
                programs.layers(),
                programs.maxPositions(),
                eosIds,
                programs.tied());
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
    public List<TensorInfo> tensors() {
        return tensors.tensors();
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

    /** Unmaps the files; plans that use the weights must be closed before. */
    @Override
    public void close() {
        tensors.close();
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }
}
