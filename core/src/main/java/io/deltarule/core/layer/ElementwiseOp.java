package io.deltarule.core.layer;

import io.deltarule.core.InvalidInputException;
import java.util.List;
import java.util.Map;

/**
 * Operations on one number at a time, at the same place of every slot; a gate may have one number for a whole head, and so may a sum.
 */
public sealed interface ElementwiseOp extends LayerOp {
    /**
     * A function of each number, y = factor · act(x): β = sigmoid(x), or twice that for negative eigenvalues.
     *
     * @param in x
     * @param out y, as wide
     * @param activation act
     * @param factor 1 or 2 for β
     */
    record Activate(Slot in, Slot out, Activation activation, double factor) implements ElementwiseOp {
        /** Checks the sizes. */
        public Activate {
            OpChecks.sameWidth("activate", in, out);
        }

        @Override
        public List<Slot> reads() {
            return List.of(in);
        }

        @Override
        public List<Carried> carried(int maxContext) {
            return List.of();
        }
    }

    /**
     * A gated product, y = x ⊙ act(z): SwiGLU with z the gate projection and SiLU, an output gate with sigmoid. A gate with
     * one number per head multiplies all of the head's channels. A limit L bounds both factors, as some models' experts do.
     *
     * <pre>  y = x ⊙ act(z)        with a limit: y = min(max(x, −L), L) ⊙ min(act(z), L) </pre>
     *
     * @param in x
     * @param gate z, as wide as x or a divisor of its width
     * @param out y, as wide as x
     * @param activation act
     * @param limit L, above 0, infinite for none; only where the gate is as wide as x
     */
    record Multiply(Slot in, Slot gate, Slot out, Activation activation, double limit) implements ElementwiseOp {
        /** Checks the sizes and the limit. */
        public Multiply {
            OpChecks.sameWidth("multiply", in, out);
            OpChecks.divides("multiply: gate", gate.width(), in);
            OpChecks.limit("multiply: limit", limit);
            if (limit < Double.POSITIVE_INFINITY) {
                OpChecks.sameWidth("multiply with a limit", in, gate);
            }
        }

        /** Without a limit. */
        public Multiply(Slot in, Slot gate, Slot out, Activation activation) {
            this(in, gate, out, activation, Double.POSITIVE_INFINITY);
        }

        @Override
        public List<Slot> reads() {
            return List.of(in, gate);
        }

        @Override
        public List<Carried> carried(int maxContext) {
            return List.of();
        }
    }

    /**
     * The inner product of two slots head by head, y_h = Σ_d a_hd b_hd: how much one has of the other.
     *
     * @param a one
     * @param b the other, as wide
     * @param out y, one number per head: its width is how many heads there are
     */
    record HeadDot(Slot a, Slot b, Slot out) implements ElementwiseOp {
        /** Checks the sizes. */
        public HeadDot {
            OpChecks.sameWidth("head dot", a, b);
            OpChecks.divides("head dot: heads", out.width(), a);
        }

        /** Channels per head. */
        public int head() {
            return a.width() / out.width();
        }

        @Override
        public List<Slot> reads() {
            return List.of(a, b);
        }

        @Override
        public List<Carried> carried(int maxContext) {
            return List.of();
        }
    }

    /**
     * Residual connection, y = a + b.
     *
     * @param a one
     * @param b the other
     * @param out y, all three as wide
     */
    record Add(Slot a, Slot b, Slot out) implements ElementwiseOp {
        /** Checks the sizes. */
        public Add {
            OpChecks.sameWidth("add", a, b);
            OpChecks.sameWidth("add", a, out);
        }

        @Override
        public List<Slot> reads() {
            return List.of(a, b);
        }

