package io.deltarule.models.format.family;

import io.deltarule.core.InvalidInputException;
import io.deltarule.models.Block;
import io.deltarule.models.Layer;
import io.deltarule.models.Mamba2Config;
import io.deltarule.models.Mamba2Config.OutputNorm;
import io.deltarule.models.Mamba2Config.StepBounds;
import io.deltarule.models.Mamba2Layer;
import io.deltarule.models.MixerBlock;
import io.deltarule.models.SwiGluBlock;
import io.deltarule.models.format.config.ConfigObject;
import io.deltarule.models.format.config.ConfigSizes;
import io.deltarule.models.format.names.Mamba2Names;
import io.deltarule.models.format.weights.StoredTensors;
import java.util.List;
import java.util.Set;

/**
 * Mamba-2 as transformers and as flash-linear-attention have it, both under {@code mamba2}: told apart by their keys, since the
 * tensors' names are the same and the norms of several groups are not. And flash-linear-attention's {@code log_linear_mamba2}.
 */
public final class Mamba2Format implements ModelFormat {
    private static final String LOG_LINEAR = "log_linear_mamba2";
    private static final String EMBEDDINGS = "model.embeddings.weight";

    /** Of log-linear states: enough for 16384 tokens, which no config says. */
    static final int LEVELS = 15;

    private static final List<String> FLA_KEYS =
            List.of("norm_eps", "fuse_norm", "rmsnorm", "norm_before_gate", "D_has_hdim", "dt_limit", "A_init_range");
    private static final List<String> TRANSFORMERS_KEYS = List.of("layer_norm_epsilon", "rms_norm", "time_step_limit");

    @Override
    public Set<String> modelTypes() {
        return Set.of("mamba2", LOG_LINEAR);
    }

    @Override
    public ModelPrograms programs(ConfigObject config, StoredTensors stored) {
        ConfigSizes.siluOnly(config);
        boolean levels = config.text("model_type", null).equals(LOG_LINEAR);
        boolean fla = levels || isFla(config);
        int hidden = ConfigSizes.hidden(config, fla ? 2048 : 4096);
        double eps = ConfigSizes.eps(config, fla ? "norm_eps" : "layer_norm_epsilon", 1e-5);
        Mamba2Config sizes =
                levels ? logLinear(config, hidden, eps) : fla ? fla(config, hidden, eps) : plain(config, hidden, eps);
        Layer mixer = new Mamba2Layer(sizes);
        Layer block = levels
                ? new Block(
                        mixer,
                        SwiGluBlock.ofRatio(hidden, 4),
                        new Block.Names("mixer_norm", "mixer", "mlp_norm", "mlp"),
                        eps,
                        false)
                : new MixerBlock(mixer, "norm", "mixer", eps);
        boolean tied = config.flag("tie_word_embeddings", false);
        int layers = ConfigSizes.layers(config, fla ? 48 : 64);
        return new CausalModel(
                        ConfigSizes.vocab(config, fla ? 32000 : 32768), hidden, layers, EMBEDDINGS, tied, eps, false)
                .programs(levels ? 1 << (LEVELS - 1) : 0, i -> block, new Mamba2Names(sizes, tied));
    }

    private static boolean isFla(ConfigObject config) {
        List<String> own = FLA_KEYS.stream().filter(config::has).toList();
        List<String> other = TRANSFORMERS_KEYS.stream().filter(config::has).toList();
        if (!own.isEmpty() && !other.isEmpty()) {
            throw new InvalidInputException("config.json: expected the keys of one mamba2 but found "
                    + String.join(", ", own) + " of flash-linear-attention's and " + String.join(", ", other)
                    + " of transformers'; remove those that its writer did not write");
        }
        return !own.isEmpty();
    }

