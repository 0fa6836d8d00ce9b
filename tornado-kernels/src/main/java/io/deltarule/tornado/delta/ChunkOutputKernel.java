package io.deltarule.tornado.delta;

import io.deltarule.tornado.graph.RunTable;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** The read-outs of the chunkwise form, all chunks at once. */
final class ChunkOutputKernel {
    /** Work-items per work-group: 8 × 16, each with C/8 rows and an eighth of {@link #columns} in registers. */
    static final int LANES = 128;

    private static final int TILE = 16;

    private ChunkOutputKernel() {}

    /** Value channels per work-group: 128, or 64 or 32 where that is all there are. */
    static int columns(int V) {
        return V > 64 ? 128 : V > 32 ? 64 : 32;
    }

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
     * <p>Parallel over: chunk, or live state, × value head × tiles of {@link #columns} value channels. Accumulates: float. Requires: C a
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
        int stride = C + 4;
        int columns = columns(V);
        float[] left = context.allocateFloatLocalArray(TILE * stride);
        float[] right = context.allocateFloatLocalArray(TILE * columns);
        int R = C / 8;
        int J = columns / 16;
        float[] sums = new float[R * J];
        float[] row8 = new float[J];
        float[] leftHeld = new float[R];
        float[] rightHeld = new float[2 * J];

        int lane = context.localIdx;
        int x = lane % 16;
        // Warps have rows, and shares of the triangle, of their own, which turn from work-group to work-group: a warp
        // stays with its scheduler.
        int y = (lane / 16 + 2 * context.groupIdx) % 8;
        int end = (y / 2 + 1) * 2 * R;
        int tiles = (V + columns - 1) / columns;
        int channel = context.groupIdx % tiles * columns;
        int leftColumn = lane % TILE;
        int leftRow = lane / TILE;
        int rightRow = lane / columns;
        int c = channel + lane % columns;
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

        int stateRows = (K + TILE - 1) / TILE * TILE;
        int rows = C;
        if ((flags & KernelFlags.LEVELS) != 0 && (flags & KernelFlags.NOTHING_ERASED) != 0) {
            rows = 0;
        }
        for (int i = 0; i < R * J; i++) {
            sums[i] = 0f;
        }
        for (int from = 0; from < stateRows + rows; from += TILE) {
            if (from < stateRows) {
                int d = from + leftColumn;
                for (int i = 0; i < R; i++) {
                    int row = leftRow + 8 * i;
                    int m = first + row;
                    leftHeld[i] = 0f;
                    if (row < length && (K % TILE == 0 || d < K) && m % n == n - 1) {
                        leftHeld[i] = q.get((m / n * H + keyHead) * K + d);
                        if (G > 1) {
                            leftHeld[i] *= into.get((block * C + row) * G + d);
                        }
                    }
                }
                for (int i = 0; i < 2 * J; i++) {
                    int row = from + rightRow + LANES / columns * i;
                    rightHeld[i] = 0f;
                    if (length > 0 && (K % TILE == 0 || row < K) && (V % columns == 0 || c < V)) {
                        rightHeld[i] = states.get((part * K + row) * V + c);
                    }
                }
            }
            if (from >= stateRows) {
                int column = from - stateRows + leftColumn;
                for (int i = 0; i < R; i++) {
                    int row = leftRow + 8 * i;
                    leftHeld[i] = 0f;
                    if (row < length && column <= row) {
                        leftHeld[i] = scores.get((block * C + row) * C + column);
                    }
                }
                for (int i = 0; i < 2 * J; i++) {
                    int row = from - stateRows + rightRow + LANES / columns * i;
                    rightHeld[i] = 0f;
                    if (length > 0 && (V % columns == 0 || c < V)) {
                        rightHeld[i] = values.get((part * C + row) * V + c);
                    }
                }
            }
            for (int i = 0; i < R; i++) {
                left[leftColumn * stride + leftRow + 8 * i] = leftHeld[i];
            }
            for (int i = 0; i < 2 * J; i++) {
                right[lane + LANES * i] = rightHeld[i];
            }
            context.localBarrier();
            if (from - stateRows < end) {
                int at = x;
                for (int leftAt = y * R; leftAt < TILE * stride; leftAt += stride) {
                    for (int j = 0; j < J; j++) {
                        row8[j] = right[at + 16 * j];
                    }
                    at += columns;
                    for (int i = 0; i < R; i++) {
                        float a = left[leftAt + i];
                        for (int j = 0; j < J; j++) {
                            sums[i * J + j] += a * row8[j];
                        }
                    }
                }
            }
            if (G == 1 && from + TILE == stateRows) {
                for (int i = 0; i < R; i++) {
                    float fade = 0f;
                    if (y * R + i < length) {
                        fade = into.get(block * C + y * R + i);
                    }
                    for (int j = 0; j < J; j++) {
                        sums[i * J + j] *= fade;
                    }
                }
            }
            context.localBarrier();
        }
        for (int i = 0; i < R; i++) {
            for (int j = 0; j < J; j++) {
                int row = y * R + i;
                int m = first + row;
                if (row < length && channel + x + 16 * j < V && m % n == n - 1) {
                    int to = (flags & KernelFlags.LEVELS) != 0 ? (item * HV + head) * C + row : m / n * HV + head;
                    o.set(to * V + channel + x + 16 * j, scale * sums[i * J + j]);
                }
            }
        }
    }
}
