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
    /** Rows that neighbours read four numbers of lie in other banks. */
    private static final int STRIDE = TILE + 4;

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
        float[] nextQueries = new float[C / 4];
        float[] nextRows = new float[ROWS / 4];
        float[] nextKeys = new float[BLOCK / 4];
        float[] nextDecays = new float[BLOCK / 4];
        float[] nextOverlaps = new float[C / 8];
        float[] query4 = new float[4];
        float[] row4 = new float[16];
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
            int c = from + lane % TILE;
            for (int i = 0; i < C / 4; i++) {
                int row = lane / TILE + 4 * i;
                int m = first + row;
                float value = 0f;
                if (row < length && c < V && m % n == n - 1) {
                    value = r.get((m / n * HV + head) * V + c);
                }
                nextQueries[i] = value;
            }
            for (int i = 0; i < ROWS / 4; i++) {
                int d = channel + lane / TILE + 4 * i;
                float value = 0f;
                if (length > 0 && d < K && c < V) {
                    value = states.get((block * K + d) * V + c);
                }
                nextRows[i] = value;
            }
            for (int i = 0; i < C / 4; i++) {
                queries[(lane / TILE + 4 * i) * STRIDE + lane % TILE] = nextQueries[i];
            }
            for (int i = 0; i < ROWS / 4; i++) {
                rows[(lane / TILE + 4 * i) * STRIDE + lane % TILE] = nextRows[i];
            }
            context.localBarrier();
            for (int at = 0; at < TILE; at += 4) {
                for (int j = 0; j < 16; j++) {
                    row4[j] = rows[(x + 8 * (j / 4)) * STRIDE + at + j % 4];
                }
                for (int i = 0; i < R; i++) {
                    for (int j = 0; j < 4; j++) {
                        query4[j] = queries[(y + 16 * i) * STRIDE + at + j];
                    }
                    for (int j = 0; j < 16; j++) {
                        sums[i * 4 + j / 4] += query4[j % 4] * row4[j];
                    }
                }
            }
            context.localBarrier();
        }
        for (int from = 0; from < C; from += BLOCK) {
            int d = channel + lane % TILE;
            for (int i = 0; i < BLOCK / 4; i++) {
                int row = from + lane / TILE + 4 * i;
                int m = first + row;
                float kd = 0f;
                float decay = 1f;
                if (row < length && d < K) {
                    kd = k.get((m * H + keyHead) * K + d);
                    if (G > 0 && m % n == 0) {
                        decay = TornadoMath.exp(g.get((m / n * HV + head) * G + (G > 1 ? d : 0)));
                    }
                }
                nextKeys[i] = kd;
                nextDecays[i] = decay;
            }
            for (int i = 0; i < C / 8; i++) {
                float overlap = 0f;
                if (length > 0 && from + lane % BLOCK <= lane / BLOCK + 8 * i) {
                    overlap = scores.get((block * C + lane / BLOCK + 8 * i) * C + from + lane % BLOCK);
                }
                nextOverlaps[i] = overlap;
            }
            for (int i = 0; i < BLOCK / 4; i++) {
                keys[(lane / TILE + 4 * i) * STRIDE + lane % TILE] = nextKeys[i];
                decays[(lane / TILE + 4 * i) * STRIDE + lane % TILE] = nextDecays[i];
            }
            for (int i = 0; i < C / 8; i++) {
                overlaps[(lane / BLOCK + 8 * i) * (BLOCK + 1) + lane % BLOCK] = nextOverlaps[i];
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
