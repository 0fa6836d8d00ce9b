package io.deltarule.core.resident;

import io.deltarule.core.DeltaShape;
import java.util.Locale;

/** What an operation leaves. */
public enum Output {
    /** Linear read-out [B, T, HV, V]. */
    O,
    /** Selective read-out [B, T, HV, V]; only with read queries r. */
    O_CROSS,
    /** State after the last token [N, HV, K, V], or [N, HV, L, K, V] of a log-linear operation. */
    FINAL_STATE;

    /** The axes' lengths in an operation of these lengths. */
    public int[] dims(DeltaShape shape) {
        return this == FINAL_STATE ? shape.state().dims() : shape.readOut();
    }

    /** The tensor's name in operation files: o, o_cross or final_state. */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }
}
