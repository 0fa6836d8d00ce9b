package io.deltarule.models.format.config;

import java.util.ArrayList;
import java.util.List;

/** Which layers are linear and which full attention, as transformers' configs say. */
public final class LayerTypes {
    public static final String LINEAR = "linear_attention";
    public static final String FULL = "full_attention";

    private LayerTypes() {}

    /** {@code layer_types}, or else full attention once in {@code full_attention_interval}. */
    public static List<String> of(ConfigObject config, int layers) {
        List<String> listed = config.texts("layer_types");
        if (listed != null) {
            return checked(config, listed, layers);
        }
        int interval = config.count("full_attention_interval", 1, ConfigSizes.MOST_LAYERS, 4);
        List<String> types = new ArrayList<>();
        for (int i = 0; i < layers; i++) {
            types.add((i + 1) % interval == 0 ? FULL : LINEAR);
        }
        return types;
    }

    private static List<String> checked(ConfigObject config, List<String> listed, int layers) {
        if (listed.size() != layers) {
            throw config.refused(
                    "layer_types", "one type for each of " + layers + " layers rather than " + listed.size() + ",");
        }
        List<String> types = new ArrayList<>();
        for (String type : listed) {
            types.add(
                    switch (type) {
                        case LINEAR, "mamba", "kda_attention" -> LINEAR;
                        case FULL, "attention" -> FULL;
                        default -> throw config.refused("layer_types", "only " + LINEAR + " and " + FULL);
                    });
        }
        return types;
    }
}
