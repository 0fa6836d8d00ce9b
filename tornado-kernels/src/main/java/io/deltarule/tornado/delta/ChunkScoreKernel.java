package io.deltarule.tornado.delta;

import io.deltarule.tornado.graph.LevelLookup;
import io.deltarule.tornado.graph.RunTable;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** What the rows of a chunk have in common, without a gate or with one number per head. */
final class ChunkScoreKernel {
    /** Work-items per work-group, 16 × 16; each owns a (C/16)² grid of scores in registers. */
    static final int LANES = 256;

    private static final int TILE = 32;
    /** One more than the tile, so that rows of a tile start in different banks. */
    private static final int STRIDE = TILE + 1;

    private ChunkScoreKernel() {}

    /**
     * Scores of one chunk and value head, where a scalar decay leaves the sum over channels as a factor.
     *
     * <pre>
     *   L_ij = (e_i · k_j) exp(Σ_{j &lt; m ≤ i} g_m)  (i &gt; j)      M_ij = (q_i · k_j) exp(Σ_{j &lt; m ≤ i} g_m)  (i ≥ j)
     * </pre>
     *
     * <p>q [tokens, H, K], k [micro-steps, H, K], g [tokens, HV] or unread, erase = k or [micro-steps, H or HV, K],
     * eraseGain [micro-steps, H or HV, 1 or K]; lower = L, scores = M [chunks, HV, C, C] (written; above the diagonal without
     * meaning, readers mask it). Rows past the chunk's end and queries of micro-steps that no read-out follows are zero.
     * With {@link KernelFlags#NOTHING_ERASED} there is no L, and lower, erase and eraseGain are not touched. For the selective
     * read q is [tokens, HV, K], and k may be [chunks, HV, C, K] (bits of {@link KernelFlags}). The backward asks for L too
     * where k is [chunks, HV, C, K]: then so is erase, and there is no gain.
     *
     * <p>With {@link KernelFlags#LEVELS} k and erase are those of a chunk's log-linear states [all states, HV, C, K], and both products
     * are summed over its states: L over all, M with λ [tokens, HV, L] over those that were there before the chunk. λ is unread without.
     *
     * <p>Parallel over: chunk × value head; 256 lanes over the C × C scores. Accumulates: float. Requires: C a multiple
     * of 16, G ∈ {0, 1}, work-groups of {@link #LANES}. Source: docs/math/wy-representation.md. Oracle: core.reference.
     */
    static void chunkScores(
            KernelContext context,
            IntArray table,
            FloatArray q,
            FloatArray k,
            FloatArray g,
            FloatArray erase,
            FloatArray eraseGain,
            FloatArray lambda,
            FloatArray lower,
            FloatArray scores,
            int K,
            int C,
            int G,
            int n,
            int H,
            int HV,
            int flags,
            int signature) {
        float[] keys = context.allocateFloatLocalArray(C * STRIDE);
        float[] eraseKeys = context.allocateFloatLocalArray(C * STRIDE);
        float[] queries = context.allocateFloatLocalArray(C * STRIDE);
        float[] gates = context.allocateFloatLocalArray(C);
        int R = C / 16;
        float[] lowers = new float[R * R];
        float[] M = new float[R * R];
        float[] key = new float[R];

        int lane = context.localIdx;
        int x = lane % 16;
        int y = lane / 16;
        int chunk = context.groupIdx / HV;
        int head = context.groupIdx % HV;
        int keyHead = head / (HV / H);
        int keyRows = context.groupIdx * C;
        int entry = table.get(RunTable.CHUNKS) + 2 * chunk;
        int first = table.get(entry);
        int length = table.get(entry + 1);
        if (context.globalIdx == 0) {
            table.set(signature, table.get(RunTable.RUN));
        }

        for (int i = 0; i < R * R; i++) {
            lowers[i] = 0f;
            M[i] = 0f;
        }
        if (lane < C) {
            float gate = 0f;
            if (G == 1 && lane < length && (first + lane) % n == 0) {
                gate = g.get((first + lane) / n * HV + head);
            }
            gates[lane] = gate;
        }
        int L = 1;
        int position = 0;
        int live = 0;
        if ((flags & KernelFlags.LEVELS) != 0) {
            int levels = table.get(RunTable.CHUNK_LEVELS) + 3 * chunk;
            L = table.get(RunTable.LEVELS);
            position = table.get(levels);
            live = table.get(levels + 1);
        }
        for (int level = 0; level < L; level = LevelLookup.above(position, level)) {
            if (level > 0) {
                keyRows = (live * HV + head) * C;
                live++;
            }
            for (int from = 0; from < K; from += TILE) {
                for (int at = lane; at < C * TILE; at += LANES) {
                    int row = at / TILE;
                    int d = from + at % TILE;
                    float kd = 0f;
                    float ed = 0f;
                    float qd = 0f;
                    if (row < length && d < K) {
                        int m = first + row;
                        int keyRow = (flags & KernelFlags.PSEUDO_VALUE_KEYS) != 0 ? keyRows + row : m * H + keyHead;
                        kd = k.get(keyRow * K + d);
                        if ((flags & KernelFlags.NOTHING_ERASED) == 0) {
                            int eraseRow = (flags & KernelFlags.ERASE_ROW_PER_VALUE_HEAD) != 0
                                    ? m * HV + head
                                    : m * H + keyHead;
                            int gainRow = (flags & KernelFlags.ERASE_GAIN_PER_KEY_HEAD) != 0
                                    ? m * H + keyHead
                                    : m * HV + head;
                            int gainAt = (flags & KernelFlags.ERASE_GAIN_PER_CHANNEL) != 0 ? gainRow * K + d : gainRow;
                            if ((flags & KernelFlags.PSEUDO_VALUE_KEYS) != 0) {
                                ed = erase.get(keyRow * K + d);
                            } else {
                                ed = erase.get(eraseRow * K + d) * eraseGain.get(gainAt);
                            }
                        }
                        if (m % n == n - 1) {
                            int token = m / n;
                            int queryRow = (flags & KernelFlags.QUERY_ROW_PER_VALUE_HEAD) != 0
                                    ? token * HV + head
                                    : token * H + keyHead;
                            if ((flags & KernelFlags.LEVELS) != 0) {
                                if (level > 0) {
                                    qd = q.get(queryRow * K + d) * lambda.get((token * HV + head) * L + level);
                                }
                            } else {
                                qd = q.get(queryRow * K + d);
                            }
                        }
                    }
                    keys[row * STRIDE + at % TILE] = kd;
                    eraseKeys[row * STRIDE + at % TILE] = ed;
                    queries[row * STRIDE + at % TILE] = qd;
                }
                context.localBarrier();
                for (int d = 0; d < TILE; d++) {
                    for (int j = 0; j < R; j++) {
                        key[j] = keys[(x + 16 * j) * STRIDE + d];
                    }
                    for (int i = 0; i < R; i++) {
                        float ed = eraseKeys[(y + 16 * i) * STRIDE + d];
                        float qd = queries[(y + 16 * i) * STRIDE + d];
                        for (int j = 0; j < R; j++) {
                            if ((flags & KernelFlags.NOTHING_ERASED) == 0) {
                                lowers[i * R + j] += ed * key[j];
                            }
                            M[i * R + j] += qd * key[j];
                        }
                    }
                }
                context.localBarrier();
            }
        }
        int base = context.groupIdx * C * C;
        for (int i = 0; i < R; i++) {
            for (int j = 0; j < R; j++) {
                int row = y + 16 * i;
                int column = x + 16 * j;
                float fade = 1f;
                if (G == 1) {
                    float sum = 0f;
                    for (int m = column + 1; m <= row; m++) {
                        sum += gates[m];
                    }
                    fade = TornadoMath.exp(sum);
                }
                if ((flags & KernelFlags.NOTHING_ERASED) == 0) {
                    lower.set(base + row * C + column, lowers[i * R + j] * fade);
                }
                scores.set(base + row * C + column, M[i * R + j] * fade);
            }
        }
    }
}
