package io.deltarule.models.inference;

/** Why a text ended. */
public enum FinishReason {
    /** The model said so with one of its stop tokens. */
    STOP,
    /** As many tokens as were asked for. */
    LENGTH,
    /** The session's context is full. */
    CONTEXT
}
