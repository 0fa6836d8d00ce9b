package io.deltarule.bench.workload;

import java.util.Locale;

/**
 * What a workload runs.
 *
 * @param kind an operation, its backward pass, a layer or a model
 * @param network how large the layer or model is; null for an operation or its gradient
 */
public record WorkloadSubject(Kind kind, NetworkSize network) {
    /** The kinds of things that a workload can run. */
    public enum Kind {
        /** The delta rule itself. */
        OPERATION,
        /** Its backward pass. */
        GRADIENT,
        /** A layer with its projections, from rows to rows. */
        LAYER,
        /** A model from ids to logits. */
        MODEL;

        /** As reports call it. */
        public String id() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** The delta rule itself. */
    static final WorkloadSubject OPERATION = new WorkloadSubject(Kind.OPERATION, null);
    /** Its backward pass. */
    public static final WorkloadSubject GRADIENT = new WorkloadSubject(Kind.GRADIENT, null);

    /** A layer or a model. */
    public static WorkloadSubject of(NetworkSize network) {
        return new WorkloadSubject(network.isLayer() ? Kind.LAYER : Kind.MODEL, network);
    }
}
