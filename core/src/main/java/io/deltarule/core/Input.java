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
    R,
    /** Weight of each level's state in the read-out of log-linear states [B, T, HV, L]; see {@link Levels}. */
    LAMBDA;

    /**
     * What a tensor holds of one token: rows of channels, head by head. In an operation that makes the tensor [B, T·rows,
     * heads, channels], or [B, T·rows, heads] of one number per head; in a layer a slot of {@link #width} numbers.
     *
     * @param rows 1, or one per micro-step
     * @param heads query/key heads or value heads
     * @param channels numbers per head
     * @param single whether that is one number, and no axis
     */
    public record Axes(int rows, int heads, int channels, boolean single) {
        private static Axes numbers(int rows, int heads) {
            return new Axes(rows, heads, 1, true);
        }

        private static Axes vectors(int rows, int heads, int channels) {
            return new Axes(rows, heads, channels, false);
        }

        /** How many numbers a token has. */
        public int width() {
            return rows * heads * channels;
        }

        /** The tensor's axes for a batch of so many tokens per row. */
        public int[] dims(int batch, int tokens) {
            int all = Math.multiplyExact(tokens, rows);
            return single ? new int[] {batch, all, heads} : new int[] {batch, all, heads, channels};
        }

        private Axes ofHeads(int count) {
            return new Axes(rows, count, channels, single);
        }
    }

    /**
     * The axes in an operation of these lengths. Where either kind of head will do ({@link #eitherHeads}) these are per
     * query/key head; a gate that is not there has no channels.
     */
    public Axes axes(DeltaShape s) {
        int n = s.householders();
        return switch (this) {
            case Q -> Axes.vectors(1, s.H(), s.K());
            case K, P, B -> Axes.vectors(n, s.H(), s.K());
            case V, W -> Axes.vectors(n, s.HV(), s.V());
            case G -> s.gate() == Gate.SCALAR ? Axes.numbers(1, s.HV()) : Axes.vectors(1, s.HV(), s.gateWidth());
            case BETA -> Axes.numbers(n, s.HV());
            case R -> Axes.vectors(1, s.HV(), s.V());
            case LAMBDA -> Axes.vectors(1, s.HV(), s.levels());
        };
    }

    /** Whether there may be one row per query/key head or one per value head: second keys and erase gates. */
    public boolean eitherHeads() {
        return this == P || this == B;
    }

    /** The same per value head, which {@link #eitherHeads} allows. */
    public Axes axesPerValueHead(DeltaShape s) {
        return axes(s).ofHeads(s.HV());
    }

    /** Whichever of the axes that are allowed makes a token so wide; {@link #axes} where none does. */
    public Axes axesOfWidth(DeltaShape s, int width) {
        Axes axes = axes(s);
        if (eitherHeads() && axes.width() != width) {
            Axes perValueHead = axesPerValueHead(s);
            return perValueHead.width() == width ? perValueHead : axes;
        }
        return axes;
    }

    /** Whether there is a row per token also where a token has several micro-steps. */
    public boolean perToken() {
        return this == Q || this == G || this == R || this == LAMBDA;
    }

    /** The tensor's name in operation files: q, k, v, g, beta, p, b, w, r or lambda. */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }
}
