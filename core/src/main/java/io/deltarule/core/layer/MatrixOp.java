package io.deltarule.core.layer;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Operations with stored weight matrices: rows looked up, products, products of the experts that a token chooses. Each
 * token by itself.
 */
public sealed interface MatrixOp extends LayerOp {
    /**
     * Rows of a table: y_t = table[id_t]. The ids are one number per token, given as float32 (exact below 2^24).
     *
     * @param ids width 1
     * @param out the row
     * @param table [rows, out]
     * @param rows how many ids there are
     */
    record Embedding(Slot ids, Slot out, String table, int rows) implements MatrixOp {
        @Override
        public List<Slot> reads() {
            return List.of(ids);
        }

        @Override
        public Map<String, int[]> weights() {
            return Map.of(table, new int[] {rows, out.width()});
        }

        @Override
        public List<Carried> carried(int maxContext) {
            return List.of();
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
    record Linear(Slot in, Slot out, String weight, String bias) implements MatrixOp {
        @Override
        public List<Slot> reads() {
            return List.of(in);
        }

        @Override
        public Map<String, int[]> weights() {
            return OpChecks.weights(weight, new int[] {out.width(), in.width()}, bias, new int[] {out.width()});
        }

        @Override
        public List<Carried> carried(int maxContext) {
            return List.of();
        }
    }

    /**
     * The head and its loss in one: softmax cross-entropy of the logits z = W x + b with the token that came next. Logits are no slot,
     * so that an engine may take the vocabulary in pieces and never hold those of all tokens at once.
     *
     * <pre>
     *   L_t = log Σ_c exp(z_tc) − z_{t, label}        0 where the label is −1: such a token does not count
     * </pre>
     *
     * @param in x
     * @param labels width 1, numbers of classes given as float32, or −1
     * @param out L, width 1
     * @param weight W [classes, in]
     * @param bias b [classes], or null
     * @param classes how many there are
     */
    record CrossEntropy(Slot in, Slot labels, Slot out, String weight, String bias, int classes) implements MatrixOp {
        /** Checks the sizes. */
        public CrossEntropy {
            OpChecks.width("cross-entropy: labels", labels, 1);
            OpChecks.width("cross-entropy: output", out, 1);
            OpChecks.atLeast("cross-entropy: classes", classes, 1);
        }

        @Override
        public List<Slot> reads() {
            return List.of(in, labels);
        }

        @Override
        public Map<String, int[]> weights() {
            return OpChecks.weights(weight, new int[] {classes, in.width()}, bias, new int[] {classes});
        }

        @Override
        public List<Carried> carried(int maxContext) {
            return List.of();
        }
    }

    /**
     * Mixture of experts: each token goes through the few feed-forward parts that its router chooses.
     *
     * <pre>
     *   s = softmax(z) or sigmoid(z)                 over all experts
     *   C = the k experts with the largest s + c     c a correction for the choice alone, or 0; ties to the lower number
     *   w_e = factor · s_e, or factor · s_e / Σ_{C} s where renormalised
     *   y = Σ_{e ∈ C} w_e · W_down,e ( W_up,e x ⊙ SiLU(W_gate,e x) )
     * </pre>
     *
     * Where experts are in groups, neighbours in one, only those of the best groups are chosen from: a group is as good as the sum
     * of its two largest s + c (of a group of one, that), ties to the lower number. With a limit L the products are those of {@link
     * ElementwiseOp.Multiply} with it, min(max(W_up,e x, −L), L) ⊙ min(SiLU(W_gate,e x), L).
     *
     * <p>Weights of expert e: {@code <prefix>e.gate_proj.weight} and {@code <prefix>e.up_proj.weight} [intermediate, in],
     * {@code <prefix>e.down_proj.weight} [out, intermediate]. Source: Shazeer et al. 2017, arXiv:1701.06538; the sigmoid with a
     * correction and the choice within groups are DeepSeek-V3's, arXiv:2412.19437, section 2.1.2.
     *
     * @param in x
     * @param logits z, one number per expert: its width is how many experts there are
     * @param out y
     * @param routing how experts are chosen and weighed
     * @param prefix goes before the experts' numbers, for example {@code model.layers.0.mlp.experts.}
     * @param intermediate width in the middle of an expert
     * @param limit L, above 0, infinite for none
     */
    record Experts(Slot in, Slot logits, Slot out, Routing routing, String prefix, int intermediate, double limit)
            implements MatrixOp {
        /**
         * How experts are chosen and weighed.
         *
         * @param chosen k, experts per token
         * @param sigmoid whether scores are sigmoids rather than a softmax
         * @param correction c [experts], added to the scores for the choice alone, or null
         * @param renormalised whether the chosen scores are divided by their sum
         * @param factor what the weights are multiplied by
         * @param groups which of the experts are chosen from
         */
        public record Routing(
                int chosen, boolean sigmoid, String correction, boolean renormalised, double factor, Groups groups) {
            /** Checks the factor. */
            public Routing {
                OpChecks.finite("experts: factor", factor);
            }

            /** Chosen from all of them. */
            public Routing(int chosen, boolean sigmoid, String correction, boolean renormalised, double factor) {
                this(chosen, sigmoid, correction, renormalised, factor, Groups.ONE);
            }
        }

        /**
         * Groups of experts, of which the best are chosen from.
         *
         * @param count how many groups there are, a divisor of the number of experts
         * @param kept how many of them are chosen from
         */
        public record Groups(int count, int kept) {
            /** All experts in one. */
            public static final Groups ONE = new Groups(1, 1);

            /** Checks the numbers. */
            public Groups {
                OpChecks.atLeast("experts: kept groups", kept, 1);
                OpChecks.atMost("experts: kept groups", kept, count);
            }
        }

        /** Checks the numbers of experts, groups and widths. */
        public Experts {
            OpChecks.atLeast("experts: chosen", routing.chosen(), 1);
            Groups groups = routing.groups();
            OpChecks.divides("experts: groups", groups.count(), logits);
            OpChecks.atMost("experts: chosen", routing.chosen(), logits.width() / groups.count() * groups.kept());
            OpChecks.atLeast("experts: intermediate", intermediate, 1);
            OpChecks.limit("experts: limit", limit);
        }

        /** Without a limit. */
        public Experts(Slot in, Slot logits, Slot out, Routing routing, String prefix, int intermediate) {
            this(in, logits, out, routing, prefix, intermediate, Double.POSITIVE_INFINITY);
        }

        /** How many experts there are. */
        public int experts() {
            return logits.width();
        }

        /** The name of expert e's gate projection [intermediate, in]. */
        public String gate(int e) {
            return prefix + e + ".gate_proj.weight";
        }

        /** The name of expert e's up projection [intermediate, in]. */
        public String up(int e) {
            return prefix + e + ".up_proj.weight";
        }

        /** The name of expert e's down projection [out, intermediate]. */
        public String down(int e) {
            return prefix + e + ".down_proj.weight";
        }

        @Override
        public List<Slot> reads() {
            return List.of(in, logits);
        }

        @Override
        public Map<String, int[]> weights() {
            Map<String, int[]> all = new LinkedHashMap<>();
            if (routing.correction() != null) {
                all.put(routing.correction(), new int[] {experts()});
            }
            for (int e = 0; e < experts(); e++) {
                all.put(gate(e), new int[] {intermediate, in.width()});
                all.put(up(e), new int[] {intermediate, in.width()});
                all.put(down(e), new int[] {out.width(), intermediate});
            }
            return all;
        }

        @Override
        public List<Carried> carried(int maxContext) {
            return List.of();
        }
    }
}
