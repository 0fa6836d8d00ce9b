package io.deltarule.models;

import io.deltarule.core.InvalidInputException;
import io.deltarule.core.layer.Activation;
import io.deltarule.core.layer.SequenceOp;
import io.deltarule.core.layer.Slot;

/**
 * Causal softmax attention with grouped heads, full or over a sliding window.
 *
 * <p>Weights: {@code q_proj.weight} [heads·head, hidden], {@code k_proj.weight} and {@code v_proj.weight} [kvHeads·head,
 * hidden], their biases {@code q_proj.bias} … where there are any, {@code q_norm.weight} and {@code k_norm.weight} [head], or
 * as wide as all heads where they are normed together,
 * {@code o_proj.weight} [hidden, heads·head]. With a fused gate {@code q_proj} has 2·heads·head rows, each head's queries
 * and then its gates; with a separate one there is {@code g_proj.weight} [heads·head, hidden].
 *
 * @param hidden width of the model's rows
 * @param heads query heads
 * @param kvHeads key/value heads, a divisor of heads
 * @param head channels per head
 * @param window how many tokens are seen, or 0 for all
 * @param positions how queries and keys are turned
 * @param gate whether sigmoid(z) multiplies the output before its projection, and where z comes from
 * @param norm of each head's queries and keys
 * @param bias which projections have one
 * @param scale what q·k is multiplied by, head^(−1/2) as a rule
 */
public record AttentionLayer(
        int hidden,
        int heads,
        int kvHeads,
        int head,
        int window,
        PositionEncoding positions,
        OutputGate gate,
        HeadNorm norm,
        Bias bias,
        double scale)
        implements Layer {
    /** Which projections have a bias. */
    public enum Bias {
        /** None of them. */
        NONE,
        /** Those of q, k and v. */
        INPUTS,
        /** Those and the output's. */
        ALL
    }

    /** Where the output gate comes from. */
    public enum OutputGate {
        /** There is none. */
        NONE,
        /** Its own projection, {@code g_proj}. */
        SEPARATE,
        /** The second half of each head's part of {@code q_proj}, as in Qwen3-Next. */
        FUSED
    }

    /**
     * RMS norm of queries and keys, with the weights {@code q_norm.weight} and {@code k_norm.weight}.
     *
     * @param present whether there is one
     * @param eps added to the mean of squares
     * @param zeroCentred whether the stored weight is the factor − 1
     * @param acrossHeads whether all heads are normed together, as in Olmo, rather than each on its own
     */
    public record HeadNorm(boolean present, double eps, boolean zeroCentred, boolean acrossHeads) {
        /** Without a norm. */
        public static final HeadNorm NONE = new HeadNorm(false, 0, false, false);

        /** Each head on its own. */
        public static HeadNorm perHead(double eps, boolean zeroCentred) {
            return new HeadNorm(true, eps, zeroCentred, false);
        }
    }

    /**
     * Checks the heads.
     *
     * @throws InvalidInputException if kvHeads does not divide heads
     */
    public AttentionLayer {
        if (heads < 1 || kvHeads < 1 || heads % kvHeads != 0) {
            throw new InvalidInputException("kvHeads: expected a divisor of heads=" + heads + " but found " + kvHeads);
        }
    }

    /** Full attention with rotary embedding of all channels, no gate, norm or bias. */
    public static AttentionLayer of(int hidden, int heads, int kvHeads, int head) {
        return new AttentionLayer(
                hidden,
                heads,
                kvHeads,
                head,
                0,
                new PositionEncoding.Rotary(head, 10000),
                OutputGate.NONE,
                HeadNorm.NONE,
                Bias.NONE,
                1 / Math.sqrt(head));
    }

    /** The same over a sliding window. */
    public AttentionLayer withWindow(int tokens) {
        return new AttentionLayer(hidden, heads, kvHeads, head, tokens, positions, gate, norm, bias, scale);
    }

    /** The same with other positions. */
    public AttentionLayer withPositions(PositionEncoding other) {
        return new AttentionLayer(hidden, heads, kvHeads, head, window, other, gate, norm, bias, scale);
    }

    /** The same with an output gate. */
    public AttentionLayer withGate(OutputGate other) {
        return new AttentionLayer(hidden, heads, kvHeads, head, window, positions, other, norm, bias, scale);
    }

    /** The same with normed queries and keys. */
    public AttentionLayer withNorm(HeadNorm other) {
        return new AttentionLayer(hidden, heads, kvHeads, head, window, positions, gate, other, bias, scale);
    }

    /** The same with biases. */
    public AttentionLayer withBias(Bias other) {
        return new AttentionLayer(hidden, heads, kvHeads, head, window, positions, gate, norm, other, scale);
    }

    /** The same with another scale. */
    public AttentionLayer withScale(double factor) {
        return new AttentionLayer(hidden, heads, kvHeads, head, window, positions, gate, norm, bias, factor);
    }

    @Override
    public Slot wire(ProgramBuilder to, Slot x) {
        boolean biased = bias != Bias.NONE;
        Slot q;
        Slot z = null;
        if (gate == OutputGate.FUSED) {
            Slot fused = to.linear(x, "q_proj", 2 * heads * head, biased);
            q = to.slice(fused, "q", heads, 0, head);
            z = to.slice(fused, "z", heads, head, head);
        } else {
            q = to.linear(x, "q_proj", heads * head, biased);
            if (gate == OutputGate.SEPARATE) {
                z = to.linear(x, "g_proj", heads * head);
            }
        }
        Slot k = to.linear(x, "k_proj", kvHeads * head, biased);
        Slot v = to.linear(x, "v_proj", kvHeads * head, biased);
        if (norm.present()) {
            q = to.rmsNorm(q, "q_norm", norm.acrossHeads() ? q.width() : head, norm.eps(), norm.zeroCentred());
            k = to.rmsNorm(k, "k_norm", norm.acrossHeads() ? k.width() : head, norm.eps(), norm.zeroCentred());
        }
        PositionEncoding.QueriesAndKeys turned = positions.turn(to, x, new PositionEncoding.QueriesAndKeys(q, k, head));
        Slot o = to.slot("o", heads * head);
        to.add(new SequenceOp.Attention(turned.q(), turned.k(), v, o, heads, kvHeads, window, scale));
        Slot gated = z == null ? o : to.multiply(o, z, "gated", Activation.SIGMOID);
        return to.linear(gated, "o_proj", hidden, bias == Bias.ALL);
    }
}
