package io.deltarule.models;

import io.deltarule.core.layer.Activation;
import io.deltarule.core.layer.ChannelOp;
import io.deltarule.core.layer.SequenceOp;
import io.deltarule.core.layer.Slot;

/**
 * Multi-head latent attention without rotary embedding, as in Kimi Linear: keys and values come from a short latent row;
 * part of every key is shared by all heads.
 *
 * <pre>
 *   (c, k') = W_a x          (k_h, v_h) = W_b norm(c)          key of head h: (k_h, k')
 *   y = W_o softmax-attention(q, key, v), gated by sigmoid(W_g x) where there is a gate
 * </pre>
 *
 * Weights: {@code q_proj.weight} [heads·(own + shared), hidden], or with a latent row for queries too {@code
 * q_a_proj.weight} [queryRank, hidden], {@code q_a_layernorm.weight} [queryRank], {@code q_b_proj.weight}; {@code
 * kv_a_proj_with_mqa.weight} [rank + shared, hidden], {@code kv_a_layernorm.weight} [rank], {@code kv_b_proj.weight}
 * [heads·(own + value), rank], {@code o_proj.weight} [hidden, heads·value]; {@code o_gate_proj.weight} [heads·value,
 * hidden] where the output is gated. Source: DeepSeek-V2, arXiv:2405.04434, section 2.1; without positions as in Kimi
 * Linear, arXiv:2510.26692. Keys and values are cached expanded.
 *
 * @param hidden width of the model's rows
 * @param heads how many
 * @param rank width of the latent row
 * @param queryRank width of the queries' latent row, or 0 for none
 * @param own key channels of each head alone
 * @param shared key channels that all heads share, or 0
 * @param value value channels per head
 * @param outputGate whether the output is gated
 */
public record LatentAttentionLayer(
        int hidden, int heads, int rank, int queryRank, int own, int shared, int value, boolean outputGate)
        implements Layer {
    /** Of the latent rows' norms; published models leave it at their framework's default, whatever the others have. */
    private static final double LATENT_NORM_EPS = 1e-6;

    @Override
    public Slot wire(ProgramBuilder to, Slot x) {
        int key = own + shared;
        Slot latent = to.linear(x, "kv_a_proj_with_mqa", rank + shared);
        Slot row = to.slice(latent, "latent", 1, 0, rank);
        Slot normed = to.rmsNorm(row, "kv_a_layernorm", rank, LATENT_NORM_EPS, false);
        Slot expanded = to.linear(normed, "kv_b_proj", heads * (own + value));
        Slot k = to.slice(expanded, "k_own", heads, 0, own);
        Slot v = to.slice(expanded, "v", heads, own, value);
        if (shared > 0) {
            Slot common = to.slice(latent, "k_shared", 1, rank, shared);
            Slot joined = to.slot("k", heads * key);
            to.add(new ChannelOp.Join(k, common, joined, heads));
            k = joined;
        }
        Slot o = to.slot("o", heads * value);
        to.add(new SequenceOp.Attention(queries(to, x, heads * key), k, v, o, heads, heads, 0, 1 / Math.sqrt(key)));
        if (outputGate) {
            o = to.multiply(o, to.linear(x, "o_gate_proj", heads * value), "gated", Activation.SIGMOID);
        }
        return to.linear(o, "o_proj", hidden);
    }

    private Slot queries(ProgramBuilder to, Slot x, int width) {
        if (queryRank == 0) {
            return to.linear(x, "q_proj", width);
        }
        Slot low = to.linear(x, "q_a_proj", queryRank);
        return to.linear(to.rmsNorm(low, "q_a_layernorm", queryRank, LATENT_NORM_EPS, false), "q_b_proj", width);
    }
}
