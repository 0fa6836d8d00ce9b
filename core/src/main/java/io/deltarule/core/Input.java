package io.deltarule.core;

import java.util.Locale;

/** The tensors that variants are made of, in the order in which they are passed everywhere. */
public enum Input {
    /** Query [B, T, H, K]. */
    Q,
    /** Key [B, T·n, H, K]. */
    K,
    /** Value [B, T·n, HV, V]. */
    V,
    /** Log-decay [B, T, HV] or [B, T, HV, K]. */
    G,
    /** Write strength [B, T·n, HV]. */
    BETA,
    /** Comba's second key [B, T·n, H or HV, K]. */
    P,
    /** GDN-2's erase gate [B, T·n, H or HV, K]. */
    B,
    /** GDN-2's write gate [B, T·n, HV, V]. */
    W,
    /** Read query of the selective read over the state's rows [B, T, HV, V]; see {@link DeltaInputs}. */
    R;

    /** The tensor's name in operation files: q, k, v, g, beta, p, b, w or r. */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }
}
