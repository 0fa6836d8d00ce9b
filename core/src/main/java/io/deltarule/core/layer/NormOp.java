package io.deltarule.core.layer;

import java.util.List;
import java.util.Map;

/** Norms: each group of a token's channels divided by a length of its own. */
public sealed interface NormOp extends LayerOp {
    /**
     * Each group of channels divided by its length, y = x / √(Σ x² + eps).
     *
     * @param in x
     * @param out y, as wide
     * @param group channels per head
     * @param eps added to the sum of squares
     */
    record L2Norm(Slot in, Slot out, int group, double eps) implements NormOp {
        /** Checks the sizes. */
        public L2Norm {
            OpChecks.sameWidth("L2 norm", in, out);
            OpChecks.divides("L2 norm: group", group, in);
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
            implements NormOp {
        /** Checks the sizes. */
        public RmsNorm {
            OpChecks.sameWidth("RMS norm", in, out);
            if (gate != null) {
                OpChecks.sameWidth("RMS norm", in, gate);
            }
            OpChecks.divides("RMS norm: group", group, in);
        }

        @Override
        public List<Slot> reads() {
            return OpChecks.present(in, gate);
        }

        @Override
        public Map<String, int[]> weights() {
            return Map.of(weight, new int[] {group});
        }

        @Override
        public List<Carried> carried(int maxContext) {
            return List.of();
        }
    }

    /**
     * Each group of channels less its mean and divided by its standard deviation: layer normalisation of one group, Ba et al. 2016,
     * arXiv:1607.06450; of several, group normalisation of a token by itself.
     *
     * <pre>  y = w ⊙ (x − μ) / √(mean (x − μ)² + eps) + b        μ = mean x, both of the group </pre>
     *
     * @param in x
     * @param out y, as wide
     * @param weight w [width], a factor for every channel of every group
     * @param bias b [width], or null for none
     * @param group channels per norm: the head's, or the whole width
     * @param eps added to the mean of squares
     */
    record LayerNorm(Slot in, Slot out, String weight, String bias, int group, double eps) implements NormOp {
        /** Checks the sizes. */
        public LayerNorm {
            OpChecks.sameWidth("layer norm", in, out);
            OpChecks.divides("layer norm: group", group, in);
        }

        @Override
        public List<Slot> reads() {
            return List.of(in);
        }

        @Override
        public Map<String, int[]> weights() {
            return OpChecks.weights(weight, new int[] {in.width()}, bias, new int[] {in.width()});
        }

        @Override
        public List<Carried> carried(int maxContext) {
            return List.of();
        }
    }

    /**
     * Each group of channels divided by its sum, y = x / Σ x: a distribution where x ≥ 0, as after ReLU or elu(x) + 1. Without
     * an epsilon, as flash-linear-attention's {@code qk_norm="sum"} has none: a group of zeros becomes NaN.
     *
     * @param in x
     * @param out y, as wide
     * @param group channels per head
     */
    record SumNorm(Slot in, Slot out, int group) implements NormOp {
        /** Checks the widths. */
        public SumNorm {
            OpChecks.sameWidth("sum norm", in, out);
            OpChecks.divides("sum norm: group", group, in);
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
}
