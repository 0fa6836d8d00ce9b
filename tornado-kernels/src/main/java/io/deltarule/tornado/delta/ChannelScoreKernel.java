package io.deltarule.tornado.delta;

import io.deltarule.tornado.graph.RunTable;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** What the rows of a chunk have in common when every key channel decays on its own. */
final class ChannelScoreKernel {
    /** Work-items per work-group: 8 × 8; each owns a (C/8)² grid of each product's scores, and a column of a block on the diagonal. */
    static final int LANES = 64;

    private static final int BLOCK = 8;

    private ChannelScoreKernel() {}

    /**
     * Scores of one chunk and value head, where the decay does not leave the sum over channels.
     *
     * <pre>
     *   L_ij = Σ_d e_id k_jd Π_{j &lt; m ≤ i} a_md  (i &gt; j)    M_ij = Σ_d q_id k_jd Π_{j &lt; m ≤ i} a_md  (i ≥ j)    a = exp g
     * </pre>
     *
     * In blocks of 8 rows: on the diagonal a key fades as it goes down its block; between blocks I &gt; J the product has three
     * factors, each at most 1: from j to the end of J, over whole blocks, and from the begin of I to i.
     *
     * <p>q [tokens, H, K], k [micro-steps, H, K], g [tokens, HV, K], erase = k or [micro-steps, H or HV, K], eraseGain
     * [micro-steps, H or HV, 1 or K]; lower = L, scores = M [chunks, HV, C, C] (written on and below the diagonal; readers mask
     * the rest). Rows past the chunk's end and queries of micro-steps that no read-out follows are zero. With
     * {@link KernelFlags#NOTHING_ERASED} lower, erase and eraseGain are not touched; with
     * {@link KernelFlags#QUERY_ROW_PER_VALUE_HEAD} q is [tokens, HV, K].
     *
     * <p>Parallel over: chunk × value head; lanes over the C × C scores. Accumulates: float. Requires: C a multiple of 16 up to 64,
     * work-groups of {@link #LANES}. Source: docs/math/wy-representation.md. Oracle: core.reference.
     */
    static void channelScores(
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
        int stride = C + 1;
        int R = C / BLOCK;
        float[] keys = context.allocateFloatLocalArray(BLOCK * stride);
        float[] fadedKeys = context.allocateFloatLocalArray(BLOCK * stride);
        float[] queries = context.allocateFloatLocalArray(BLOCK * stride);
        float[] fadedQueries = context.allocateFloatLocalArray(BLOCK * stride);
        float[] eraseKeys = context.allocateFloatLocalArray(BLOCK * stride);
        float[] fadedEraseKeys = context.allocateFloatLocalArray(BLOCK * stride);
        float[] decays = context.allocateFloatLocalArray(BLOCK * stride);
        float[] blockDecays = context.allocateFloatLocalArray(BLOCK * BLOCK);
        float[] L = new float[R * R];
        float[] M = new float[R * R];
        float[] diagonalL = new float[BLOCK];
        float[] diagonalM = new float[BLOCK];
        float[] key = new float[R];
        float[] heldKeys = new float[BLOCK];
        float[] heldQueries = new float[BLOCK];
        float[] heldEraseKeys = new float[BLOCK];
        float[] heldDecays = new float[BLOCK];

        int lane = context.localIdx;
        int x = lane % BLOCK;
        int y = lane / BLOCK;
        int head = context.groupIdx % HV;
        int chunk = context.groupIdx / HV;
        int keyHead = head / (HV / H);
        int entry = table.get(RunTable.CHUNKS) + 2 * chunk;
        int first = table.get(entry);
        int length = table.get(entry + 1);
        if (context.globalIdx == 0) {
            table.set(signature, table.get(RunTable.RUN));
        }

        for (int i = 0; i < R * R; i++) {
            L[i] = 0f;
            M[i] = 0f;
        }
        for (int i = 0; i < BLOCK; i++) {
            diagonalL[i] = 0f;
            diagonalM[i] = 0f;
        }
        for (int from = 0; from < K; from += BLOCK) {
            // A lane brings one channel of a block's rows, and has what lies between them at hand.
            int d = from + x;
            for (int i = 0; i < BLOCK; i++) {
                int row = BLOCK * y + i;
                int m = first + row;
                heldKeys[i] = 0f;
                heldQueries[i] = 0f;
                heldEraseKeys[i] = 0f;
                heldDecays[i] = 0f;
                if (row < length && (K % BLOCK == 0 || d < K)) {
                    heldKeys[i] = k.get((m * H + keyHead) * K + d);
                    if ((flags & KernelFlags.NOTHING_ERASED) == 0) {
                        int eraseRow =
                                (flags & KernelFlags.ERASE_ROW_PER_VALUE_HEAD) != 0 ? m * HV + head : m * H + keyHead;
                        heldEraseKeys[i] = erase.get(eraseRow * K + d);
                    }
                    if (m % n == n - 1) {
                        int queryRow = (flags & KernelFlags.QUERY_ROW_PER_VALUE_HEAD) != 0
                                ? m / n * HV + head
                                : m / n * H + keyHead;
                        heldQueries[i] = q.get(queryRow * K + d);
                    }
                    if (m % n == 0) {
                        heldDecays[i] = g.get((m / n * HV + head) * K + d);
                    }
                }
            }
            // Gains by themselves: a product at once would wait for its loads before the next row's.
            if ((flags & KernelFlags.NOTHING_ERASED) == 0) {
                for (int i = 0; i < BLOCK; i++) {
                    int row = BLOCK * y + i;
                    int m = first + row;
                    int gainRow = (flags & KernelFlags.ERASE_GAIN_PER_KEY_HEAD) != 0 ? m * H + keyHead : m * HV + head;
                    if (row < length && (K % BLOCK == 0 || d < K)) {
                        heldEraseKeys[i] *= eraseGain.get(
                                (flags & KernelFlags.ERASE_GAIN_PER_CHANNEL) != 0 ? gainRow * K + d : gainRow);
                    }
                }
            }
            if (y < R) {
                int to = x * stride + BLOCK * y;
                float fade = 1f;
                for (int i = 0; i < BLOCK; i++) {
                    heldDecays[i] = TornadoMath.exp(heldDecays[i]);
                    fade *= heldDecays[i];
                    keys[to + i] = heldKeys[i];
                    decays[to + i] = heldDecays[i];
                    queries[to + i] = heldQueries[i];
                    fadedQueries[to + i] = heldQueries[i] * fade;
                    if ((flags & KernelFlags.NOTHING_ERASED) == 0) {
                        eraseKeys[to + i] = heldEraseKeys[i];
                        fadedEraseKeys[to + i] = heldEraseKeys[i] * fade;
                    }
                }
                blockDecays[lane] = fade;
                fade = 1f;
                for (int i = 0; i < BLOCK; i++) {
                    fadedKeys[to + BLOCK - 1 - i] = heldKeys[BLOCK - 1 - i] * fade;
                    fade *= heldDecays[BLOCK - 1 - i];
                }
            }
            context.localBarrier();
            for (int c = 0; c < BLOCK; c++) {
                for (int j = 0; j < R; j++) {
                    key[j] = fadedKeys[c * stride + x + BLOCK * j];
                }
                for (int i = 1; i < R; i++) {
                    float query = fadedQueries[c * stride + y + BLOCK * i];
                    float across = blockDecays[BLOCK * i + c];
                    for (int j = 0; j < i; j++) {
                        M[i * R + j] += query * key[j];
                    }
                    if ((flags & KernelFlags.NOTHING_ERASED) == 0) {
                        float eraseKey = fadedEraseKeys[c * stride + y + BLOCK * i];
                        for (int j = 0; j < i; j++) {
                            L[i * R + j] += eraseKey * key[j];
                        }
                    }
                    for (int j = 0; j < i; j++) {
                        key[j] *= across;
                    }
                }
                if (y < R) {
                    int at = c * stride + BLOCK * y;
                    float own = keys[at + x];
                    float faded = 0f;
                    for (int i = 0; i < BLOCK; i++) {
                        faded *= decays[at + i];
                        if (i == x) {
                            faded = own;
                        }
                        diagonalM[i] += faded * queries[at + i];
                        if ((flags & KernelFlags.NOTHING_ERASED) == 0) {
                            diagonalL[i] += faded * eraseKeys[at + i];
                        }
                    }
                }
            }
            context.localBarrier();
        }
        int base = context.groupIdx * C * C + x;
        for (int i = 1; i < R; i++) {
            for (int j = 0; j < i; j++) {
                int to = base + (BLOCK * i + y) * C + BLOCK * j;
                scores.set(to, M[i * R + j]);
                if ((flags & KernelFlags.NOTHING_ERASED) == 0) {
                    lower.set(to, L[i * R + j]);
                }
            }
        }
        if (y < R) {
            for (int i = 0; i < BLOCK; i++) {
                int to = base + (BLOCK * y + i) * C + BLOCK * y;
                scores.set(to, diagonalM[i]);
                if ((flags & KernelFlags.NOTHING_ERASED) == 0) {
                    lower.set(to, diagonalL[i]);
                }
            }
        }
    }
}
