package io.deltarule.models.format;

import io.deltarule.core.InvalidInputException;
import io.deltarule.core.Tensor;
import io.deltarule.core.layer.LayerProgram;
import io.deltarule.core.layer.WeightType;
import io.deltarule.core.layer.Weights;
import io.deltarule.loader.Dtype;
import io.deltarule.loader.SafetensorsWriter;
import io.deltarule.models.format.config.ConfigObject;
import io.deltarule.models.format.config.MessageText;
import io.deltarule.models.format.config.UnreadKeys;
import io.deltarule.models.format.family.ModelFormat;
import io.deltarule.models.format.family.ModelPrograms;
import io.deltarule.models.format.weights.StoredTensors;
import io.deltarule.models.format.weights.TensorNames;
import io.deltarule.models.format.weights.WeightExport;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A model that a config describes and no folder holds yet: its programs, and how a folder of its weights is written that {@link
 * ModelFolder} reads. What is trained begins here.
 */
public final class ModelDefinition {
    private final String config;
    private final String modelType;
    private final ModelPrograms programs;

    private ModelDefinition(String config, String modelType, ModelPrograms programs) {
        this.config = config;
        this.modelType = modelType;
        this.programs = programs;
    }

    /**
     * Of a config.
     *
     * @param config the whole config.json, as {@link ModelTemplates} make them
     * @throws InvalidInputException if the config is none that is supported, or has keys that its format does not read: what is to
     *     be made has to be what was asked for
     */
    public static ModelDefinition of(String config) {
        ConfigObject parsed = ConfigObject.parse(config);
        boolean nested = parsed.object("text_config") != null;
        ModelPrograms programs =
                ModelFormat.of(parsed).programs(parsed, nested ? RandomModel.NESTED : StoredTensors.NOTHING);
        List<String> unread = UnreadKeys.check(parsed);
        if (!unread.isEmpty()) {
            throw new InvalidInputException("config: expected keys that models of type "
                    + parsed.text("model_type", null) + " read but found " + MessageText.names(unread)
                    + "; docs/models.md lists them");
        }
        return new ModelDefinition(config, parsed.text("model_type", null), programs);
    }

    /** What was read already, from a config of which not every key has to be known. */
    static ModelDefinition of(String config, String modelType, ModelPrograms programs) {
        return new ModelDefinition(config, modelType, programs);
    }

    /** The whole config.json. */
    public String config() {
        return config;
    }

    /** The config's {@code model_type}. */
    public String modelType() {
        return modelType;
    }

    /** Its sizes; which tokens end a text, its folder's files say. */
    public ModelInfo info() {
        return ModelInfo.of(programs, List.of());
    }

    /** From slot {@code ids}, one number per token, to slot {@code h}, the normed rows. */
    public LayerProgram body() {
        return programs.body();
    }

    /** From slot {@code h} to slot {@code logits}. */
    public LayerProgram head() {
        return programs.head();
    }

    /** The weights of both programs, by name, with their shapes; without those that follow from others. */
    public Map<String, int[]> weights() {
        Map<String, int[]> all = new LinkedHashMap<>(programs.weights());
        all.remove(TensorNames.INVERSE_LENGTHS);
        if (programs.tied()) {
            all.remove(TensorNames.HEAD); // rows of the embedding's table
        }
        return all;
    }

    /**
     * Writes config.json and model.safetensors, each whole or not at all; files of these names are replaced.
     *
     * @param folder an existing one
     * @param weights of both programs
     * @param type of every tensor: F32, BF16 or F16; numbers are rounded to the nearest, a tie to the even one
     * @throws InvalidInputException if a weight is missing, the type is another one, or the system does not let it
     * @throws io.deltarule.loader.SafetensorsException if the system does not let it
     */
    public void write(Path folder, Weights weights, WeightType type) {
        Dtype dtype = dtype(type);
        try (Arena arena = Arena.ofShared()) {
            SafetensorsWriter writer = new SafetensorsWriter().metadata("format", "pt");
            Map<String, int[]> wanted = weights();
            WeightExport.tensors(wanted, weights, programs.names(), arena).forEach((name, tensor) -> {
                if (type == WeightType.F32) {
                    writer.addFloats(name, tensor.shape(), tensor.floats());
                } else {
                    writer.add(name, dtype, tensor.shape(), rounded(tensor.floats(), type, arena));
                }
            });
            writer.write(folder.resolve("model.safetensors"));
        }
        try {
            Files.writeString(folder.resolve("config.json"), config, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new InvalidInputException(folder + ": expected to write there but found " + e);
        }
    }

    private static Dtype dtype(WeightType type) {
        return switch (type) {
            case F32 -> Dtype.F32;
            case BF16 -> Dtype.BF16;
            case F16 -> Dtype.F16;
            default ->
                throw new InvalidInputException("type: expected F32, BF16 or F16 but found " + type
                        + "; write one of these, and convert the folder to a GGUF file");
        };
    }

    private static MemorySegment rounded(MemorySegment floats, WeightType type, Arena arena) {
        long count = floats.byteSize() / Float.BYTES;
        MemorySegment bytes = arena.allocate(type.bytes(count), 64);
        for (long i = 0; i < count; i++) {
            RandomTensor.put(bytes, type, i, floats.getAtIndex(Tensor.FLOAT, i));
        }
        return bytes;
    }
}
