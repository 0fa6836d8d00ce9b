package io.deltarule.core.layer;

import io.deltarule.core.DeltaShape;
import io.deltarule.core.Gate;
import io.deltarule.core.Input;
import io.deltarule.core.Tensor;
import io.deltarule.core.Variant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Operations that see the tokens before: what they remember of them is carried from run to run. */
public sealed interface SequenceOp extends LayerOp {
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
            implements SequenceOp {
        /** Checks the sizes. */
        public ShortConvolution {
            OpChecks.sameWidth("short convolution", in, out);
            OpChecks.atLeast("short convolution: taps", taps, 1);
        }

        @Override
        public List<Slot> reads() {
            return List.of(in);
        }

        @Override
        public Map<String, int[]> weights() {
            return OpChecks.weights(weight, new int[] {in.width(), taps}, bias, new int[] {in.width()});
        }

        /** Its last inputs [taps − 1, width], oldest first; nothing for one tap. */
        @Override
        public List<Carried> carried(int maxContext) {
            return taps == 1 ? List.of() : List.of(Carried.fixed("convolution", taps - 1, in.width()));
        }
    }

    /**
     * What the token before had more of, channel by channel: the part of RWKV's token shift that nothing is learned of. Zeros come
     * before a sequence's first token; carries its last input.
     *
     * <pre>  y_t = x_{t−1} − x_t </pre>
     *
     * @param in x
     * @param out y, as wide
     */
    record TokenDifference(Slot in, Slot out) implements SequenceOp {
        /** Checks the sizes. */
        public TokenDifference {
            OpChecks.sameWidth("token difference", in, out);
        }

        /** The same as a short convolution, whose weights are {@link #taps}: engines need no code of its own for it. */
        public ShortConvolution convolution() {
            return new ShortConvolution(in, out, "token difference", null, 2, Activation.IDENTITY);
        }

        /** 1 for the token before and −1 for the token itself, for every channel [width, 2]. */
        public Tensor taps() {
            float[] taps = new float[2 * in.width()];
            for (int i = 0; i < taps.length; i++) {
                taps[i] = i % 2 == 0 ? 1 : -1;
            }
            return Tensor.of(taps, in.width(), 2);
        }

        @Override
        public List<Slot> reads() {
            return List.of(in);
        }

        /** Its last input [1, width]. */
        @Override
        public List<Carried> carried(int maxContext) {
            return List.of(Carried.fixed("previous", 1, in.width()));
        }
    }

    /**
     * Causal short convolution whose taps are each token's own, per channel d: another slot holds them, a channel's taps one
     * after the other. Carries its last {@code taps − 1} inputs, zeros at first; taps are not carried.
     *
     * <pre>  y_td = act( Σ_{i&lt;taps} κ_tdi x_{t−taps+1+i, d} ) </pre>
     *
     * Source: JetBlock, arXiv:2508.15884, section 3.2.
     *
     * @param in x
     * @param kernels κ, width taps · width of x
     * @param out y, as wide as x
     * @param taps at least 1; published models have 4
     * @param activation act
     */
    record DynamicConvolution(Slot in, Slot kernels, Slot out, int taps, Activation activation) implements SequenceOp {
        /** Checks the sizes. */
        public DynamicConvolution {
            OpChecks.sameWidth("dynamic convolution", in, out);
            OpChecks.atLeast("dynamic convolution: taps", taps, 1);
            OpChecks.width("dynamic convolution: kernels", kernels, Math.multiplyExact(taps, in.width()));
        }

        @Override
        public List<Slot> reads() {
            return List.of(in, kernels);
        }

        /** Its last inputs [taps − 1, width], oldest first; nothing for one tap. */
        @Override
        public List<Carried> carried(int maxContext) {
            return taps == 1 ? List.of() : List.of(Carried.fixed("convolution", taps - 1, in.width()));
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
            implements SequenceOp {
        /** Checks the sizes. */
        public Delta {
            inputs = Map.copyOf(inputs);
            OpChecks.checkDelta(variant, shape, inputs, o, oCross);
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
            return OpChecks.present(o, oCross);
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
                    shape.crossRead(),
                    shape.levels());
        }

        /** Whether there is a decay. */
        public boolean gated() {
            return shape.gate() != Gate.NONE;
        }

        /** The slots of a program that are log-decays of some delta rule. */
        public static Set<Slot> decays(LayerProgram program) {
            Set<Slot> decays = new HashSet<>();
            for (LayerOp op : program.ops()) {
                if (op instanceof Delta d && d.gated()) {
                    decays.add(d.inputs.get(Input.G));
                }
            }
            return decays;
        }

        /** The state [HV, K, V]. */
        @Override
        public List<Carried> carried(int maxContext) {
            return List.of(Carried.fixed("delta", shape.state().dimsPerSequence()));
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
            implements SequenceOp {
        /** Checks the sizes. */
        public Attention {
            OpChecks.divides("attention: heads", heads, q);
            OpChecks.divides("attention: key/value heads", kvHeads, k);
            OpChecks.divides("attention: key/value heads", kvHeads, v);
            OpChecks.atLeast("attention: window", window, 0);
            OpChecks.width("attention: keys", k, q.width() / heads * kvHeads);
            OpChecks.width("attention: output", out, v.width() / kvHeads * heads);
        }

        @Override
        public List<Slot> reads() {
            return List.of(q, k, v);
        }

        /**
         * Keys [kvHeads, rows, head] and values [kvHeads, rows, value], see {@link #cacheRows}: the token at
         * position s lies in row s mod rows; rows not yet filled are zero.
         */
        @Override
        public List<Carried> carried(int maxContext) {
            int rows = cacheRows(maxContext);
            return List.of(
                    new Carried("keys", new int[] {kvHeads, rows, k.width() / kvHeads}, true),
                    new Carried("values", new int[] {kvHeads, rows, v.width() / kvHeads}, true));
        }

        /** How many tokens' keys and values are kept: the most a sequence may have, or the window where that is less. */
        public int cacheRows(int maxContext) {
            return window == 0 ? maxContext : Math.min(window, maxContext);
        }
    }
}
