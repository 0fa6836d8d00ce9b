package io.deltarule.core.layer;

/** Functions applied to each number. */
public enum Activation {
    /** x. */
    IDENTITY,
    /** 1 / (1 + exp(−x)). */
    SIGMOID,
    /** x / (1 + exp(−x)), also called swish. */
    SILU,
    /** max(x, 0). */
    RELU,
    /** x for x &gt; 0, exp(x) − 1 otherwise. */
    ELU,
    /** log(1 + exp(x)). */
    SOFTPLUS,
    /** (exp(x) − exp(−x)) / (exp(x) + exp(−x)). */
    TANH,
    /** exp(x). */
    EXP
}
