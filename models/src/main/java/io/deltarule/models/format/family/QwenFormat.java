package io.deltarule.models.format.family;

import io.deltarule.core.layer.Activation;
import io.deltarule.models.AttentionLayer;
import io.deltarule.models.Block;
import io.deltarule.models.DeltaConfig;
import io.deltarule.models.GatedDeltaNetLayer;
import io.deltarule.models.Layer;
import io.deltarule.models.MixtureBlock;
import io.deltarule.models.SwiGluBlock;
import io.deltarule.models.format.config.ConfigObject;
import io.deltarule.models.format.config.ConfigSizes;
import io.deltarule.models.format.config.LayerTypes;
import io.deltarule.models.format.config.RopeConfig;
import io.deltarule.models.format.names.GgufQwenNames;
import io.deltarule.models.format.names.QwenNames;
import io.deltarule.models.format.weights.ExpertStack;
import io.deltarule.models.format.weights.StoredTensors;
import java.util.List;
import java.util.Set;

/**
 * Qwen3-Next and Qwen3.5, dense and with experts: gated delta nets, every fourth layer gated attention. Text only: images
 * and drafts of further tokens are skipped.
 */
public final class QwenFormat implements ModelFormat {
    private static final String EMBEDDINGS = "model.embed_tokens.weight";

    @Override
    public Set<String> modelTypes() {
        return Set.of("qwen3_next", "qwen3_5", "qwen3_5_text", "qwen3_5_moe", "qwen3_5_moe_text");
    }

    @Override
    public ModelPrograms programs(ConfigObject config, StoredTensors stored) {
        String type = config.text("model_type", null);
        ConfigObject nested = config.object("text_config");
        ConfigObject text = nested == null ? config : nested;
        boolean next = type.equals("qwen3_next");
        boolean mixture = next || type.startsWith("qwen3_5_moe");
        ConfigSizes.siluOnly(text);
        if (!text.flag("attn_output_gate", true)) {
            throw text.refused("attn_output_gate", "true");
        }
        int hidden = ConfigSizes.hidden(text, mixture ? 2048 : 4096);
        double eps = ConfigSizes.eps(text, "rms_norm_eps", 1e-6);
        int layers = ConfigSizes.layers(text, next ? 48 : mixture ? 40 : 32);
        List<String> types = LayerTypes.of(text, layers);
        GatedDeltaNetLayer linear = linear(text, hidden, eps, next, stored.isGguf());
        boolean zeroCentred = !stored.normsAreFactors();
        Layer full = full(text, hidden, eps, mixture ? 2 : 4, zeroCentred);
        Feeds feeds = new Feeds(text, hidden, layers, next, mixture);
        boolean tied = tied(config, text, stored);
        Block.Names linearNames = names("linear_attn");
        Block.Names fullNames = names("self_attn");
        return new CausalModel(
                        ConfigSizes.vocab(text, next ? 151936 : 248320),
                        hidden,
                        layers,
                        EMBEDDINGS,
                        tied,
                        eps,
                        zeroCentred)
                .programs(
                        ConfigSizes.positions(text, 32768),
                        i -> types.get(i).equals(LayerTypes.LINEAR)
                                ? new Block(linear, feeds.at(i), linearNames, eps, zeroCentred)
                                : new Block(full, feeds.at(i), fullNames, eps, zeroCentred),
                        stored.isGguf()
                                ? GgufQwenNames.of(linear.config(), feeds.stack(), layers)
                                : QwenNames.of(
                                        QwenNames.Shape.of(linear.config()), feeds.stack(), tied, !next, stored));
    }

    private static Block.Names names(String mixer) {
        return new Block.Names("input_layernorm", mixer, "post_attention_layernorm", "mlp");
    }

    /** The two objects of a nested config may disagree; then the head decides that is there or not. */
    private static boolean tied(ConfigObject config, ConfigObject text, StoredTensors stored) {
        boolean inText = text.flag("tie_word_embeddings", false);
        boolean outside = config.flag("tie_word_embeddings", inText);
        return (inText == outside || stored.isGguf()) ? inText : !stored.contains(QwenNames.head(stored));
    }

