package io.deltarule.core.layer;

import java.util.List;
import java.util.Map;

/** Operations on one number at a time, at the same place of every slot; a gate may have one number for a whole head. */
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
     * one number per head multiplies all of the head's channels.
     *
     * @param in x
     * @param gate z, as wide as x or a divisor of its width
     * @param out y, as wide as x
     * @param activation act
     */
    record Multiply(Slot in, Slot gate, Slot out, Activation activation) implements ElementwiseOp {
        /** Checks the sizes. */
        public Multiply {
            OpChecks.sameWidth("multiply", in, out);
            OpChecks.divides("multiply: gate", gate.width(), in);
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
