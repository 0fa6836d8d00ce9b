package io.deltarule.tornado.delta;

import io.deltarule.tornado.graph.RunTable;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** How much each row of the state, at each token of a chunk, agrees with the token's read query. */
final class RowLogitKernel {
    /** Work-items per work-group: 8 × 16, each with 4 key channels and C/16 tokens in registers. */
    static final int LANES = 128;
    /** State rows per work-group. */
    static final int ROWS = 32;

    private static final int TILE = 32;
    private static final int STRIDE = TILE + 1;
    private static final int BLOCK = 16;

    private RowLogitKernel() {}

    /**
     * Logits of the selective read, without forming the states inside a chunk.
     *
     * <pre>
     *   ℓ_i = scale · S_i r_i       y_0 = S0 r_i      y_j = exp(g_j) ⊙ y_{j−1} + (r_i·P_j) k_j      S_i r_i = y_i
     * </pre>
     *
     * <p>The chunk's sum for one query is taken in this order because it is exact for every gate width alike: each decay
     * is used on its own, so there is no exponent to overflow, no difference of running sums and no case to tell apart.
     *
     * <p>r [tokens, HV, V], k [micro-steps, H, K], g [tokens, HV, G] or unread, scores = r_i·P_j [chunks, HV, C, C] (on
     * and below the diagonal), states = S0 [chunks, HV, K, V], logits [tokens, HV, K] (written at each token's last
     * micro-step).
     *
     * <p>Parallel over: chunk × value head × tiles of {@link #ROWS} state rows. Accumulates: float. Requires: C a multiple
     * of 16, work-groups of {@link #LANES}. Source: DESIGN section 5. Oracle: core.reference.
     */
    static void rowLogits(
            KernelContext context,
            IntArray table,
            FloatArray r,
            FloatArray k,
            FloatArray g,
            FloatArray scores,
            FloatArray states,
            FloatArray logits,
            int K,
            int V,
            int C,
            int G,
            int n,
            int H,
            int HV,
            float scale,
            int signature) {
        float[] queries = context.allocateFloatLocalArray(C * STRIDE);
        float[] rows = context.allocateFloatLocalArray(ROWS * STRIDE);
        float[] keys = context.allocateFloatLocalArray(BLOCK * STRIDE);
        float[] decays = context.allocateFloatLocalArray(BLOCK * STRIDE);
        float[] overlaps = context.allocateFloatLocalArray(C * (BLOCK + 1));
        int R = C / 16;
        float[] sums = new float[R * 4];
        float[] key4 = new float[4];
        float[] decay4 = new float[4];

        int lane = context.localIdx;
        int x = lane % 8;
        int y = lane / 8;
        int tiles = (K + ROWS - 1) / ROWS;
        int channel = context.groupIdx % tiles * ROWS;
        int head = context.groupIdx / tiles % HV;
        int chunk = context.groupIdx / tiles / HV;
        int keyHead = head / (HV / H);
        int block = chunk * HV + head;
        int entry = table.get(RunTable.CHUNKS) + 2 * chunk;
        int first = table.get(entry);
        int length = table.get(entry + 1);
        if (context.globalIdx == 0) {
            table.set(signature, table.get(RunTable.RUN));
        }

        for (int i = 0; i < R * 4; i++) {
            sums[i] = 0f;
        }
        for (int from = 0; from < V; from += TILE) {
            for (int at = lane; at < C * TILE; at += LANES) {
                int row = at / TILE;
                int c = from + at % TILE;
                int m = first + row;
                float value = 0f;
                if (row < length && c < V && m % n == n - 1) {
                    value = r.get((m / n * HV + head) * V + c);
                }
                queries[row * STRIDE + at % TILE] = value;
            }
            for (int at = lane; at < ROWS * TILE; at += LANES) {
                int d = channel + at / TILE;
                int c = from + at % TILE;
                float value = 0f;
                if (length > 0 && d < K && c < V) {
                    value = states.get((block * K + d) * V + c);
                }
                rows[at / TILE * STRIDE + at % TILE] = value;
            }
            context.localBarrier();
            for (int c = 0; c < TILE; c++) {
                for (int j = 0; j < 4; j++) {
                    key4[j] = rows[(x + 8 * j) * STRIDE + c];
                }
                for (int i = 0; i < R; i++) {
                    float a = queries[(y + 16 * i) * STRIDE + c];
                    for (int j = 0; j < 4; j++) {
                        sums[i * 4 + j] += a * key4[j];
                    }
                }
            }
            context.localBarrier();
        }
        for (int from = 0; from < C; from += BLOCK) {
            for (int at = lane; at < BLOCK * TILE; at += LANES) {
                int row = from + at / TILE;
                int d = channel + at % TILE;
                int m = first + row;
                float kd = 0f;
                float decay = 1f;
                if (row < length && d < K) {
                    kd = k.get((m * H + keyHead) * K + d);
                    if (G > 0 && m % n == 0) {
                        decay = TornadoMath.exp(g.get((m / n * HV + head) * G + (G > 1 ? d : 0)));
                    }
                }
                keys[at / TILE * STRIDE + at % TILE] = kd;
                decays[at / TILE * STRIDE + at % TILE] = decay;
            }
            for (int at = lane; at < C * BLOCK; at += LANES) {
                float overlap = 0f;
                if (length > 0 && from + at % BLOCK <= at / BLOCK) {
                    overlap = scores.get((block * C + at / BLOCK) * C + from + at % BLOCK);
                }
                overlaps[at / BLOCK * (BLOCK + 1) + at % BLOCK] = overlap;
            }
            context.localBarrier();
            for (int m = 0; m < BLOCK; m++) {
                for (int j = 0; j < 4; j++) {
                    key4[j] = keys[m * STRIDE + x + 8 * j];
                    decay4[j] = decays[m * STRIDE + x + 8 * j];
                }
                for (int i = 0; i < R; i++) {
                    if (from + m <= y + 16 * i) {
                        float a = overlaps[(y + 16 * i) * (BLOCK + 1) + m];
                        for (int j = 0; j < 4; j++) {
                            sums[i * 4 + j] = decay4[j] * sums[i * 4 + j] + a * key4[j];
                        }
                    }
                }
            }
            context.localBarrier();
        }
        for (int i = 0; i < R; i++) {
            for (int j = 0; j < 4; j++) {
                int row = y + 16 * i;
                int d = channel + x + 8 * j;
                int m = first + row;
                if (row < length && d < K && m % n == n - 1) {
                    logits.set((m / n * HV + head) * K + d, scale * sums[i * 4 + j]);
                }
            }
        }
    }
}
