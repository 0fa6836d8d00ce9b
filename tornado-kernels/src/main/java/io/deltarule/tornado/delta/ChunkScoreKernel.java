package io.deltarule.tornado.delta;

import io.deltarule.tornado.graph.LevelLookup;
import io.deltarule.tornado.graph.RunTable;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** What the rows of a chunk have in common, without a gate or with one number per head. */
final class ChunkScoreKernel {
    /** Work-items per product, 8 × 8; each owns a (C/8)² grid of its scores in registers, on and below the diagonal. */
    private static final int LANES = 64;

    private static final int TILE = 16;

    private ChunkScoreKernel() {}

    /** Work-items per work-group: those of L come after those of M. */
    static int lanes(int flags) {
        return (flags & KernelFlags.NOTHING_ERASED) != 0 ? LANES : 2 * LANES;
    }

    /** Value heads per work-group: up to four of a key head's where the products are the same for all of them. */
    static int heads(int H, int HV, int flags) {
        int perValueHead = KernelFlags.LEVELS | KernelFlags.PSEUDO_VALUE_KEYS | KernelFlags.QUERY_ROW_PER_VALUE_HEAD;
        if ((flags & KernelFlags.NOTHING_ERASED) == 0) {
            perValueHead |= KernelFlags.ERASE_ROW_PER_VALUE_HEAD | KernelFlags.ERASE_GAIN_PER_CHANNEL;
        }
        int heads = (flags & perValueHead) != 0 ? 1 : Math.min(4, HV / H);
        while (HV / H % heads != 0) {
            heads--;
        }
        return heads;
    }

