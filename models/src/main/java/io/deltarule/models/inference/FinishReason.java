package io.deltarule.models.inference;

/** Why a text ended. */
public enum FinishReason {
    /** The model said so with one of its stop tokens, or wrote a text that ends one. */
    STOP,
    /** As many tokens as were asked for. */
    LENGTH,
    /** The session's context is full. */
    CONTEXT,
    /** Whoever asked for the text wanted no more of it. */
    INTERRUPTED
}
