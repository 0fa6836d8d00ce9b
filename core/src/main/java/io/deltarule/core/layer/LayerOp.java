package io.deltarule.core.layer;

import io.deltarule.core.DeltaShape;
import io.deltarule.core.Gate;
import io.deltarule.core.Input;
import io.deltarule.core.Variant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * One operation of a layer. x_t is a slot's row of token t; weights are named tensors of the program's {@link Weights}.
 *
 * <p>Each has a float64 reference and one implementation per engine, all of them written from the equation given here.
 */
public sealed interface LayerOp
        permits LayerOp.Embedding,
                LayerOp.Linear,
                LayerOp.ShortConvolution,
                LayerOp.L2Norm,
                LayerOp.RmsNorm,
                LayerOp.Map1,
                LayerOp.Multiply,
                LayerOp.Add,
                LayerOp.Slice,
                LayerOp.LogDecay,
                LayerOp.Delta,
                LayerOp.MixReads,
                LayerOp.Rotary,
                LayerOp.SelectiveRotary,
                LayerOp.Attention,
                Constant,
                Experts,
                Join,
                SumNorm {
    /** The slots it reads. */
    List<Slot> reads();

    /** The slot it writes, or the first of them. */
    Slot out();

    /** The slots it writes, each of them entirely. */
    default List<Slot> writes() {
        return List.of(out());
    }

    /** The weights it uses and their shapes. */
    default Map<String, int[]> weights() {
        return Map.of();
    }

    /**
     * Rows of a table: y_t = table[id_t]. The ids are one number per token, given as float32 (exact below 2^24).
     *
     * @param ids width 1
     * @param out the row
     * @param table [rows, out]
     * @param rows how many ids there are
     */
    record Embedding(Slot ids, Slot out, String table, int rows) implements LayerOp {
        @Override
        public List<Slot> reads() {
            return List.of(ids);
        }

        @Override
        public Map<String, int[]> weights() {
            return Map.of(table, new int[] {rows, out.width()});
        }
    }

    /**
     * Linear projection, y_t = W x_t + b.
     *
     * @param in x
     * @param out y
     * @param weight W [out, in], as published checkpoints store it
     * @param bias b [out], or null
     */
    record Linear(Slot in, Slot out, String weight, String bias) implements LayerOp {
        @Override
        public List<Slot> reads() {
            return List.of(in);
        }

        @Override
        public Map<String, int[]> weights() {
            return Ops.weights(weight, new int[] {out.width(), in.width()}, bias, new int[] {out.width()});
        }
    }

    /**
     * Causal short convolution along time, per channel d; carries its last {@code taps − 1} inputs, zeros at first.
     *
     * <pre>  y_td = act( b_d + Σ_{i&lt;taps} W_di x_{t−taps+1+i, d} ) </pre>
     *
     * @param in x
     * @param out y, as wide
     * @param weight W [width, taps]
     * @param bias b [width], or null
     * @param taps at least 1; published models have 2 to 4
     * @param activation act
     */
    record ShortConvolution(Slot in, Slot out, String weight, String bias, int taps, Activation activation)
            implements LayerOp {
        public ShortConvolution {
            Ops.sameWidth("short convolution", in, out);
            Ops.atLeast("short convolution: taps", taps, 1);
        }

        @Override
        public List<Slot> reads() {
            return List.of(in);
        }

        @Override
        public Map<String, int[]> weights() {
            return Ops.weights(weight, new int[] {in.width(), taps}, bias, new int[] {in.width()});
        }
    }

    /**
     * Each group of channels divided by its length, y = x / √(Σ x² + eps).
     *
     * @param in x
     * @param out y, as wide
     * @param group channels per head
     * @param eps added to the sum of squares
     */
    record L2Norm(Slot in, Slot out, int group, double eps) implements LayerOp {
        public L2Norm {
            Ops.sameWidth("L2 norm", in, out);
            Ops.divides("L2 norm: group", group, in);
        }

        @Override
        public List<Slot> reads() {
            return List.of(in);
        }
    }

    /**
     * Each group of channels divided by its root mean square, y = w ⊙ x / √(mean x² + eps), optionally times a gate.
     *
     * <pre>  y = act(z) ⊙ w' ⊙ x / √(mean x² + eps)        w' = w, or 1 + w where zero-centred </pre>
     *
     * @param in x
     * @param gate z, as wide as x, or null for none
     * @param out y, as wide
     * @param weight w [group]
     * @param group channels per norm: the head's, or the whole width
     * @param eps added to the mean of squares
     * @param zeroCentred whether the stored weight is w' − 1
     * @param activation act; unused without a gate
     */
    record RmsNorm(
            Slot in,
            Slot gate,
            Slot out,
            String weight,
            int group,
            double eps,
            boolean zeroCentred,
            Activation activation)
            implements LayerOp {
        public RmsNorm {
            Ops.sameWidth("RMS norm", in, out);
            if (gate != null) {
                Ops.sameWidth("RMS norm", in, gate);
            }
            Ops.divides("RMS norm: group", group, in);
        }

        @Override
        public List<Slot> reads() {
            return Ops.present(in, gate);
        }

        @Override
        public Map<String, int[]> weights() {
            return Map.of(weight, new int[] {group});
        }
    }

    /**
     * A function of each number, y = factor · act(x): β = sigmoid(x), or twice that for negative eigenvalues.
     *
     * @param in x
     * @param out y, as wide
     * @param activation act
     * @param factor 1 or 2 for β
     */
    record Map1(Slot in, Slot out, Activation activation, double factor) implements LayerOp {
        public Map1 {
            Ops.sameWidth("map", in, out);
        }

        @Override
        public List<Slot> reads() {
            return List.of(in);
        }
    }

    /**
     * A gated product, y = x ⊙ act(z): SwiGLU with z the gate projection and SiLU, an output gate with sigmoid. A gate with
     * one number per head multiplies all of the head's channels.
     *
     * @param in x
     * @param gate z, as wide as x or a divisor of its width
     * @param out y, as wide as x
     * @param activation act
     */
    record Multiply(Slot in, Slot gate, Slot out, Activation activation) implements LayerOp {
        public Multiply {
            Ops.sameWidth("multiply", in, out);
            Ops.divides("multiply: gate", gate.width(), in);
        }

        @Override
        public List<Slot> reads() {
            return List.of(in, gate);
        }
    }

    /**
     * Residual connection, y = a + b.
     *
     * @param a one
     * @param b the other
     * @param out y, all three as wide
     */
    record Add(Slot a, Slot b, Slot out) implements LayerOp {
        public Add {
            Ops.sameWidth("add", a, b);
            Ops.sameWidth("add", a, out);
        }

        @Override
        public List<Slot> reads() {
            return List.of(a, b);
        }
    }

    /**
     * Part of each group's channels: y[i·length + j] = x[i·stride + offset + j] for i &lt; groups, j &lt; length. Takes fused
     * projections apart.
     *
     * @param in x, width groups · stride
     * @param out y, width groups · length
     * @param groups how many
     * @param offset where the part begins in its group
     */
    record Slice(Slot in, Slot out, int groups, int offset) implements LayerOp {
        public Slice {
            Ops.atLeast("slice: groups", groups, 1);
            Ops.divides("slice: groups", groups, in);
            Ops.divides("slice: groups", groups, out);
            Ops.atLeast("slice: offset", offset, 0);
            Ops.atMost("slice: end", offset + out.width() / groups, in.width() / groups);
        }

        @Override
        public List<Slot> reads() {
            return List.of(in);
        }
    }

    /**
     * The log-decay of a gate, from a projection x, per value head (width HV) or per key channel (HV·K).
     *
     * <pre>
     *   g = −exp(A_log) · softplus(x + dt_bias)
     *   g = lowerBound · sigmoid(exp(A_log) · (x + dt_bias))       where a lower bound is given
     * </pre>
     *
     * Source: arXiv:2412.06464, section 3 (from Mamba-2); the bounded form is Kimi Linear's safe gate.
     *
     * @param in x
     * @param out g, as wide
     * @param aLog A_log [heads]
     * @param dtBias dt_bias [width], or null
     * @param heads value heads
     * @param lowerBound a negative number, or 0 for the unbounded form
     */
    record LogDecay(Slot in, Slot out, String aLog, String dtBias, int heads, double lowerBound) implements LayerOp {
        public LogDecay {
            Ops.sameWidth("log-decay", in, out);
            Ops.divides("log-decay: heads", heads, in);
        }

        @Override
        public List<Slot> reads() {
            return List.of(in);
        }

        @Override
        public Map<String, int[]> weights() {
            return Ops.weights(aLog, new int[] {heads}, dtBias, new int[] {in.width()});
        }
    }

    /**
     * The delta rule; carries its state. Slots hold a token's n micro-steps one after the other where a tensor has T·n rows.
     *
     * @param variant which member of the family
     * @param shape head counts and sizes, n, gate, selective read; B, T and sequences are the plan's
     * @param inputs q, k, v and the variant's others
     * @param o linear read-out, width HV·V
     * @param oCross selective read-out, width HV·V, or null
     * @param scale what the linear read-out is multiplied by
     */
    record Delta(Variant variant, DeltaShape shape, Map<Input, Slot> inputs, Slot o, Slot oCross, double scale)
            implements LayerOp {
        public Delta {
            inputs = Map.copyOf(inputs);
            Ops.checkDelta(variant, shape, inputs, o, oCross);
        }

        @Override
        public List<Slot> reads() {
            return new ArrayList<>(inputs.values());
        }

        @Override
        public Slot out() {
            return o;
        }

        @Override
        public List<Slot> writes() {
            return Ops.present(o, oCross);
        }

        /** Lengths for so many tokens in so many sequences. */
        public DeltaShape shape(int tokens, int sequences) {
            return new DeltaShape(
                    1,
                    tokens,
                    shape.H(),
                    shape.HV(),
                    shape.K(),
                    shape.V(),
                    shape.householders(),
                    sequences,
                    shape.gate(),
                    shape.crossRead());
        }

        /** Whether there is a decay. */
        public boolean gated() {
            return shape.gate() != Gate.NONE;
        }
    }

    /**
     * The learned gate between the linear and the selective read.
     *
     * <pre>
     *   γ = sigmoid(z)        convex: y = γ ⊙ x + (1 − γ) ⊙ o        additive: y = o + γ ⊙ x
     * </pre>
     *
     * @param linear o
     * @param cross x, as wide
     * @param gate z: one number per head or per channel, a divisor of the width
     * @param out y, as wide
     * @param additive which form
     */
    record MixReads(Slot linear, Slot cross, Slot gate, Slot out, boolean additive) implements LayerOp {
        public MixReads {
            Ops.sameWidth("mix reads", linear, cross);
            Ops.sameWidth("mix reads", linear, out);
            Ops.divides("mix reads: gate", gate.width(), linear);
        }

        @Override
        public List<Slot> reads() {
            return List.of(linear, cross, gate);
        }
    }

    /**
     * Rotary position embedding of each head's first {@code rotary} channels; channel i is paired with i + rotary/2.
     *
     * <pre>
     *   φ_i = position · theta^(−2i/rotary), i &lt; rotary/2
     *   (x_i, x_{i+rotary/2}) ← (x_i cos φ_i − x_{i+rotary/2} sin φ_i,  x_{i+rotary/2} cos φ_i + x_i sin φ_i)
     * </pre>
     *
     * Positions count a sequence's tokens from 0 and are carried.
     *
     * @param in x
     * @param out y, as wide
     * @param head channels per head
     * @param rotary how many of them turn, even; the rest pass
     * @param theta the base
     */
    record Rotary(Slot in, Slot out, int head, int rotary, double theta) implements LayerOp {
        public Rotary {
            Ops.sameWidth("rotary", in, out);
            Ops.divides("rotary: head", head, in);
            Ops.evenUpTo("rotary: channels", rotary, head);
        }

        @Override
        public List<Slot> reads() {
            return List.of(in);
        }
    }

    /**
     * Selective RoPE: rotation by angles that depend on the input and accumulate over time; the sum is carried.
     *
     * <pre>  Φ_t = Φ_{t-1} + φ_t        angle of pair i: τ_i Φ_ti        pairs as in {@link Rotary} </pre>
     *
     * @param in x
     * @param angles φ, per head and pair: width heads · rotary/2
     * @param out y, as wide as x
     * @param temperature τ [heads · rotary/2], or null for ones
     * @param head channels per head
     * @param rotary how many of them turn, even
     */
    record SelectiveRotary(Slot in, Slot angles, Slot out, String temperature, int head, int rotary)
            implements LayerOp {
        public SelectiveRotary {
            Ops.sameWidth("selective rotary", in, out);
            Ops.divides("selective rotary: head", head, in);
            Ops.evenUpTo("selective rotary: channels", rotary, head);
            Ops.width("selective rotary: angles", angles, in.width() / head * (rotary / 2));
        }

        @Override
        public List<Slot> reads() {
            return List.of(in, angles);
        }

        @Override
        public Map<String, int[]> weights() {
            return temperature == null ? Map.of() : Map.of(temperature, new int[] {angles.width()});
        }
    }

    /**
     * Causal softmax attention with grouped heads; carries keys and values. Head j reads key/value head ⌊j / (heads/kvHeads)⌋.
     *
     * <pre>  o_t = Σ_s softmax_s( scale · q_t·k_s ) v_s        s ≤ t, and s &gt; t − window where there is a window </pre>
     *
     * @param q width heads · head
     * @param k width kvHeads · head
     * @param v width kvHeads · value
     * @param out width heads · value
     * @param heads query heads
     * @param kvHeads key/value heads, a divisor of heads
     * @param window how many tokens are seen, the token itself among them, or 0 for all
     * @param scale usually head^(−1/2)
     */
    record Attention(Slot q, Slot k, Slot v, Slot out, int heads, int kvHeads, int window, double scale)
            implements LayerOp {
        public Attention {
            Ops.divides("attention: heads", heads, q);
            Ops.divides("attention: key/value heads", kvHeads, k);
            Ops.divides("attention: key/value heads", kvHeads, v);
            Ops.atLeast("attention: window", window, 0);
            Ops.width("attention: keys", k, q.width() / heads * kvHeads);
            Ops.width("attention: output", out, v.width() / kvHeads * heads);
        }

        @Override
        public List<Slot> reads() {
            return List.of(q, k, v);
        }
    }
}
