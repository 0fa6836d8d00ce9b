package io.deltarule.tornado.delta;

import io.deltarule.tornado.graph.RunTable;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * What the rows of a chunk have in common when every key channel decays on its own.
 *
 * <pre>  L_ij = Σ_d e_id k_jd exp(Σ_{j &lt; m ≤ i} g_md)  (i &gt; j)    M_ij = Σ_d q_id k_jd exp(Σ_{j &lt; m ≤ i} g_md)  (i ≥ j) </pre>
 *
 * The decay does not leave the sum, so the scores are made of 16 × 16 blocks: those on the diagonal exactly, pair by
 * pair; those below it factored at the first row of their own block, both factors at most 1.
 */
final class ChannelScoreKernels {
    /** Work-items per work-group: 16 × 16. */
    static final int LANES = 256;

    private static final int BLOCK = 16;
    private static final int WIDE = 64;
    private static final int WIDE_STRIDE = WIDE + 1;
    private static final int TILE = 32;
    private static final int STRIDE = TILE + 1;

    private ChannelScoreKernels() {}

    /**
     * The 16 × 16 scores of a block of rows among themselves, one exponential per pair and channel.
     *
     * <p>q [tokens, H, K], k [micro-steps, H, K], g [tokens, HV, K], erase = k or [micro-steps, H or HV, K], eraseGain
     * [micro-steps, H or HV, 1 or K]; lower = L, scores = M [chunks, HV, C, C] (diagonal blocks written). Rows past the
     * chunk's end and queries of micro-steps that no read-out follows are zero. With {@link KernelFlags#NOTHING_ERASED} lower,
     * erase and eraseGain are not touched; with {@link KernelFlags#QUERY_ROW_PER_VALUE_HEAD} q is [tokens, HV, K].
     *
     * <p>Parallel over: chunk × value head × block; a lane owns a column of the block and every 16th channel, and walks
     * down the rows with a running decay; the sum over channels ends in local memory. Accumulates: float. Requires: C a
     * multiple of 16, work-groups of {@link #LANES}. Source: docs/math/wy-representation.md. Oracle: core.reference.
     */
    static void diagonalScores(
            KernelContext context,
            IntArray table,
            FloatArray q,
            FloatArray k,
            FloatArray g,
            FloatArray erase,
            FloatArray eraseGain,
            FloatArray lower,
            FloatArray scores,
            int K,
            int C,
            int n,
            int H,
            int HV,
            int flags,
            int signature) {
        float[] keys = context.allocateFloatLocalArray(BLOCK * WIDE_STRIDE);
        float[] eraseKeys = context.allocateFloatLocalArray(BLOCK * WIDE_STRIDE);
        float[] queries = context.allocateFloatLocalArray(BLOCK * WIDE_STRIDE);
        float[] gates = context.allocateFloatLocalArray(BLOCK * WIDE_STRIDE);
        float[] parts = context.allocateFloatLocalArray(LANES * BLOCK);
        float[] L = new float[BLOCK];
        float[] M = new float[BLOCK];

        int lane = context.localIdx;
        int column = lane % BLOCK;
        int part = lane / BLOCK;
        int blocks = C / BLOCK;
        int block = context.groupIdx % blocks;
        int head = context.groupIdx / blocks % HV;
        int chunk = context.groupIdx / blocks / HV;
        int keyHead = head / (HV / H);
        int entry = table.get(RunTable.CHUNKS) + 2 * chunk;
        int first = table.get(entry);
        int length = table.get(entry + 1);
        if (context.globalIdx == 0) {
            table.set(signature, table.get(RunTable.RUN));
        }

        for (int i = 0; i < BLOCK; i++) {
            L[i] = 0f;
            M[i] = 0f;
        }
        for (int from = 0; from < K; from += WIDE) {
            for (int at = lane; at < BLOCK * WIDE; at += LANES) {
                int row = block * BLOCK + at / WIDE;
                int d = from + at % WIDE;
                float kd = 0f;
                float ed = 0f;
                float qd = 0f;
                float gd = 0f;
                if (row < length && d < K) {
                    int m = first + row;
                    kd = k.get((m * H + keyHead) * K + d);
                    if ((flags & KernelFlags.NOTHING_ERASED) == 0) {
                        int eraseRow =
                                (flags & KernelFlags.ERASE_ROW_PER_VALUE_HEAD) != 0 ? m * HV + head : m * H + keyHead;
                        int gainRow =
                                (flags & KernelFlags.ERASE_GAIN_PER_KEY_HEAD) != 0 ? m * H + keyHead : m * HV + head;
                        int gainAt = (flags & KernelFlags.ERASE_GAIN_PER_CHANNEL) != 0 ? gainRow * K + d : gainRow;
                        ed = erase.get(eraseRow * K + d) * eraseGain.get(gainAt);
                    }
                    if (m % n == n - 1) {
                        int token = m / n;
                        int queryRow = (flags & KernelFlags.QUERY_ROW_PER_VALUE_HEAD) != 0
                                ? token * HV + head
                                : token * H + keyHead;
                        qd = q.get(queryRow * K + d);
                    }
                    if (m % n == 0) {
                        gd = g.get((m / n * HV + head) * K + d);
                    }
                }
                int to = at / WIDE * WIDE_STRIDE + at % WIDE;
                keys[to] = kd;
                eraseKeys[to] = ed;
                queries[to] = qd;
                gates[to] = gd;
            }
            context.localBarrier();
            for (int c = 0; c < WIDE / BLOCK; c++) {
                int d = part + BLOCK * c;
                float key = keys[column * WIDE_STRIDE + d];
                float sum = 0f;
                for (int i = 0; i < BLOCK; i++) {
                    float below = i > column ? 1f : 0f;
                    float onOrBelow = i >= column ? 1f : 0f;
                    sum += below * gates[i * WIDE_STRIDE + d];
                    float faded = key * TornadoMath.exp(sum);
                    if ((flags & KernelFlags.NOTHING_ERASED) == 0) {
                        L[i] += below * faded * eraseKeys[i * WIDE_STRIDE + d];
                    }
                    M[i] += onOrBelow * faded * queries[i * WIDE_STRIDE + d];
                }
            }
            context.localBarrier();
        }

        int row = lane / BLOCK;
        int to = ((chunk * HV + head) * C + block * BLOCK + row) * C + block * BLOCK + column;
        float sum = 0f;
        if ((flags & KernelFlags.NOTHING_ERASED) == 0) {
            for (int i = 0; i < BLOCK; i++) {
                parts[(part * BLOCK + i) * BLOCK + column] = L[i];
            }
            context.localBarrier();
            for (int p = 0; p < BLOCK; p++) {
                sum += parts[(p * BLOCK + row) * BLOCK + column];
            }
            lower.set(to, sum);
            context.localBarrier();
        }
        for (int i = 0; i < BLOCK; i++) {
            parts[(part * BLOCK + i) * BLOCK + column] = M[i];
        }
        context.localBarrier();
        sum = 0f;
        for (int p = 0; p < BLOCK; p++) {
            sum += parts[(p * BLOCK + row) * BLOCK + column];
        }
        scores.set(to, sum);
    }

