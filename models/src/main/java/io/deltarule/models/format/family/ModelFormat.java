package io.deltarule.models.format.family;

import io.deltarule.core.InvalidInputException;
import io.deltarule.models.format.config.ConfigObject;
import io.deltarule.models.format.weights.StoredTensors;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * One family of published formats: it turns a {@code config.json} into programs and knows what its files call their
 * weights.
 */
public interface ModelFormat {
    /** The {@code model_type}s that it reads. */
    Set<String> modelTypes();

    /**
     * Makes programs of a config.
     *
     * @param config all of it
     * @param stored which tensors the folder holds
     * @return the programs, and where the files have their weights
     * @throws InvalidInputException if a value cannot be right, or asks for what is not supported
     */
    ModelPrograms programs(ConfigObject config, StoredTensors stored);

    /** Every format. */
    List<ModelFormat> ALL = List.of(
            new FlaFormat(),
            new QwenFormat(),
            new OlmoHybridFormat(),
            new KimiLinearFormat(),
            new DeltaLensFormat(),
            new Mamba2Format(),
            new GraniteHybridFormat(),
            new Rwkv7Format(),
            new BailingFormat(),
            new JetNemotronFormat(),
            new NemotronFlashFormat(),
            new HybridFormat());

    /**
     * The format that a config asks for.
     *
     * @throws InvalidInputException if there is none, naming those that there are
     */
    static ModelFormat of(ConfigObject config) {
        return find(config).orElseThrow(() -> refusal(config));
    }

    /** Whether there is a format that a config asks for. */
    static boolean isKnown(ConfigObject config) {
        return find(config).isPresent();
    }

    private static Optional<ModelFormat> find(ConfigObject config) {
        String type = config.text("model_type", null);
        return type == null
                ? Optional.empty()
                : ALL.stream()
                        .filter(format -> format.modelTypes().contains(type))
                        .findFirst();
    }

    /** What is said where there is none. */
    static InvalidInputException refusal(ConfigObject config) {
        return config.refused("model_type", "one of " + types());
    }

    /** All types, with commas between them. */
    static String types() {
        Set<String> known = new TreeSet<>();
        ALL.forEach(format -> known.addAll(format.modelTypes()));
        return String.join(", ", known);
    }
}
