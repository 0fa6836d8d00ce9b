package io.deltarule.models.jet;

import io.deltarule.core.DeltaShape;
import io.deltarule.core.Gate;
import io.deltarule.core.Input;
import io.deltarule.core.Variant;
import io.deltarule.core.layer.Activation;
import io.deltarule.core.layer.ElementwiseOp;
import io.deltarule.core.layer.NormOp;
import io.deltarule.core.layer.SequenceOp;
import io.deltarule.core.layer.Slot;
import io.deltarule.models.Layer;
import io.deltarule.models.ProgramBuilder;
import java.util.EnumMap;
import java.util.Map;

/**
 * JetBlock: the gated delta rule, its values convolved with taps that a small network makes for every token; queries and keys are not
 * convolved.
 *
 * <pre>
 *   q, k = SiLU(W x) / |SiLU(W x)| per head        κ = W_2 SiLU(W_1 x) + b        v = SiLU(conv_κ(W_v x))
 *   β = sigmoid(W_b x)        g = −exp(A_log) softplus(W_a x + dt_bias)
 *   y = W_o (norm(o) ⊙ SiLU(W_g x))
 * </pre>
 *
 * <p>Weights: {@code q_proj.weight} and {@code k_proj.weight} [H·K, hidden], {@code v_proj.weight} [H·V, hidden], {@code
 * a_proj.weight} and {@code b_proj.weight} [H, hidden], {@code A_log} and {@code dt_bias} [H], {@code g_proj.weight} [H·V, hidden],
 * {@code o_norm.weight} [V], {@code o_proj.weight} [hidden, H·V]; of {@code dynamic_conv1d.kernel_generator}, {@code w1.weight}
 * [middle, hidden], {@code w2.weight} [H·V·taps, middle] and {@code w2.bias} [H·V·taps], a channel's taps one after the other,
 * the oldest first. Source: Jet-Nemotron 2025, arXiv:2508.15884.
 *
 * @param sizes head counts and widths
 * @param normEps added to the mean of squares in the output's norm
 */
public record JetLayer(Sizes sizes, double normEps) implements Layer {
    private static final String GENERATOR = "dynamic_conv1d.kernel_generator.";

    /**
     * Widths of the layer.
     *
     * @param hidden width of the model's rows
     * @param heads H
     * @param headK key channels per head, K
     * @param headV value channels per head, V
     * @param taps of the convolution
     * @param middle width in the middle of the network that makes them
     */
    public record Sizes(int hidden, int heads, int headK, int headV, int taps, int middle) {
        /** Width of a row of all heads' keys. */
        int keys() {
            return heads * headK;
        }

        /** Width of a row of all heads' values. */
        int values() {
            return heads * headV;
        }
    }

    @Override
    public int hidden() {
        return sizes.hidden();
    }

    @Override
    public Slot wire(ProgramBuilder to, Slot x) {
        Map<Input, Slot> in = new EnumMap<>(Input.class);
        in.put(Input.Q, unit(to, x, "q"));
        in.put(Input.K, unit(to, x, "k"));
        in.put(Input.V, values(to, x));
        in.put(Input.BETA, to.map(to.linear(x, "b_proj", sizes.heads()), "beta", Activation.SIGMOID, 1));
        Slot g = to.slot("g", sizes.heads());
        Slot a = to.linear(x, "a_proj", sizes.heads());
        to.add(new ElementwiseOp.LogDecay(a, g, to.weight("A_log"), to.weight("dt_bias"), sizes.heads(), 0));
        in.put(Input.G, g);
        DeltaShape shape =
                new DeltaShape(1, 1, sizes.heads(), sizes.heads(), sizes.headK(), sizes.headV(), 1, 1, Gate.SCALAR);
        Slot o = to.slot("o", sizes.values());
        double scale = 1 / Math.sqrt(sizes.headK());
        to.add(new SequenceOp.Delta(Variant.GATED_DELTA_RULE, shape, in, o, null, scale));
        Slot gate = to.linear(x, "g_proj", sizes.values());
        Slot normed = to.slot("o_norm", sizes.values());
        String weight = to.weight("o_norm.weight");
        to.add(new NormOp.RmsNorm(o, gate, normed, weight, sizes.headV(), normEps, false, Activation.SILU));
        return to.linear(normed, "o_proj", sizes.hidden());
    }

    private Slot unit(ProgramBuilder to, Slot x, String name) {
        Slot active = to.map(to.linear(x, name + "_proj", sizes.keys()), name + "_act", Activation.SILU, 1);
        return to.l2Norm(active, name + "_unit", sizes.headK());
    }

    private Slot values(ProgramBuilder to, Slot x) {
        Slot raw = to.linear(x, "v_proj", sizes.values());
        Slot middle = to.map(to.linear(x, GENERATOR + "w1", sizes.middle()), "middle", Activation.SILU, 1);
        Slot kernels = to.linear(middle, GENERATOR + "w2", sizes.values() * sizes.taps(), true);
        Slot v = to.slot("v", sizes.values());
        to.add(new SequenceOp.DynamicConvolution(raw, kernels, v, sizes.taps(), Activation.SILU));
        return v;
    }
}
