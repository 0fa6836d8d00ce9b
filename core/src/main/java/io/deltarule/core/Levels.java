package io.deltarule.core;

/**
 * The levels of log-linear states: a token's past in blocks whose lengths double, each with a state of its own.
 *
 * <p>With positions counted from 0, token t sees token s ≤ t at
 *
 * <pre>
 *   level(t, s) = bitLength(t xor s)          0 for the token itself
 * </pre>
 *
 * so that level ℓ ≥ 1 holds 2^(ℓ−1) tokens and is there when bit ℓ − 1 of t is set. All states pass through the operation's
 * own step, the write goes to level 0, and the read-out weighs them:
 *
 * <pre>
 *   before token t &gt; 0, with m = 1 + ctz(t):   S^(m) ← Σ_{ℓ≤m} S^(ℓ),   S^(ℓ) ← 0 for ℓ &lt; m
 *   S'^(ℓ) = diag(exp g_t) S^(ℓ)        p^(ℓ) = [ℓ = 0] u_t − S'^(ℓ)ᵀ e_t        S^(ℓ) = S'^(ℓ) + k_t p^(ℓ)ᵀ
 *   o_t = scale · Σ_ℓ λ_t^(ℓ) S^(ℓ)ᵀ q_t
 * </pre>
 *
 * The sum of all levels is the state of the operation without levels, and λ = 1 gives its read-out. With several micro-steps per
 * token the merge comes before the first. Source: Guo et al. 2025, arXiv:2506.04761, section 3.
 */
public final class Levels {
    /** Most levels: positions up to 2^30 − 1. */
    public static final int MOST = 31;

    private Levels() {}

    /** The level at which token t sees token s. */
    public static int of(int t, int s) {
        return Integer.SIZE - Integer.numberOfLeadingZeros(t ^ s);
    }

    /** Levels that so many tokens need, 1 for none. */
    public static int needed(int tokens) {
        return 1 + (tokens <= 1 ? 0 : Integer.SIZE - Integer.numberOfLeadingZeros(tokens - 1));
    }

    /** How many tokens L levels are enough for, 2^(L−1). */
    public static int tokens(int levels) {
        return 1 << (levels - 1);
    }

    /** The level that all lower ones are merged into before token t. */
    public static int mergedInto(int t) {
        return 1 + Integer.numberOfTrailingZeros(t);
    }

    /** Whether a level holds anything when token t has been written. */
    public static boolean live(int t, int level) {
        return level == 0 || (t >> (level - 1) & 1) == 1;
    }

    /**
     * Checks that levels are enough.
     *
     * @param levels L
     * @param tokens that a sequence has in all
     * @throws InvalidInputException naming the limit
     */
    public static void require(int levels, long tokens) {
        if (levels > 0 && tokens > tokens(levels)) {
            throw new InvalidInputException("lambda: " + levels + " levels are enough for 2^" + (levels - 1) + " = "
                    + tokens(levels) + " tokens of a sequence but found " + tokens + "; give lambda "
                    + (tokens > tokens(MOST) ? "up to " + MOST : needed((int) tokens)) + " levels");
        }
    }
}
