package io.deltarule.models;

import io.deltarule.core.InvalidInputException;
import io.deltarule.core.layer.Activation;
import io.deltarule.core.layer.ChannelOp;
import io.deltarule.core.layer.PositionOp;
import io.deltarule.core.layer.SequenceOp;
import io.deltarule.core.layer.Slot;

/**
 * Multi-head latent attention: keys and values come from a short latent row; part of every key is shared by all heads. Without
 * positions as in Kimi Linear, or with that part of the keys, and as much of the queries, turned by them.
 *
 * <pre>
 *   (c, k') = W_a x          (k_h, v_h) = W_b norm(c)          key of head h: (k_h, k'), its query: (q_h, q'_h)
 *   y = W_o softmax-attention(q, key, v), gated by sigmoid(W_g x) where there is a gate
 * </pre>
 *
 * Weights: {@code q_proj.weight} [heads·(own + shared), hidden], or with a latent row for queries too {@code
 * q_a_proj.weight} [queryRank, hidden], {@code q_a_layernorm.weight} [queryRank], {@code q_b_proj.weight}; {@code
 * kv_a_proj_with_mqa.weight} [rank + shared, hidden], {@code kv_a_layernorm.weight} [rank], {@code kv_b_proj.weight}
 * [heads·(own + value), rank], {@code o_proj.weight} [hidden, heads·value]; {@code o_gate_proj.weight} [heads·value,
 * hidden], or [heads, hidden], where the output is gated. Source: DeepSeek-V2, arXiv:2405.04434, section 2.1; without positions as
 * in Kimi Linear, arXiv:2510.26692. Keys and values are cached expanded.
 *
 * @param hidden width of the model's rows
 * @param heads how many
 * @param rank width of the latent row
 * @param queryRank width of the queries' latent row, or 0 for none
 * @param own key channels of each head alone
 * @param shared key channels that all heads share, or 0
 * @param value value channels per head
 * @param gate what multiplies the output
 * @param rotary how the shared channels turn, or null for no positions
 * @param latentEps of the latent rows' norms
 */
public record LatentAttentionLayer(
        int hidden,
        int heads,
        int rank,
        int queryRank,
        int own,
        int shared,
        int value,
        OutputGate gate,
        Rotary rotary,
        double latentEps)
        implements Layer {
    /** Of the latent rows' norms as a rule: many models leave it at their framework's default, whatever their others have. */
    private static final double LATENT_NORM_EPS = 1e-6;

    /** What multiplies the output before its projection. */
    public enum OutputGate {
        /** Nothing. */
        NONE,
        /** A number per channel. */
        CHANNEL,
        /** A number per head. */
        HEAD
    }

    /**
     * Rotary position embedding of the shared channels.
     *
     * @param theta the base
     * @param interleaved whether neighbours are pairs, channels 2j and 2j + 1, rather than j and j + shared/2
     */
    public record Rotary(double theta, boolean interleaved) {}

    /**
     * Checks that there is something to turn.
     *
     * @throws InvalidInputException if the shared channels turn and are not a positive even number
     */
    public LatentAttentionLayer {
        if (rotary != null && (shared < 2 || shared % 2 != 0)) {
            throw new InvalidInputException(
                    "shared: expected an even number of channels that turn, 2 or more, but found " + shared);
        }
    }

    /** Without positions; gated per channel or not. */
    public LatentAttentionLayer(
            int hidden, int heads, int rank, int queryRank, int own, int shared, int value, boolean outputGate) {
        this(
                hidden,
                heads,
                rank,
                queryRank,
                own,
                shared,
                value,
                outputGate ? OutputGate.CHANNEL : OutputGate.NONE,
                null,
                LATENT_NORM_EPS);
    }

    @Override
    public Slot wire(ProgramBuilder to, Slot x) {
        int key = own + shared;
        Slot latent = to.linear(x, "kv_a_proj_with_mqa", rank + shared);
        Slot row = to.slice(latent, "latent", 1, 0, rank);
        Slot normed = to.rmsNorm(row, "kv_a_layernorm", rank, latentEps, false);
        Slot expanded = to.linear(normed, "kv_b_proj", heads * (own + value));
        Slot k = to.slice(expanded, "k_own", heads, 0, own);
        Slot v = to.slice(expanded, "v", heads, own, value);
        Slot q = queries(to, x, heads * key);
        if (shared > 0) {
            Slot common = to.slice(latent, "k_shared", 1, rank, shared);
            k = joined(to, k, rotary == null ? common : turned(to, common, "k_shared"), "k");
        }
        if (rotary != null) {
            Slot part = to.slice(q, "q_shared", heads, own, shared);
            q = joined(to, to.slice(q, "q_own", heads, 0, own), turned(to, part, "q_shared"), "q");
        }
        Slot o = to.slot("o", heads * value);
        to.add(new SequenceOp.Attention(q, k, v, o, heads, heads, 0, 1 / Math.sqrt(key)));
        if (gate != OutputGate.NONE) {
            int width = gate == OutputGate.HEAD ? heads : heads * value;
            o = to.multiply(o, to.linear(x, "o_gate_proj", width), "gated", Activation.SIGMOID);
        }
        return to.linear(o, "o_proj", hidden);
    }

    private Slot joined(ProgramBuilder to, Slot first, Slot second, String name) {
        Slot joined = to.slot(name, heads * (own + shared));
        to.add(new ChannelOp.Join(first, second, joined, heads));
        return joined;
    }

    /** Pairs of neighbours are moved apart first. Queries and keys have the same order then, and their products do not change. */
    private Slot turned(ProgramBuilder to, Slot x, String name) {
        Slot apart = x;
        if (rotary.interleaved()) {
            Slot even = to.slice(x, name + "_even", x.width() / 2, 0, 1);
            Slot odd = to.slice(x, name + "_odd", x.width() / 2, 1, 1);
            apart = to.slot(name + "_apart", x.width());
            to.add(new ChannelOp.Join(even, odd, apart, x.width() / shared));
        }
        Slot turned = to.slot(name + "_turned", x.width());
        to.add(new PositionOp.Rotary(apart, turned, shared, shared, rotary.theta()));
        return turned;
    }

    private Slot queries(ProgramBuilder to, Slot x, int width) {
        if (queryRank == 0) {
            return to.linear(x, "q_proj", width);
        }
        Slot low = to.linear(x, "q_a_proj", queryRank);
        return to.linear(to.rmsNorm(low, "q_a_layernorm", queryRank, latentEps, false), "q_b_proj", width);
    }
}
