package io.deltarule.tornado.delta;

import io.deltarule.tornado.graph.RunTable;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** The read-outs of the chunkwise form, all chunks at once. */
final class ChunkOutputKernel {
    /** Work-items per work-group: 8 × 16, each with 4 columns and C/16 rows in registers. */
    static final int LANES = 128;
    /** Value channels per work-group. */
    static final int COLUMNS = 32;

    private static final int TILE = 32;
    private static final int STRIDE = TILE + 1;

    private ChunkOutputKernel() {}

    /**
     * Reads each chunk's incoming state and its own pseudo-values.
     *
     * <pre>  O = scale · [ (q ⊙ into) S0 + M P ] </pre>
     *
     * <p>q [tokens, H, K], into [chunks, HV, C, G] or unread, scores = M [chunks, HV, C, C] (on and below the diagonal),
     * values = P [chunks, HV, C, V], states = S0 [chunks, HV, K, V], o [tokens, HV, V] (written at each token's last
     * micro-step). The selective read has q [tokens, HV, K], which is H = HV. Where K = 0 no state is read.
     *
     * <p>With {@link KernelFlags#LEVELS} it reads each live state on its own, o [live states, HV, C, V] (rows of the chunk), and the
     * pseudo-values that this state has without the chunk's writes: with {@link KernelFlags#NOTHING_ERASED} none.
     *
     * <p>Parallel over: chunk, or live state, × value head × tiles of {@link #COLUMNS} value channels. Accumulates: float. Requires: C a
     * multiple of 16, work-groups of {@link #LANES}. Source: docs/math/wy-representation.md. Oracle: core.reference.
     */
    static void chunkOutputs(
            KernelContext context,
            IntArray table,
            FloatArray q,
            FloatArray into,
            FloatArray scores,
            FloatArray values,
            FloatArray states,
            FloatArray o,
            int K,
            int V,
            int C,
            int G,
            int n,
            int H,
            int HV,
            int flags,
            float scale,
            int signature) {
        float[] left = context.allocateFloatLocalArray(C * STRIDE);
        float[] right = context.allocateFloatLocalArray(TILE * COLUMNS);
        int R = C / 16;
        float[] sums = new float[R * 4];
        float[] row4 = new float[4];

        int lane = context.localIdx;
        int x = lane % 8;
        int y = lane / 8;
        int tiles = (V + COLUMNS - 1) / COLUMNS;
        int channel = context.groupIdx % tiles * COLUMNS;
        int head = context.groupIdx / tiles % HV;
        int item = context.groupIdx / tiles / HV;
        int keyHead = head / (HV / H);
        int chunk = item;
        int part = item * HV + head;
        if ((flags & KernelFlags.LEVELS) != 0) {
            chunk = table.get(table.get(RunTable.LIVE) + 2 * item);
            part = (table.get(RunTable.FIRST_LIVE) + item) * HV + head;
        }
        int first = 0;
        int length = 0;
        if (chunk >= 0) {
            int entry = table.get(RunTable.CHUNKS) + 2 * chunk;
            first = table.get(entry);
            length = table.get(entry + 1);
        }
        int block = chunk * HV + head;
        if (context.globalIdx == 0) {
            table.set(signature, table.get(RunTable.RUN));
        }

        for (int i = 0; i < R * 4; i++) {
            sums[i] = 0f;
        }
        for (int from = 0; from < K; from += TILE) {
            for (int at = lane; at < C * TILE; at += LANES) {
                int row = at / TILE;
                int d = from + at % TILE;
                int m = first + row;
                float value = 0f;
                if (row < length && d < K && m % n == n - 1) {
                    value = q.get((m / n * H + keyHead) * K + d);
                    if (G > 0) {
                        value *= into.get((block * C + row) * G + (G > 1 ? d : 0));
                    }
                }
                left[row * STRIDE + at % TILE] = value;
            }
            for (int at = lane; at < TILE * COLUMNS; at += LANES) {
                int d = from + at / COLUMNS;
                int c = channel + at % COLUMNS;
                float value = 0f;
                if (length > 0 && d < K && c < V) {
                    value = states.get((part * K + d) * V + c);
                }
                right[at] = value;
            }
            context.localBarrier();
            for (int d = 0; d < TILE; d++) {
                for (int j = 0; j < 4; j++) {
                    row4[j] = right[d * COLUMNS + x + 8 * j];
                }
                for (int i = 0; i < R; i++) {
                    float a = left[(y + 16 * i) * STRIDE + d];
                    for (int j = 0; j < 4; j++) {
                        sums[i * 4 + j] += a * row4[j];
                    }
                }
            }
            context.localBarrier();
        }
        int depth = Math.min(C, TILE);
        int rows = C;
        if ((flags & KernelFlags.LEVELS) != 0 && (flags & KernelFlags.NOTHING_ERASED) != 0) {
            rows = 0;
        }
        for (int from = 0; from < rows; from += depth) {
            for (int at = lane; at < C * depth; at += LANES) {
                int row = at / depth;
                int column = from + at % depth;
                float value = 0f;
                if (length > 0 && column <= row) {
                    value = scores.get((block * C + row) * C + column);
                }
                left[row * STRIDE + at % depth] = value;
            }
            for (int at = lane; at < depth * COLUMNS; at += LANES) {
                int row = from + at / COLUMNS;
                int c = channel + at % COLUMNS;
                float value = 0f;
                if (length > 0 && c < V) {
                    value = values.get((part * C + row) * V + c);
                }
                right[at] = value;
            }
            context.localBarrier();
            for (int d = 0; d < depth; d++) {
                for (int j = 0; j < 4; j++) {
                    row4[j] = right[d * COLUMNS + x + 8 * j];
                }
                for (int i = 0; i < R; i++) {
                    float a = left[(y + 16 * i) * STRIDE + d];
                    for (int j = 0; j < 4; j++) {
                        sums[i * 4 + j] += a * row4[j];
                    }
                }
            }
            context.localBarrier();
        }
        for (int i = 0; i < R; i++) {
            for (int j = 0; j < 4; j++) {
                int row = y + 16 * i;
                int c = channel + x + 8 * j;
                int m = first + row;
                if (row < length && c < V && m % n == n - 1) {
                    int to = (flags & KernelFlags.LEVELS) != 0 ? (item * HV + head) * C + row : m / n * HV + head;
                    o.set(to * V + c, scale * sums[i * 4 + j]);
                }
            }
        }
    }
}
