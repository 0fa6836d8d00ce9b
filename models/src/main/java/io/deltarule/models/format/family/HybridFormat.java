package io.deltarule.models.format.family;

import io.deltarule.models.AttentionLayer;
import io.deltarule.models.Block;
import io.deltarule.models.Layer;
import io.deltarule.models.Mamba2Config;
import io.deltarule.models.Mamba2Layer;
import io.deltarule.models.SwiGluBlock;
import io.deltarule.models.format.config.ConfigObject;
import io.deltarule.models.format.config.ConfigSizes;
import io.deltarule.models.format.names.HybridNames;
import io.deltarule.models.format.weights.StoredTensors;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Any mixture of the family's layers, in the order that {@code layer_types} lists, again and again: this library's own type, for hybrids that no
 * published format has, such as H2 of the Gated DeltaNet paper (Mamba-2, Gated DeltaNet, sliding window; arXiv:2412.06464, section
 * 3.4). A kind's own keys stand in an object of its name.
 */
public final class HybridFormat implements ModelFormat {
    private static final String EMBEDDINGS = "model.embeddings.weight";
    private static final String SLIDING = "sliding_attention";
    private static final String FULL = "full_attention";
    private static final String MAMBA = "mamba2";
    private static final String LOG_LINEAR_MAMBA = "log_linear_mamba2";
    private static final String LOG_LINEAR_DELTA = "h_gated_deltanet";

    private static final List<String> KINDS = List.of(
            "delta_net",
            "gated_deltanet",
            "kda",
            "gated_deltaproduct",
            LOG_LINEAR_DELTA,
            MAMBA,
            LOG_LINEAR_MAMBA,
            SLIDING,
            FULL);

    @Override
    public Set<String> modelTypes() {
        return Set.of("delta_hybrid");
    }

    @Override
    public ModelPrograms programs(ConfigObject config, StoredTensors stored) {
        ConfigSizes.siluOnly(config);
        int hidden = ConfigSizes.hidden(config, 1024);
        double eps = ConfigSizes.eps(config, "norm_eps", 1e-6);
        List<String> types = types(config);
        int layers = ConfigSizes.layers(config, types.size());
        if (types.size() > layers) {
            throw config.refused("layer_types", "at most as many as num_hidden_layers, " + layers + ",");
        }
        Map<String, Mamba2Config> mamba = new HashMap<>();
        Map<String, Layer> mixers = new HashMap<>();
        for (String kind : KINDS) { // also those that are not listed, so that none of their keys is overlooked
            ConfigObject own = config.object(kind);
            if (own != null) {
                mixers.put(kind, mixer(kind, own, hidden, eps, mamba));
            } else if (types.contains(kind)) {
                throw config.refused(kind, "an object with the keys of these layers, which layer_types lists,");
            }
        }
        SwiGluBlock mlp = FlaFormat.feedForward(config, hidden);
        boolean tied = config.flag("tie_word_embeddings", false);
        return new CausalModel(ConfigSizes.vocab(config, 32000), hidden, layers, EMBEDDINGS, tied, eps, false)
                .programs(
                        positions(config, types),
                        i -> {
                            String kind = types.get(i % types.size());
                            return new Block(
                                    mixers.get(kind),
                                    mlp,
                                    new Block.Names("mixer_norm", kind, "mlp_norm", "mlp"),
                                    eps,
                                    false);
                        },
                        new HybridNames(mamba, tied));
    }

    private static List<String> types(ConfigObject config) {
        List<String> types = config.texts("layer_types");
        if (types == null || types.isEmpty() || !KINDS.containsAll(types)) {
            throw config.refused("layer_types", "a list of " + String.join(", ", KINDS));
        }
        return types;
    }

    private static int positions(ConfigObject config, List<String> types) {
        int positions = ConfigSizes.positions(config, 0);
        boolean levels = types.contains(LOG_LINEAR_MAMBA) || types.contains(LOG_LINEAR_DELTA);
        int most = 1 << (Mamba2Format.LEVELS - 1);
        return !levels ? positions : positions == 0 ? most : Math.min(most, positions);
    }

    private static Layer mixer(String kind, ConfigObject own, int hidden, double eps, Map<String, Mamba2Config> mamba) {
        return switch (kind) {
            case MAMBA, LOG_LINEAR_MAMBA -> {
                Mamba2Config sizes = kind.equals(MAMBA)
                        ? Mamba2Format.fla(own, hidden, eps)
                        : Mamba2Format.logLinear(own, hidden, eps);
                mamba.put(kind, sizes);
                yield new Mamba2Layer(sizes);
            }
            case SLIDING, FULL -> attention(kind, own, hidden);
            default -> FlaFormat.mixer(kind, own, hidden, eps);
        };
    }

    private static Layer attention(String kind, ConfigObject own, int hidden) {
        AttentionLayer layer = FlaFormat.attentionLayer(own, hidden);
        if (kind.equals(SLIDING) && layer.window() == 0) {
            throw own.refused("window_size", "how many tokens are seen");
        }
        if (kind.equals(FULL) && layer.window() != 0) {
            throw own.refused("window_size", "nothing, or layers of the kind " + SLIDING + ",");
        }
        return layer;
    }
}