    /**
     * Scores of one chunk and value head, where a scalar decay leaves the sum over channels as a factor. Value heads that share their
     * products have them from one work-group, which gives each its decays and its gain.
     *
     * <pre>
     *   L_ij = (e_i · k_j) exp(Σ_{j &lt; m ≤ i} g_m)  (i &gt; j)      M_ij = (q_i · k_j) exp(Σ_{j &lt; m ≤ i} g_m)  (i ≥ j)
     * </pre>
     *
     * <p>q [tokens, H, K], k [micro-steps, H, K], g [tokens, HV] or unread, erase = k or [micro-steps, H or HV, K],
     * eraseGain [micro-steps, H or HV, 1 or K]; lower = L, scores = M [chunks, HV, C, C] (written on and below the
     * diagonal; readers mask the rest). Rows past the chunk's end and queries of micro-steps that no read-out follows are zero.
     * With {@link KernelFlags#NOTHING_ERASED} there is no L, and lower, erase and eraseGain are not touched. For the selective
     * read q is [tokens, HV, K], and k may be [chunks, HV, C, K] (bits of {@link KernelFlags}). The backward asks for L too
     * where k is [chunks, HV, C, K]: then so is erase, and there is no gain.
     *
     * <p>With {@link KernelFlags#LEVELS} k and erase are those of a chunk's log-linear states [all states, HV, C, K], and both products
     * are summed over its states: L over all, M with λ [tokens, HV, L] over those that were there before the chunk. λ is unread without.
     *
     * <p>Decays are products of sums of gates, each over what lies between: within blocks of 8 rows from a table, and over whole blocks.
     *
     * <p>Parallel over: chunk × {@link #heads}; lanes over the C × C scores. Accumulates: float. Requires: C a multiple
     * of 16, G ∈ {0, 1}, work-groups of {@link #lanes}. Source: docs/math/wy-representation.md. Oracle: core.reference.
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
            int heads,
            int flags,
            int signature) {
        int lanes = lanes(flags);
        int stride = C + 2;
        int R = C / 8;
        float[] keys = context.allocateFloatLocalArray(TILE * stride);
        float[] left = context.allocateFloatLocalArray(lanes / LANES * TILE * stride);
        float[] gates = context.allocateFloatLocalArray(heads * C);
        float[] gains = context.allocateFloatLocalArray(heads * C);
        float[] within = context.allocateFloatLocalArray(heads * C * 8);
        float[] sums = new float[R * R];
        float[] key = new float[R];
        int loads = C * TILE / lanes;
        float[] held = new float[3 * loads];

        int lane = context.localIdx;
        int x = lane % 8;
        int y = lane / 8 % 8;
        int product = lane / LANES;
        int chunk = context.groupIdx / (HV / heads);
        int firstHead = context.groupIdx % (HV / heads) * heads;
        int keyHead = firstHead / (HV / H);
        int keyRows = context.groupIdx * C;
        int entry = table.get(RunTable.CHUNKS) + 2 * chunk;
        int first = table.get(entry);
        int length = table.get(entry + 1);
        if (context.globalIdx == 0) {
            table.set(signature, table.get(RunTable.RUN));
        }

        for (int i = 0; i < R * R; i++) {
            sums[i] = 0f;
        }
        for (int at = lane; at < heads * C; at += lanes) {
            int m = first + at % C;
            int head = firstHead + at / C;
            float gate = 0f;
            float gain = 1f;
            if (at % C < length) {
                if (G == 1 && m % n == 0) {
                    gate = g.get(m / n * HV + head);
                }
                if ((flags
                                & (KernelFlags.NOTHING_ERASED
                                        | KernelFlags.PSEUDO_VALUE_KEYS
                                        | KernelFlags.ERASE_GAIN_PER_CHANNEL))
                        == 0) {
                    gain = eraseGain.get(
                            (flags & KernelFlags.ERASE_GAIN_PER_KEY_HEAD) != 0 ? m * H + keyHead : m * HV + head);
                }
            }
            gates[at] = gate;
            gains[at] = gain;
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
                keyRows = (live * HV + firstHead) * C;
                live++;
            }
            for (int from = 0; from < K; from += TILE) {
                int d = from + lane % TILE;
                for (int i = 0; i < loads; i++) {
                    int row = (lane + lanes * i) / TILE;
                    int m = first + row;
                    float kd = 0f;
                    float ed = 0f;
                    float qd = 0f;
                    if (row < length && d < K) {
                        int keyRow = (flags & KernelFlags.PSEUDO_VALUE_KEYS) != 0 ? keyRows + row : m * H + keyHead;
                        kd = k.get(keyRow * K + d);
                        if ((flags & KernelFlags.NOTHING_ERASED) == 0) {
                            int eraseRow = (flags & KernelFlags.ERASE_ROW_PER_VALUE_HEAD) != 0
                                    ? m * HV + firstHead
                                    : m * H + keyHead;
                            ed = erase.get(((flags & KernelFlags.PSEUDO_VALUE_KEYS) != 0 ? keyRow : eraseRow) * K + d);
                            if ((flags & KernelFlags.ERASE_GAIN_PER_CHANNEL) != 0) {
                                int gainRow = (flags & KernelFlags.ERASE_GAIN_PER_KEY_HEAD) != 0
                                        ? m * H + keyHead
                                        : m * HV + firstHead;
                                ed *= eraseGain.get(gainRow * K + d);
                            }
                        }
                        if (m % n == n - 1) {
                            int token = m / n;
                            int queryRow = (flags & KernelFlags.QUERY_ROW_PER_VALUE_HEAD) != 0
                                    ? token * HV + firstHead
                                    : token * H + keyHead;
                            if ((flags & KernelFlags.LEVELS) == 0 || level > 0) {
                                qd = q.get(queryRow * K + d);
                            }
                            if ((flags & KernelFlags.LEVELS) != 0 && level > 0) {
                                qd *= lambda.get((token * HV + firstHead) * L + level);
                            }
                        }
                    }
                    held[3 * i] = kd;
                    held[3 * i + 1] = qd;
                    held[3 * i + 2] = ed;
                }
                for (int i = 0; i < loads; i++) {
                    int to = lane % TILE * stride + (lane + lanes * i) / TILE;
                    keys[to] = held[3 * i];
                    left[to] = held[3 * i + 1];
                    if ((flags & KernelFlags.NOTHING_ERASED) == 0) {
                        left[TILE * stride + to] = held[3 * i + 2];
                    }
                }
                context.localBarrier();
                for (int c = 0; c < TILE; c++) {
                    for (int j = 0; j < R; j++) {
                        key[j] = keys[c * stride + x + 8 * j];
                    }
                    for (int i = 0; i < R; i++) {
                        float a = left[(product * TILE + c) * stride + y + 8 * i];
                        for (int j = 0; j <= i; j++) {
                            sums[i * R + j] += a * key[j];
                        }
                    }
                }
                context.localBarrier();
            }
        }
        // Σ of the gates after row x of a block of 8 up to row y.
        for (int at = lane; at < heads * C; at += lanes) {
            float sum = 0f;
            for (int m = 0; m < 8; m++) {
                if (m > at % 8) {
                    sum += gates[at / 8 * 8 + m];
                }
                within[at * 8 + m] = sum;
            }
        }
        context.localBarrier();
        for (int h = 0; h < heads; h++) {
            int base = (chunk * HV + firstHead + h) * C * C;
            for (int j = 0; j < R; j++) {
                int column = h * C + 8 * j;
                float between = within[(column + x) * 8 + 7];
                for (int i = j; i < R; i++) {
                    int row = h * C + 8 * i;
                    float value = sums[i * R + j];
                    if (G == 1) {
                        float sum = within[(row + x) * 8 + y];
                        if (i > j) {
                            sum = between + gates[row] + within[row * 8 + y];
                            between += gates[row] + within[row * 8 + 7];
                        }
                        value *= TornadoMath.exp(sum);
                    }
                    int to = base + (8 * i + y) * C + 8 * j + x;
                    if (product == 0) {
                        scores.set(to, value);
                    } else {
                        lower.set(to, value * gains[row + y]);
                    }
                }
            }
        }
    }
}
