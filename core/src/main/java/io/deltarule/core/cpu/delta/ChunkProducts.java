package io.deltarule.core.cpu.delta;

import io.deltarule.core.cpu.math.Matrix;
import io.deltarule.core.cpu.math.OpenBlas;
import io.deltarule.core.measure.CpuBaseline;
import java.lang.foreign.MemorySegment;

/**
 * The products of one chunk that OpenBLAS takes, in the shapes in which both chunk workers and {@link CpuBaseline} use
 * them; {@link LowerTriangle} has the others. Scores above the diagonal are left out in panels of {@value #PANEL}; narrower
 * ones cost more in calls than they save in arithmetic.
 */
public final class ChunkProducts {
    private static final int PANEL = 32;

    private ChunkProducts() {}

    /**
     * The lower triangles of q kᵀ and e kᵀ.
     *
     * @param reads [q; e], one row per query and then one per micro-step
     * @param span how many rows q, and how many e and k have
     * @param K how many columns all three have
     * @param k whose rows are the keys, of the same stride as reads
     * @param firstKey the first of these rows
     * @param scores [queries + rows, rows]; what lies above the diagonal by a panel or more is not written
     */
    public static void scores(Matrix reads, ChunkSpan span, int K, Matrix k, int firstKey, Matrix scores) {
        int queries = span.queries;
        int rows = span.rows;
        for (int from = 0; from < rows; from += PANEL) {
            int columns = Math.min(PANEL, rows - from);
            MemorySegment panel = k.from(firstKey + from);
            if (from == 0) {
                multiplyTransposed(reads, 0, queries + rows, panel, columns, K, scores, from);
            } else {
                int before = span.queriesBefore(from);
                if (queries > before) {
                    multiplyTransposed(reads, before, queries - before, panel, columns, K, scores, from);
                }
                multiplyTransposed(reads, queries + from, rows - from, panel, columns, K, scores, from);
            }
        }
    }

    /**
     * The lower triangle of q kᵀ.
     *
     * @param q one row per query, of the same stride as k
     * @param depth how many columns q and k have
     * @param scores [queries, rows]; what lies above the diagonal by a panel or more is not written
     */
    static void queryScores(Matrix q, ChunkSpan span, int depth, Matrix k, int firstKey, Matrix scores) {
        for (int from = 0; from < span.rows; from += PANEL) {
            int before = span.queriesBefore(from);
            if (span.queries > before) {
                int columns = Math.min(PANEL, span.rows - from);
                multiplyTransposed(
                        q, before, span.queries - before, k.from(firstKey + from), columns, depth, scores, from);
            }
        }
    }

    /** to[first …, column …] ← a[first …] bᵀ, with count rows of a and columns rows of b, of the same stride. */
    static void multiplyTransposed(
            Matrix a, int first, int count, MemorySegment b, int columns, int K, Matrix to, int column) {
        OpenBlas.multiplyRightTransposed(
                count, columns, K, 1, a.from(first), a.stride(), b, a.stride(), 0, to.from(first, column), to.stride());
    }

    /** Y ← Y + T k in count rows of both from one on, with T [count, columns], k [columns, K]. */
    static void addProduct(Matrix t, int first, int count, int columns, Matrix k, int K, Matrix y) {
        OpenBlas.multiply(
                count, K, columns, 1, t.from(first), t.stride(), k.segment(), k.stride(), 1, y.from(first), y.stride());
    }

    /** Y ← X S with X [rows, K], S [K, V]. */
    public static void readState(Matrix reads, int rows, int K, Matrix state, int V, Matrix stateReads) {
        int width = OpenBlas.columnsPerProduct(rows, K, V);
        for (int from = 0; from < V; from += width) {
            OpenBlas.multiply(
                    rows,
                    Math.min(width, V - from),
                    K,
                    1,
                    reads.segment(),
                    reads.stride(),
                    state.from(0, from),
                    state.stride(),
                    0,
                    stateReads.from(0, from),
                    stateReads.stride());
        }
    }

    /** S ← decay · S + kᵀ P with k [rows, K], P [rows, V]. */
    public static void write(
            Matrix k, int firstKey, int rows, int K, Matrix pseudoValues, int V, float decay, Matrix state) {
        int width = OpenBlas.columnsPerProduct(K, rows, V);
        for (int from = 0; from < V; from += width) {
            OpenBlas.multiplyLeftTransposed(
                    K,
                    Math.min(width, V - from),
                    rows,
                    1,
                    k.from(firstKey),
                    k.stride(),
                    pseudoValues.from(0, from),
                    pseudoValues.stride(),
                    decay,
                    state.from(0, from),
                    state.stride());
        }
    }

    /** Multiplications and additions in the part that is computed of a lower triangle [C, C] of products of a length. */
    public static double triangleFlops(int C, int length) {
        double computed = 0;
        for (int from = 0; from < C; from += PANEL) {
            computed += (double) (C - from) * Math.min(PANEL, C - from);
        }
        return 2 * computed * length;
    }
}
