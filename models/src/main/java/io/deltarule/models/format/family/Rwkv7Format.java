package io.deltarule.models.format.family;

import io.deltarule.core.layer.NormOp;
import io.deltarule.models.format.config.ConfigObject;
import io.deltarule.models.format.config.ConfigSizes;
import io.deltarule.models.format.names.Rwkv7Names;
import io.deltarule.models.format.weights.StoredTensors;
import io.deltarule.models.rwkv7.Rwkv7Block;
import io.deltarule.models.rwkv7.Rwkv7Config;
import io.deltarule.models.rwkv7.Rwkv7FeedForward;
import io.deltarule.models.rwkv7.Rwkv7Layer;
import java.util.List;
import java.util.Set;

/**
 * RWKV-7 as flash-linear-attention has it, with its names of tensors or with the authors' own. Ranks of adapters differ from model to
 * model and are taken from the tensors where there are any.
 */
public final class Rwkv7Format implements ModelFormat {
    private static final String EMBEDDINGS = "model.embeddings.weight";

    /** Where the first layer's values are, which all others read. */
    private static final String FIRST = "model.layers.0.attn.";

    /** What torch's normalize has in place of an epsilon that is added. */
    private static final double LEAST_SQUARES = 1e-24;

    @Override
    public Set<String> modelTypes() {
        return Set.of("rwkv7");
    }

    @Override
    public ModelPrograms programs(ConfigObject config, StoredTensors stored) {
        config.choice("hidden_act", "sqrelu", "sqrelu");
        if (config.has("attn")) {
            throw config.refused("attn", "null, since attention among RWKV-7's layers is not supported,");
        }
        boolean tied = config.flag("tie_word_embeddings", false);
        int hidden = ConfigSizes.hidden(config, 2048);
        int layers = ConfigSizes.layers(config, 24);
        Sizes sizes = new Sizes(hidden, heads(config, hidden), values(config, hidden, layers));
        Rwkv7Names names = Rwkv7Names.of(sizes.heads(), tied, stored);
        double eps = ConfigSizes.eps(config, "norm_eps", 1e-5);
        double keyEps = !names.authors() && config.flag("fuse_norm", true) ? 1e-6 : LEAST_SQUARES;
        boolean normFirst = config.flag("norm_first", true);
        boolean bias = config.flag("norm_bias", true);
        Rwkv7FeedForward mlp = new Rwkv7FeedForward(hidden, intermediate(config, hidden));
        Ranks ranks = new Ranks(config, names, stored);
        return new CausalModel(ConfigSizes.vocab(config, 32000), hidden, layers, EMBEDDINGS, tied, eps, false)
                .programs(
                        ConfigSizes.positions(config, 2048),
                        i -> {
                            Rwkv7Config layer = sizes.layer(ranks.of(i), eps, keyEps);
                            return new Rwkv7Block(
                                    new Rwkv7Layer(layer, i == 0 ? null : Rwkv7Layer.values(FIRST, layer)),
                                    mlp,
                                    i == 0 && normFirst,
                                    eps,
                                    bias);
                        },
                        names,
                        (to, in, out) -> to.add(new NormOp.LayerNorm(
                                in, out, to.weight("norm.weight"), bias ? to.weight("norm.bias") : null, hidden, eps)));
    }

    /** What all layers have in common. */
    private record Sizes(int hidden, int heads, int values) {
        /** The norm of a head's read-out has the epsilon that the others have times the head's size. */
        Rwkv7Config layer(Rwkv7Config.Ranks ranks, double eps, double keyEps) {
            int head = hidden / heads;
            return new Rwkv7Config(hidden, heads, values, ranks, eps * head, keyEps);
        }
    }

    /** Ranks by the tensors' shapes, else by the config. */
    private record Ranks(ConfigObject config, Rwkv7Names names, StoredTensors stored) {
        Rwkv7Config.Ranks of(int layer) {
            return new Rwkv7Config.Ranks(
                    rank(layer, "w", "decay_low_rank_dim", 64),
                    rank(layer, "a", "a_low_rank_dim", 64),
                    rank(layer, "v", "v_low_rank_dim", 16),
                    rank(layer, "g", "gate_low_rank_dim", 128));
        }

        private int rank(int layer, String adapter, String key, int absent) {
            int said = ConfigSizes.width(config, key, absent);
            int found = names.rank(stored, layer, adapter);
            return found > 0 ? found : said;
        }
    }

    private static int heads(ConfigObject config, int hidden) {
        boolean counted = !config.has("head_dim") && config.has("num_heads");
        int head = counted
                ? hidden / ConfigSizes.heads(config, "num_heads", 1)
                : ConfigSizes.width(config, "head_dim", 64);
        if (head < 1 || hidden % head != 0) {
            throw config.refused(counted ? "num_heads" : "head_dim", "a divisor of hidden_size " + hidden);
        }
        int heads = hidden / head;
        if (ConfigSizes.heads(config, "num_heads", heads) != heads) {
            throw config.refused("num_heads", "hidden_size / head_dim = " + heads + ", or null,");
        }
        return heads;
    }

    private static int values(ConfigObject config, int hidden, int layers) {
        List<Integer> widths = config.counts("value_dim", 1, ConfigSizes.MOST);
        if (widths == null) {
            return hidden;
        }
        boolean fits = (widths.size() == 1 || widths.size() == layers)
                && widths.stream().distinct().count() == 1
                && widths.getFirst() % hidden == 0;
        if (!fits) {
            throw config.refused(
                    "value_dim",
                    "one multiple of hidden_size " + hidden + " for all " + layers
                            + " layers, since the first one's values are mixed into the others',");
        }
        return widths.getFirst();
    }

    /** As given, or a ratio of the width in steps of 32. */
    private static int intermediate(ConfigObject config, int hidden) {
        if (config.has("intermediate_size")) {
            return ConfigSizes.width(config, "intermediate_size", 0);
        }
        double width = Math.floor(hidden * config.number("hidden_ratio", 1e-3, 1024, 4));
        if (width > ConfigSizes.MOST - 31) {
            throw config.refused("hidden_ratio", "a factor that makes " + hidden + " at most " + ConfigSizes.MOST);
        }
        return Math.max(1, ((int) width + 31) / 32) * 32;
    }
}
