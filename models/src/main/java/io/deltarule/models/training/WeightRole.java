package io.deltarule.models.training;

import io.deltarule.core.layer.ElementwiseOp;
import io.deltarule.core.layer.LayerOp;
import io.deltarule.core.layer.MatrixOp;
import io.deltarule.core.layer.NormOp;
import io.deltarule.core.layer.PositionOp;
import io.deltarule.core.layer.SequenceOp;

/** What an operation uses a weight for. It decides what the weight begins with and whether weight decay acts on it. */
public enum WeightRole {
    /** Rows that ids choose. */
    EMBEDDING(true),
    /** A matrix that rows are multiplied by. */
    PROJECTION(true),
    /** A projection whose result is added to the residual stream. */
    RESIDUAL_PROJECTION(true),
    /** A head whose rows keep length 1, since logits are divided by it. */
    UNIT_ROWS(true),
    /** Taps of a short convolution. */
    CONVOLUTION(true),
    /** What every token's own taps of a convolution have in common. */
    COMMON_TAPS(false),
    /** A norm's factors. */
    NORM(false),
    /** A norm's factors, stored less 1. */
    ZERO_CENTRED_NORM(false),
    /** Added to a projection's or a convolution's result. */
    BIAS(false),
    /** Logarithm of a decay's rate. */
    A_LOG(false),
    /** Added to a decay's time step. */
    DT_BIAS(false),
    /** Factors of Selective RoPE's angles. */
    TEMPERATURE(false),
    /** Factors of heads or channels. */
    SCALE(false),
    /** Added to a router's scores for the choice alone: it has no gradient and is not trained. */
    CHOICE_CORRECTION(false);

    private final boolean decayed;

    WeightRole(boolean decayed) {
        this.decayed = decayed;
    }

    /** Whether weight decay acts on it: on matrices, tables and taps, and on nothing that has one axis. */
    public boolean decayed() {
        return decayed;
    }

    /** Whether it has a gradient. */
    public boolean trainable() {
        return this != CHOICE_CORRECTION;
    }

    /**
     * What an operation uses one of its weights for.
     *
     * @param op the operation
     * @param weight one of those that it names
     */
    static WeightRole of(LayerOp op, String weight) {
        return switch (op) {
            case MatrixOp.Embedding e -> EMBEDDING;
            case MatrixOp.Linear l -> weight.equals(l.bias()) ? bias(weight) : projection(weight);
            case MatrixOp.CrossEntropy c -> weight.equals(c.bias()) ? BIAS : PROJECTION;
            case MatrixOp.Experts e -> weight.equals(e.routing().correction()) ? CHOICE_CORRECTION : projection(weight);
            case NormOp.RmsNorm n -> n.zeroCentred() ? ZERO_CENTRED_NORM : NORM;
            case NormOp.LayerNorm n -> weight.equals(n.bias()) ? BIAS : NORM;
            case ElementwiseOp.LogDecay d -> weight.equals(d.aLog()) ? A_LOG : DT_BIAS;
            case ElementwiseOp.TimeStep t -> weight.equals(t.aLog()) ? A_LOG : DT_BIAS;
            case ElementwiseOp.Scale s -> SCALE;
            case SequenceOp.ShortConvolution c -> weight.equals(c.bias()) ? BIAS : CONVOLUTION;
            case PositionOp.SelectiveRotary r -> TEMPERATURE;
            default -> throw new AssertionError("nothing is known of weight " + weight + " of " + op);
        };
    }

    /** What is added to taps that a network makes begins as taps do: with zeros the convolution would have next to no values. */
    private static WeightRole bias(String weight) {
        return weight.endsWith("kernel_generator.w2.bias") ? COMMON_TAPS : BIAS;
    }

    /** By the names that mixers and feed-forward parts have for what goes back to the residual stream. */
    private static WeightRole projection(String weight) {
        return weight.endsWith("o_proj.weight")
                        || weight.endsWith("out_proj.weight")
                        || weight.endsWith("down_proj.weight")
                        || weight.endsWith("output_linear.weight")
                        || weight.endsWith("ffn.value.weight")
                ? RESIDUAL_PROJECTION
                : PROJECTION;
    }
}
