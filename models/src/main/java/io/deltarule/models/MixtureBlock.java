package io.deltarule.models;

import io.deltarule.core.layer.Activation;
import io.deltarule.core.layer.MatrixOp;
import io.deltarule.core.layer.Slot;

/**
 * A feed-forward part of many experts, of which each token's router chooses a few, and one that every token goes through.
 *
 * <pre>  y = Σ_{e chosen} w_e · expert_e(x) + shared(x), or + sigmoid(W_s x) · shared(x)</pre>
 *
 * Weights: {@code gate.weight} [experts, hidden], the router, and its correction where there is one; {@code
 * experts.e.gate_proj.weight} and {@code experts.e.up_proj.weight} [intermediate, hidden], {@code experts.e.down_proj.weight}
 * [hidden, intermediate]; the shared expert's, as {@link SwiGluBlock}'s, after {@link Shared#name()} and a dot; {@code
 * shared_expert_gate.weight} [1, hidden] where it is gated.
 *
 * @param hidden width of the model's rows
 * @param experts how many there are
 * @param intermediate width in the middle of each
 * @param router how they are chosen and weighed
 * @param shared the one that every token goes through, or null
 * @param limit of the chosen experts' products, as {@link MatrixOp.Experts} says; infinite for none
 */
public record MixtureBlock(int hidden, int experts, int intermediate, Router router, Shared shared, double limit)
        implements Layer {
    /** Without a limit. */
    public MixtureBlock(int hidden, int experts, int intermediate, Router router, Shared shared) {
        this(hidden, experts, intermediate, router, shared, Double.POSITIVE_INFINITY);
    }

    /**
     * How experts are chosen and weighed, as {@link MatrixOp.Experts.Routing} says.
     *
     * @param chosen experts per token
     * @param sigmoid whether scores are sigmoids rather than a softmax
     * @param corrected whether {@code gate.e_score_correction_bias} [experts] is added for the choice
     * @param renormalised whether the chosen scores are divided by their sum
     * @param factor what the weights are multiplied by
     * @param groups which of the experts are chosen from
     */
    public record Router(
            int chosen,
            boolean sigmoid,
            boolean corrected,
            boolean renormalised,
            double factor,
            MatrixOp.Experts.Groups groups) {
        /** Chosen from all experts. */
        public Router(int chosen, boolean sigmoid, boolean corrected, boolean renormalised, double factor) {
            this(chosen, sigmoid, corrected, renormalised, factor, MatrixOp.Experts.Groups.ONE);
        }
    }

    /**
     * The expert that every token goes through.
     *
     * @param name what goes before its weights, without the dot
     * @param intermediate width in the middle
     * @param gated whether it is multiplied by a sigmoid
     * @param limit of its products, as {@link SwiGluBlock} says
     */
    public record Shared(String name, int intermediate, boolean gated, double limit) {
        /** Without a limit. */
        public Shared(String name, int intermediate, boolean gated) {
            this(name, intermediate, gated, Double.POSITIVE_INFINITY);
        }
    }

    @Override
    public Slot wire(ProgramBuilder to, Slot x) {
        Slot logits = to.linear(x, "gate", experts);
        Slot routed = to.slot("routed", hidden);
        MatrixOp.Experts.Routing routing = new MatrixOp.Experts.Routing(
                router.chosen(),
                router.sigmoid(),
                router.corrected() ? to.weight("gate.e_score_correction_bias") : null,
                router.renormalised(),
                router.factor(),
                router.groups());
        to.add(new MatrixOp.Experts(x, logits, routed, routing, to.weight("experts."), intermediate, limit));
        if (shared == null) {
            return routed;
        }
        Slot own =
                new SwiGluBlock(hidden, shared.intermediate(), shared.limit()).wire(to.within(shared.name() + "."), x);
        if (shared.gated()) {
            own = to.multiply(own, to.linear(x, "shared_expert_gate", 1), "shared", Activation.SIGMOID);
        }
        return to.add(routed, own, "mixture");
    }
}
