package io.deltarule.models.format.family;

import io.deltarule.core.InvalidInputException;
import io.deltarule.models.Block;
import io.deltarule.models.DeltaConfig;
import io.deltarule.models.DeltaLayer;
import io.deltarule.models.DeltaLensLayer;
import io.deltarule.models.DeltaNetLayer;
import io.deltarule.models.GatedDeltaNetLayer;
import io.deltarule.models.KdaLayer;
import io.deltarule.models.Layer;
import io.deltarule.models.SwiGluBlock;
import io.deltarule.models.format.config.ConfigObject;
import io.deltarule.models.format.config.ConfigSizes;
import io.deltarule.models.format.names.DeltaLensNames;
import io.deltarule.models.format.weights.StoredTensors;
import java.util.Map;
import java.util.Set;

/**
 * DeltaLens. This config is this project's own: the published checkpoint comes with hyper-parameters (vocab_size, d_model,
 * n_layers, d_state, n_heads, which are accepted here) but with neither a config nor the source of its layer, so what its
 * tensors are called is not known. {@code tensor_names} says it for a given file.
 */
public final class DeltaLensFormat implements ModelFormat {
    private static final String EMBEDDINGS = "model.embeddings.weight";

    @Override
    public Set<String> modelTypes() {
        return Set.of("deltalens");
    }

    @Override
    public ModelPrograms programs(ConfigObject config, StoredTensors stored) {
        ConfigSizes.siluOnly(config);
        int hidden = ConfigSizes.width(config, either(config, "hidden_size", "d_model"), 2048);
        int layers = config.count(either(config, "num_hidden_layers", "n_layers"), 1, ConfigSizes.MOST_LAYERS, 24);
        double eps = ConfigSizes.eps(config, "norm_eps", 1e-6);
        SwiGluBlock mlp = FlaFormat.feedForward(config, hidden);
        boolean perChannel =
                config.choice("lens_gate", "head", "head", "channel").equals("channel");
        boolean additive =
                config.choice("lens_mix", "convex", "convex", "additive").equals("additive");
        Layer lens = new DeltaLensLayer(write(config, hidden, eps), perChannel, additive);
        Map<Integer, Layer> attention = FlaFormat.attention(config, hidden);
        boolean tied = config.flag("tie_word_embeddings", false);
        return new CausalModel(ConfigSizes.vocab(config, 32000), hidden, layers, EMBEDDINGS, tied, eps, false)
                .programs(
                        ConfigSizes.positions(config, 0),
                        i -> new Block(attention.getOrDefault(i, lens), mlp, Block.Names.FLA, eps, false),
                        DeltaLensNames.of(config, tied));
    }

    private static String either(ConfigObject config, String own, String published) {
        if (config.has(own) && config.has(published)) {
            throw new InvalidInputException(
                    "config.json: expected one of " + own + " and " + published + " but found both");
        }
        return config.has(published) ? published : own;
    }

    private static DeltaLayer write(ConfigObject config, int hidden, double eps) {
        int heads = ConfigSizes.heads(config, either(config, "num_heads", "n_heads"), 16);
        int valueHeads = ConfigSizes.heads(config, "num_v_heads", heads);
        ConfigSizes.multipleOfHeads(config, "num_v_heads", valueHeads, heads);
        int headK = headK(config, heads);
        int headV = ConfigSizes.width(config, "head_v_dim", Math.max(1, hidden / valueHeads));
        ConfigSizes.product("num_heads · head_k_dim", heads, headK);
        ConfigSizes.product("num_v_heads · head_v_dim", valueHeads, headV);
        String write = config.choice("write", "delta_net", "delta_net", "gated_deltanet", "kda");
        DeltaConfig sizes = new DeltaConfig(
                hidden,
                heads,
                valueHeads,
                headK,
                headV,
                config.flag("use_short_conv", true) ? config.count("conv_size", 1, ConfigSizes.MOST_TAPS, 4) : 0,
                config.flag("allow_neg_eigval", false),
                config.flag("use_gate", write.equals("kda")),
                eps,
                null);
        return switch (write) {
            case "gated_deltanet" -> new GatedDeltaNetLayer(sizes);
            case "kda" -> new KdaLayer(sizes);
            default -> new DeltaNetLayer(sizes);
        };
    }

    /** The published d_state is taken for the key channels of all heads together; head_k_dim says it for one head. */
    private static int headK(ConfigObject config, int heads) {
        if (config.has("head_k_dim")) {
            return ConfigSizes.width(config, "head_k_dim", 0);
        }
        int all = ConfigSizes.width(config, "d_state", 512);
        if (all % heads != 0) {
            throw config.refused("d_state", "a multiple of " + heads + " heads, or head_k_dim,");
        }
        return all / heads;
    }
}