    /**
     * The 16 × 16 scores of a block of rows I against an earlier block J of the same chunk, factored around row r = 16 I.
     *
     * <pre>
     *   L_ij = Σ_d [e_id exp(Σ_{r ≤ m ≤ i} g_md)] [k_jd exp(Σ_{j &lt; m &lt; r} g_md)]      M likewise with q for e
     * </pre>
     *
     * <p>Shapes as in {@link #diagonalScores}; lower and scores: blocks below the diagonal written.
     *
     * <p>Parallel over: chunk × value head × pairs of blocks; one score of each kind per lane. Accumulates: float.
     * Requires: C a multiple of 16 above 16, work-groups of {@link #LANES}. Source: docs/math/wy-representation.md. Oracle:
     * core.reference.
     */
    static void offDiagonalScores(
            KernelContext context,
            IntArray table,
            FloatArray q,
            FloatArray k,
            FloatArray g,
            FloatArray erase,
            FloatArray eraseGain,
            FloatArray lower,
            FloatArray scores,
            int K,
            int C,
            int n,
            int H,
            int HV,
            int flags,
            int signature) {
        float[] keys = context.allocateFloatLocalArray(BLOCK * STRIDE);
        float[] eraseKeys = context.allocateFloatLocalArray(BLOCK * STRIDE);
        float[] queries = context.allocateFloatLocalArray(BLOCK * STRIDE);
        float[] gates = context.allocateFloatLocalArray(C * STRIDE);

        int lane = context.localIdx;
        int column = lane % BLOCK;
        int row = lane / BLOCK;
        int blocks = C / BLOCK;
        int pairs = blocks * (blocks - 1) / 2;
        int pair = context.groupIdx % pairs;
        int head = context.groupIdx / pairs % HV;
        int chunk = context.groupIdx / pairs / HV;
        int keyHead = head / (HV / H);
        // Pairs in the order (1, 0), (2, 0), (2, 1), (3, 0), …
        int blockRow = 1;
        while (blockRow * (blockRow + 1) / 2 <= pair) {
            blockRow++;
        }
        int from0 = BLOCK * blockRow;
        int from1 = BLOCK * (pair - blockRow * (blockRow - 1) / 2);
        int entry = table.get(RunTable.CHUNKS) + 2 * chunk;
        int first = table.get(entry);
        int length = table.get(entry + 1);
        if (context.globalIdx == 0) {
            table.set(signature, table.get(RunTable.RUN));
        }

        float L = 0f;
        float M = 0f;
        for (int from = 0; from < K; from += TILE) {
            for (int at = lane; at < C * TILE; at += LANES) {
                int m = first + at / TILE;
                int d = from + at % TILE;
                float gd = 0f;
                if (at / TILE < length && d < K && m % n == 0) {
                    gd = g.get((m / n * HV + head) * K + d);
                }
                gates[at / TILE * STRIDE + at % TILE] = gd;
            }
            context.localBarrier();
            for (int at = lane; at < BLOCK * TILE; at += LANES) {
                int r = at / TILE;
                int d = from + at % TILE;
                float ed = 0f;
                float qd = 0f;
                float kd = 0f;
                if (from0 + r < length && d < K) {
                    int m = first + from0 + r;
                    if ((flags & KernelFlags.NOTHING_ERASED) == 0) {
                        int eraseRow =
                                (flags & KernelFlags.ERASE_ROW_PER_VALUE_HEAD) != 0 ? m * HV + head : m * H + keyHead;
                        int gainRow =
                                (flags & KernelFlags.ERASE_GAIN_PER_KEY_HEAD) != 0 ? m * H + keyHead : m * HV + head;
                        int gainAt = (flags & KernelFlags.ERASE_GAIN_PER_CHANNEL) != 0 ? gainRow * K + d : gainRow;
                        ed = erase.get(eraseRow * K + d) * eraseGain.get(gainAt);
                    }
                    if (m % n == n - 1) {
                        int token = m / n;
                        int queryRow = (flags & KernelFlags.QUERY_ROW_PER_VALUE_HEAD) != 0
                                ? token * HV + head
                                : token * H + keyHead;
                        qd = q.get(queryRow * K + d);
                    }
                }
                if (from1 + r < length && d < K) {
                    kd = k.get(((first + from1 + r) * H + keyHead) * K + d);
                }
                float since = 0f;
                for (int m = from0; m <= from0 + r; m++) {
                    since += gates[m * STRIDE + at % TILE];
                }
                float until = 0f;
                for (int m = from1 + r + 1; m < from0; m++) {
                    until += gates[m * STRIDE + at % TILE];
                }
                float into = TornadoMath.exp(since);
                eraseKeys[r * STRIDE + at % TILE] = ed * into;
                queries[r * STRIDE + at % TILE] = qd * into;
                keys[r * STRIDE + at % TILE] = kd * TornadoMath.exp(until);
            }
            context.localBarrier();
            for (int d = 0; d < TILE; d++) {
                float key = keys[column * STRIDE + d];
                if ((flags & KernelFlags.NOTHING_ERASED) == 0) {
                    L += eraseKeys[row * STRIDE + d] * key;
                }
                M += queries[row * STRIDE + d] * key;
            }
            context.localBarrier();
        }
        int to = ((chunk * HV + head) * C + from0 + row) * C + from1 + column;
        if ((flags & KernelFlags.NOTHING_ERASED) == 0) {
            lower.set(to, L);
        }
        scores.set(to, M);
    }
}