    /** Sizes that both have under the same keys; how many heads there are follows in flash-linear-attention from the rest. */
    private static Mamba2Config sizes(ConfigObject config, int hidden, int heads, int groups) {
        int head = ConfigSizes.width(config, "head_dim", 64);
        int state = ConfigSizes.width(config, "state_size", 128);
        if (heads % groups != 0) {
            throw config.refused("n_groups", "a divisor of " + heads + " heads");
        }
        ConfigSizes.product("n_groups · state_size", groups, state);
        ConfigSizes.product("width of in_proj", 2, (long) heads * head + (long) groups * state + heads);
        return Mamba2Config.of(hidden, heads, head, groups, state)
                .withTaps(config.count("conv_kernel", 1, ConfigSizes.MOST_TAPS, 4))
                .withBiases(config.flag("use_bias", false), config.flag("use_conv_bias", true));
    }

    private static int inner(ConfigObject config, int hidden) {
        double inner = Math.floor(config.number("expand", 1e-3, 1024, 2) * hidden);
        if (inner < 1 || inner > ConfigSizes.MOST) {
            throw config.refused("expand", "a factor that makes " + hidden + " channels at most " + ConfigSizes.MOST);
        }
        return (int) inner;
    }

    private static StepBounds bounds(ConfigObject config, String key) {
        double[] bounds = config.bounds(key, 0, Double.POSITIVE_INFINITY);
        return new StepBounds(bounds[0], bounds[1]);
    }

    private static Mamba2Config plain(ConfigObject config, int hidden, double eps) {
        int heads = ConfigSizes.heads(config, "num_heads", 128);
        int inner = inner(config, hidden);
        if ((long) heads * ConfigSizes.width(config, "head_dim", 64) != inner) {
            throw config.refused("num_heads", "as many as make expand · hidden_size = " + inner + " with head_dim");
        }
        if (!config.flag("rms_norm", true)) {
            throw config.refused("rms_norm", "true, since transformers' mamba2 has no other,");
        }
        return sizes(config, hidden, heads, ConfigSizes.heads(config, "n_groups", 8))
                .withStep(bounds(config, "time_step_limit"))
                .withNorm(new OutputNorm(OutputNorm.Order.GATE_FIRST, 1, eps));
    }

    /** With the keys of flash-linear-attention. */
    static Mamba2Config fla(ConfigObject config, int hidden, double eps) {
        int groups = ConfigSizes.heads(config, "n_groups", 1);
        OutputNorm.Order order = !config.flag("rmsnorm", true)
                ? OutputNorm.Order.NONE
                : config.flag("norm_before_gate", false) ? OutputNorm.Order.NORM_FIRST : OutputNorm.Order.GATE_FIRST;
        return sizes(config, hidden, headsOfWidth(config, hidden), groups)
                .withStep(bounds(config, "dt_limit"))
                .withSkipPerChannel(config.flag("D_has_hdim", false))
                .withNorm(new OutputNorm(order, groups, eps));
    }

    private static int headsOfWidth(ConfigObject config, int hidden) {
        boolean _ = config.has("num_heads"); // written, but never read by its writer
        int inner = inner(config, hidden);
        int head = ConfigSizes.width(config, "head_dim", 64);
        if (inner % head != 0) {
            throw config.refused("head_dim", "a divisor of expand · hidden_size = " + inner);
        }
        return inner / head;
    }

    /** The same with log-linear states. */
    static Mamba2Config logLinear(ConfigObject config, int hidden, double eps) {
        if (ConfigSizes.heads(config, "n_groups", 1) != 1) {
            throw config.refused("n_groups", "1, since nothing else is defined for log_linear_mamba2,");
        }
        String limit = config.either("dt_limit", "time_step_limit");
        if (!bounds(config, limit).equals(StepBounds.NONE)) {
            throw config.refused(limit, "0 and Infinity, since nothing else is defined for log_linear_mamba2,");
        }
        for (String key : List.of("rmsnorm", "rms_norm")) {
            if (!config.flag(key, true)) {
                throw config.refused(key, "true");
            }
        }
        for (String key : List.of("norm_before_gate", "D_has_hdim")) {
            if (config.flag(key, false)) {
                throw config.refused(key, "false");
            }
        }
        return sizes(config, hidden, headsOfWidth(config, hidden), 1)
                .withNorm(new OutputNorm(OutputNorm.Order.GATE_FIRST, 1, eps))
                .withLevels(LEVELS);
    }
}
