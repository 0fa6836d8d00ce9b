package io.deltarule.core;

/**
 * The lengths of all axes of one operation.
 *
 * @param B batch
 * @param T tokens per batch row
 * @param H query/key heads
 * @param HV value heads, a multiple of H; value head j reads query/key head ⌊j / (HV/H)⌋
 * @param K key channels per head
 * @param V value channels per head
 * @param householders micro-steps per token (n), 1 but for DeltaProduct and RWKV-7
 * @param sequences independent sequences (N): B, or the number of packed ones
 * @param gate the log-decay's width
 * @param crossRead whether the state's rows are also read selectively, with queries r
 * @param levels L, the states of a log-linear operation, each weighed by λ ({@link Levels}); 0 for the one state of any other
 */
public record DeltaShape(
        int B,
        int T,
        int H,
        int HV,
        int K,
        int V,
        int householders,
        int sequences,
        Gate gate,
        boolean crossRead,
        int levels) {
    /** Lengths of an operation with one state. */
    public DeltaShape(
            int B, int T, int H, int HV, int K, int V, int householders, int sequences, Gate gate, boolean crossRead) {
        this(B, T, H, HV, K, V, householders, sequences, gate, crossRead, 0);
    }

    /** Lengths of an operation that only reads linearly. */
    public DeltaShape(int B, int T, int H, int HV, int K, int V, int householders, int sequences, Gate gate) {
        this(B, T, H, HV, K, V, householders, sequences, gate, false);
    }

    /**
     * Checks that every length is usable.
     *
     * @throws InvalidInputException naming the first that is not
     */
    public DeltaShape {
        atLeast("B", B, 0);
        atLeast("T", T, 0);
        atLeast("H", H, 1);
        atLeast("HV", HV, 1);
        atLeast("K", K, 1);
        atLeast("V", V, 1);
        atLeast("householders", householders, 1);
        atLeast("sequences", sequences, 0);
        if (levels < 0 || levels > Levels.MOST) {
            throw new InvalidInputException("levels: expected 0 to " + Levels.MOST + " but found " + levels
                    + "; lambda's last axis gives them");
        }
        if (levels > 0 && crossRead) {
            throw new InvalidInputException("lambda: expected no read queries r beside it but found both; log-linear"
                    + " states are read linearly");
        }
        if (HV % H != 0) {
            throw new InvalidInputException("heads: expected HV to be a multiple of H but found H=" + H + ", HV=" + HV
                    + "; q and k give H, v gives HV");
        }
        long tokens = (long) B * T * householders;
        if (tokens > Integer.MAX_VALUE) {
            throw new InvalidInputException("tokens: expected B·T·householders below 2^31 but found " + tokens);
        }
        long states = (long) sequences * HV * Math.max(1, levels);
        if (states >= Integer.MAX_VALUE) {
            throw new InvalidInputException(
                    "sequences: expected sequences·HV·levels below 2^31 - 1 but found " + states);
        }
    }

    /** The same lengths with a selective read. */
    public DeltaShape withCrossRead() {
        return new DeltaShape(B, T, H, HV, K, V, householders, sequences, gate, true, levels);
    }

    /** The same lengths with so many log-linear states, 0 for one state. */
    public DeltaShape withLevels(int L) {
        return new DeltaShape(B, T, H, HV, K, V, householders, sequences, gate, crossRead, L);
    }

    /** The same lengths with other value channels. */
    public DeltaShape withValueChannels(int width) {
        return new DeltaShape(B, T, H, HV, K, width, householders, sequences, gate, crossRead, levels);
    }

    /** Whether there are log-linear states. */
    public boolean logLinear() {
        return levels > 0;
    }

    private static void atLeast(String axis, int found, int least) {
        if (found < least) {
            throw new InvalidInputException(axis + ": expected at least " + least + " but found " + found);
        }
    }

    /** Tokens of all sequences together, B·T. */
    public int tokens() {
        return B * T;
    }

    /** Micro-steps of all sequences together, B·T·n. */
    public int microTokens() {
        return B * T * householders;
    }

    /** The gate width G: 0, 1 or K. */
    public int gateWidth() {
        return gate.width(K);
    }

    /** The axes of a read-out, [B, T, HV, V]. */
    public int[] readOut() {
        return new int[] {B, T, HV, V};
    }

    /** The axes of the states. */
    public StateShape state() {
        return new StateShape(sequences, HV, levels, K, V);
    }
}
