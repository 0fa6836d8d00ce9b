package io.deltarule.core.cpu.delta;

import io.deltarule.core.cpu.math.Matrix;

/**
 * What the decays of one chunk do to the sums of the backward pass, one class per gate width.
 *
 * <p>Rows of pairs (a, b) are stacked: block m of a matrix is its rows [m · rows, (m + 1) · rows), one per micro-step.
 * exp(G_i − G_j) is a running product of exp(g), so that no exponent is positive for g ≤ 0 and g = −∞ is exact.
 */
abstract class ChunkDecay {
    final int K;

    /** Micro-steps of the chunk at hand, and its keys [C, K]. */
    int rows;

    Matrix keys;

    ChunkDecay(int K) {
        this.K = K;
    }

    /** Takes in one value head's chunk of micro-steps [row, row + rows). */
    final void prepare(Operands in, int head, long row, int rows, Matrix keys) {
        this.rows = rows;
        this.keys = keys;
        prepare(in, head, row);
    }

    abstract void prepare(Operands in, int head, long row);

    /** N_ij = Σ_d a_id k_jd exp(G_id − G_jd) for j ≤ i, 0 after, in the blocks [first, end). */
    abstract void scores(Matrix a, int first, int end, Matrix scores);

    /**
     * From S0 b to S' b, the state before each row's write, in the blocks [first, end).
     *
     * <pre>  z_i = exp(G_i) ⊙ z0_i + Σ_{j&lt;i} T_ij k_j ⊙ exp(G_i − G_j) </pre>
     *
     * @param overlaps T = b Pᵀ; left as {@link #accumulateAfter} wants it
     * @param z0 S0 b
     */
    abstract void accumulateBefore(Matrix overlaps, int first, int end, Matrix z0, Matrix z);

    /**
     * From D p to the gradient of each row's write times p, its own read left out, over the blocks [0, end).
     *
     * <pre>  y_j ← exp(G_C − G_j) ⊙ y_j + Σ_blocks Σ_{i&gt;j} T_ij a_i ⊙ exp(G_i − G_j) </pre>
     *
     * Where there is a gate, also its gradients, {@link #gateGradients}: of all products of a write before micro-step t, or
     * of S0, with a read or an erasure at t or after, or with D, the sum
     *
     * <pre>
     *   dg_t = exp(G_C) ⊙ Σ_v D ⊙ S0 + Σ_{s≥t} a_s ⊙ exp(G_s) ⊙ z0_s + Σ_{j&lt;t} k_j ⊙ exp(G_C − G_j) ⊙ (D p_j)
     *          + Σ_{j&lt;t≤s} T_sj a_s ⊙ k_j ⊙ exp(G_s − G_j)
     * </pre>
     *
     * in which every term has exp(g_t) as a factor: nothing cancels, however strong the decay.
     *
     * @param overlaps T as {@link #accumulateBefore} left it in all blocks
     * @param z0 S0 b
     * @param crossing Σ_v D ⊙ S0 by channel, a row
     */
    abstract void accumulateAfter(Matrix overlaps, int end, Matrix a, Matrix z0, Matrix crossing, Matrix y);

    /** dg of each micro-step, by channel or one number; null without a gate. */
    abstract Matrix gateGradients();

    /** Row i of a block: to ← from ⊙ exp(G_i). */
    abstract void sinceStart(Matrix from, int row, int i, Matrix to, int toRow);

    /** Row i: to ← from ⊙ exp(G_C − G_i). */
    abstract void untilEnd(Matrix from, int i, Matrix to);

    /** S ← exp(G_C) ⊙ S, as far as it is not one number, which is returned and still to be multiplied by. */
    abstract float pass(Matrix state);

    /** Whether micro-step i of the chunk from a row on decays. */
    static boolean decays(Operands in, long row, int i) {
        return in.g != null && (row + i) % in.householders() == 0;
    }
}