        @Override
        public List<Carried> carried(int maxContext) {
            return List.of();
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
    record MixReads(Slot linear, Slot cross, Slot gate, Slot out, boolean additive) implements ElementwiseOp {
        /** Checks the sizes. */
        public MixReads {
            OpChecks.sameWidth("mix reads", linear, cross);
            OpChecks.sameWidth("mix reads", linear, out);
            OpChecks.divides("mix reads: gate", gate.width(), linear);
        }

        @Override
        public List<Slot> reads() {
            return List.of(linear, cross, gate);
        }

        @Override
        public List<Carried> carried(int maxContext) {
            return List.of();
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
    record LogDecay(Slot in, Slot out, String aLog, String dtBias, int heads, double lowerBound)
            implements ElementwiseOp {
        /** Checks the sizes. */
        public LogDecay {
            OpChecks.sameWidth("log-decay", in, out);
            OpChecks.divides("log-decay: heads", heads, in);
        }

        @Override
        public List<Slot> reads() {
            return List.of(in);
        }

        @Override
        public Map<String, int[]> weights() {
            return OpChecks.weights(aLog, new int[] {heads}, dtBias, new int[] {in.width()});
        }

        @Override
        public List<Carried> carried(int maxContext) {
            return List.of();
        }
    }

    /**
     * Mamba-2's step of time and the log-decay that follows from it, per head, from a projection x.
     *
     * <pre>
     *   Δ = min(max(softplus(x + dt_bias), least), most)        g = −exp(A_log) · Δ
     * </pre>
     *
     * Source: Dao and Gu 2024, arXiv:2405.21060, section 7.
     *
     * @param in x, one number per head
     * @param step Δ, as wide
     * @param decay g, as wide
     * @param aLog A_log [width]
     * @param dtBias dt_bias [width]
     * @param least the smallest step, 0 where there is no bound
     * @param most the largest step, infinite where there is no bound
     */
    record TimeStep(Slot in, Slot step, Slot decay, String aLog, String dtBias, double least, double most)
            implements ElementwiseOp {
        /** Checks the sizes and the bounds. */
        public TimeStep {
            OpChecks.sameWidth("time step", in, step);
            OpChecks.sameWidth("time step", in, decay);
            if (!(least >= 0 && most > least && least < Double.POSITIVE_INFINITY)) {
                throw new InvalidInputException("time step: expected bounds from 0 on, the largest above the smallest,"
                        + " but found " + least + " and " + most);
            }
        }

        @Override
        public List<Slot> reads() {
            return List.of(in);
        }

        @Override
        public Slot out() {
            return step;
        }

        @Override
        public List<Slot> writes() {
            return List.of(step, decay);
        }

        @Override
        public Map<String, int[]> weights() {
            return OpChecks.weights(aLog, new int[] {in.width()}, dtBias, new int[] {in.width()});
        }

        @Override
        public List<Carried> carried(int maxContext) {
            return List.of();
        }
    }

    /**
     * Channels times learned factors, with something added: y = a + w ⊙ x. Mamba-2's skip D ⊙ x around the state has one factor
     * per head; the scales of log-linear levels have one per channel and add to nothing.
     *
     * <pre>  y_i = a_i + w_{⌊i / (width/groups)⌋} x_i        without a: y_i = w_… x_i </pre>
     *
     * @param in x
     * @param added a, as wide, or null for none
     * @param out y, as wide
     * @param weight w [groups]
     * @param groups a divisor of the width; neighbours share a factor
     */
    record Scale(Slot in, Slot added, Slot out, String weight, int groups) implements ElementwiseOp {
        /** Checks the sizes. */
        public Scale {
            OpChecks.sameWidth("scale", in, out);
            if (added != null) {
                OpChecks.sameWidth("scale", in, added);
            }
            OpChecks.divides("scale: groups", groups, in);
        }

        @Override
        public List<Slot> reads() {
            return OpChecks.present(in, added);
        }

        @Override
        public Map<String, int[]> weights() {
            return Map.of(weight, new int[] {groups});
        }

        @Override
        public List<Carried> carried(int maxContext) {
            return List.of();
        }
    }

    /**
     * The same number everywhere, y = value: β of a DeltaNet that has none, the 1 of elu(x) + 1.
     *
     * @param out y
     * @param value finite
     */
    record Constant(Slot out, double value) implements ElementwiseOp {
        /** Checks the number. */
        public Constant {
            OpChecks.finite("constant", value);
        }

        @Override
        public List<Slot> reads() {
            return List.of();
        }

        @Override
        public List<Carried> carried(int maxContext) {
            return List.of();
        }
    }
}
