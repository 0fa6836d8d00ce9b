package io.deltarule.core.cpu.delta;

import io.deltarule.core.cpu.math.Matrix;

/**
 * What the decays of one chunk do to its sums, forward and backward; one class per gate width.
 *
 * <p>A decay per head is a number and leaves the sums over channels: products are taken of the rows as they came, and the
 * number goes to their results. A decay per channel stays inside, and rows are decayed before they are multiplied. So every
 * decayed row is given as a row and a number that is still to be multiplied by; one of the two does the work.
 *
 * <p>exp(G_i − G_j) is the running product of exp(g), never made of sums: every factor is at most 1 for g ≤ 0, so nothing
 * overflows however strong the decay, g = −∞ is exact forgetting, and no difference of large sums loses digits.
 *
 * <p>x are the rows of all blocks and f their factors ({@link ChunkSpan}, {@link ChunkRows}); i is the micro-step that a row
 * belongs to: the last of its token for a read, its own for the erasure.
 */
abstract class ChunkDecay {
    final int K;

    /** The chunk at hand, its rows and keys. */
    ChunkSpan span;

    Matrix x;
    float[] factors;
    Matrix keys;
    int firstKey;

    final ChunkProducts chunkProducts;

    ChunkDecay(int K, ChunkProducts chunkProducts) {
        this.K = K;
        this.chunkProducts = chunkProducts;
    }

    /** Takes in the decays of one value head. */
    final void prepare(Operands in, int head, ChunkSpan chunk, ChunkRows rows) {
        span = chunk;
        x = rows.x;
        factors = rows.factors;
        keys = rows.keys;
        firstKey = rows.firstKey(chunk);
        prepare(in, head);
    }

    abstract void prepare(Operands in, int head);

    /**
     * The scores of [q; e]: M in the rows of q, L in those of e.
     *
     * <pre>  N_rj = f_r Σ_d x_rd k_jd exp(G_id − G_jd)        j ≤ i for reads, 0 after; j &lt; i for the erasure </pre>
     *
     * Makes {@link #startRows} too.
     *
     * @param changed whether q, e or k have changed since these were last called for
     * @param scores N, written in the rows of [q; e]
     */
    abstract void scores(boolean changed, Matrix scores);

    /** The scores of the first blocks of reads, likewise. */
    abstract void readScores(int blocks, Matrix scores);

    /** Rows x ⊙ exp(G_i), of the blocks whose scores were taken last, still to be multiplied by {@link #startFactor}. */
    abstract Matrix startRows();

    /** What a row of {@link #startRows}, or its product, is still to be multiplied by. */
    abstract float startFactor(int row);

    /** Rows k ⊙ exp(G_C − G), from {@link #firstEndKey} on, still to be multiplied by {@link #endFactor}; after any scores. */
    abstract Matrix endKeys();

    abstract int firstEndKey();

    /** What key i of {@link #endKeys}, or its product, is still to be multiplied by. */
    abstract float endFactor(int i);

    /** S ← exp(G_C) ⊙ S, as far as it is not one number, which is returned and still to be multiplied by. */
    abstract float pass(Matrix state);

    /**
     * From S0 b to S b at each row's micro-step, for the reads' first blocks; the state is that before the write of the
     * micro-step, or after it.
     *
     * <pre>  z_r = exp(G_i) ⊙ z0_r + Σ_j T_rj k_j ⊙ exp(G_i − G_j)        j &lt; i, or j ≤ i </pre>
     *
     * @param blocks how many
     * @param overlaps T = b Pᵀ; left as {@link #accumulateAfter} wants it
     * @param z0 S0 b; may be z itself
     * @param after whether the own write counts
     */
    abstract void meetReads(int blocks, Matrix overlaps, Matrix z0, Matrix z, boolean after);

    /** The same for the erasure's rows, before the write. */
    abstract void meetErasures(Matrix overlaps, Matrix z0, Matrix z);

    /**
     * Backward: from D p to the gradient of each micro-step's write times p, its own read left out, over all blocks.
     *
     * <pre>  y_j ← exp(G_C − G_j) ⊙ y_j + Σ_r T_rj f_r x_r ⊙ exp(G_i − G_j)        i &gt; j </pre>
     *
     * Where there is a gate, also its gradients, {@link #gateGradients}: of all products of a write before micro-step t, or
     * of S0, with a read or an erasure at t or after, or with D, the sum
     *
     * <pre>
     *   dg_t = exp(G_C) ⊙ Σ_v D ⊙ S0 + Σ_{i≥t} f_r x_r ⊙ exp(G_i) ⊙ z0_r + Σ_{j&lt;t} k_j ⊙ exp(G_C − G_j) ⊙ (D p_j)
     *          + Σ_{j&lt;t≤i} T_rj f_r x_r ⊙ k_j ⊙ exp(G_i − G_j)
     * </pre>
     *
     * in which every term has exp(g_t) as a factor: nothing cancels, however strong the decay.
     *
     * @param overlaps T as {@link #meetReads} (before) and {@link #meetErasures} left it; overwritten
     * @param z0 S0 b
     * @param crossing Σ_v D ⊙ S0 by channel, a row
     */
    abstract void accumulateAfter(Matrix overlaps, Matrix z0, Matrix crossing, Matrix y);

    /** dg of each micro-step, by channel or one number; null without a gate. */
    abstract Matrix gateGradients();
}