    private static GatedDeltaNetLayer linear(ConfigObject text, int hidden, double eps, boolean next, boolean gguf) {
        int heads = ConfigSizes.heads(text, "linear_num_key_heads", 16);
        int valueHeads = ConfigSizes.heads(text, "linear_num_value_heads", 32);
        ConfigSizes.multipleOfHeads(text, "linear_num_value_heads", valueHeads, heads);
        int headK = ConfigSizes.width(text, "linear_key_head_dim", 128);
        int headV = ConfigSizes.width(text, "linear_value_head_dim", 128);
        long widths = (long) heads * headK + (long) valueHeads * headV;
        ConfigSizes.product("width of the linear layers' projections", 2, widths);
        int taps = text.count("linear_conv_kernel_dim", 1, ConfigSizes.MOST_TAPS, 4);
        String gate = text.choice("output_gate_type", "silu", "silu", "swish", "sigmoid");
        DeltaConfig sizes = new DeltaConfig(hidden, heads, valueHeads, headK, headV, taps, false, true, eps, null);
        Activation activation = gate.equals("sigmoid") ? Activation.SIGMOID : Activation.SILU;
        // GGUF files have no fused projections but that of b and a, and value heads tiled but in those of Qwen3-Next.
        return new GatedDeltaNetLayer(sizes, activation, next && !gguf, gguf && !next && heads != valueHeads);
    }

    private static Layer full(ConfigObject text, int hidden, double eps, int kvHeadsAbsent, boolean zeroCentred) {
        int heads = ConfigSizes.heads(text, "num_attention_heads", 16);
        int kvHeads = ConfigSizes.heads(text, "num_key_value_heads", Math.min(heads, kvHeadsAbsent));
        ConfigSizes.dividesHeads(text, "num_key_value_heads", kvHeads, heads);
        int head = ConfigSizes.width(text, "head_dim", 256);
        ConfigSizes.product("num_attention_heads · head_dim", 2L * heads, head);
        return AttentionLayer.of(hidden, heads, kvHeads, head)
                .withPositions(RopeConfig.of(text, head, 0.25))
                .withGate(AttentionLayer.OutputGate.FUSED)
                .withNorm(AttentionLayer.HeadNorm.perHead(eps, zeroCentred))
                .withBias(text.flag("attention_bias", false) ? AttentionLayer.Bias.ALL : AttentionLayer.Bias.NONE);
    }

    /** Which feed-forward part each layer has. */
    private static final class Feeds {
        private final SwiGluBlock dense;
        private final MixtureBlock mixture;
        private final List<Integer> denseOnly;
        private final int step;

        Feeds(ConfigObject text, int hidden, int layers, boolean next, boolean mixed) {
            boolean sometimesDense = next || !mixed;
            this.dense = sometimesDense
                    ? new SwiGluBlock(hidden, ConfigSizes.width(text, "intermediate_size", next ? 5632 : 12288))
                    : null;
            boolean experts = mixed && !(next && text.count(experts(text), 0, ConfigSizes.MOST_EXPERTS, 512) == 0);
            this.mixture = experts ? mixture(text, hidden, layers, next) : null;
            List<Integer> listed = next ? text.counts("mlp_only_layers", 0, ConfigSizes.MOST_LAYERS) : null;
            this.denseOnly = listed == null ? List.of() : listed;
            this.step = next ? text.count("decoder_sparse_step", 1, ConfigSizes.MOST_LAYERS, 1) : 1;
        }

        private static String experts(ConfigObject text) {
            return text.either("num_experts", "num_local_experts");
        }

        private static MixtureBlock mixture(ConfigObject text, int hidden, int layers, boolean next) {
            int experts = text.count(experts(text), 1, ConfigSizes.MOST_EXPERTS, next ? 512 : 256);
            ConfigSizes.expertsInAll(text, "num_experts", experts, layers);
            int chosen = text.count("num_experts_per_tok", 1, experts, Math.min(experts, next ? 10 : 8));
            boolean renormalised = text.flag("norm_topk_prob", true);
            if (!next && !renormalised) {
                throw text.refused("norm_topk_prob", "true, as all models of this type have it,");
            }
            return new MixtureBlock(
                    hidden,
                    experts,
                    ConfigSizes.width(text, "moe_intermediate_size", 512),
                    new MixtureBlock.Router(chosen, false, false, renormalised, 1),
                    new MixtureBlock.Shared(
                            "shared_expert", ConfigSizes.width(text, "shared_expert_intermediate_size", 512), true));
        }

        ExpertStack stack() {
            return new ExpertStack(mixture == null ? 0 : mixture.experts());
        }

        Layer at(int layer) {
            return mixture == null || denseOnly.contains(layer) || (layer + 1) % step != 0 ? dense : mixture;
        }
    }
}
