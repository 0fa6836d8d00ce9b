package io.deltarule.tornado.delta.backward;

import io.deltarule.tornado.delta.KernelFlags;
import io.deltarule.tornado.graph.RunTable;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** What a read's gradient leaves for the pseudo-values of its chunk and for the state before it. */
final class ReadGradientKernel {
    /** Work-items per work-group: 8 × 16, each with 4 columns and 4 rows in registers. */
    static final int LANES = 128;
    /** Rows of the result per work-group. */
    static final int ROWS = 64;
    /** Columns of the result per work-group. */
    static final int TILE = 32;

    private ReadGradientKernel() {}

    /**
     * The transposed read: every read S_iᵀ a_i with gradient b_i adds a_i b_iᵀ to the gradient of S_i.
     *
     * <pre>  values = Mᵀ b        states = (a ⊙ into)ᵀ b        M_ij = Σ_d a_id k_jd exp(Σ_{j &lt; m ≤ i} g_md) </pre>
     *
     * <p>a [tokens, H, K] and b [tokens, HV, V] (at a token's last micro-step), into [chunks, HV, C, G] or unread, scores
     * = M [chunks, HV, C, C] (on and below the diagonal), values [chunks, HV, C, V] and states [chunks, HV, K, V]
     * (written, or with {@link GradientFlags#ACCUMULATE} added to). Where K = 0 there are no states.
     *
     * <p>With {@link KernelFlags#LEVELS} this is of each log-linear state that is live before a chunk: b counts with λ [tokens, HV, L] (unread
     * without), values and states [all states, HV, C or K, V]. With {@link KernelFlags#NOTHING_ERASED} too there are no values.
     *
     * <p>Parallel over: chunk, or live state, × value head × tiles of {@link #ROWS} rows, first those of values, then those of states × tiles of
     * {@link #TILE} value channels. Accumulates: float. Requires: C a multiple of 16 up to 64, work-groups of {@link #LANES}. Source:
     * docs/math/backward.md. Oracle: core.reference.
     */
    static void readGradients(
            KernelContext context,
            IntArray table,
            FloatArray a,
            FloatArray b,
            FloatArray into,
            FloatArray scores,
            FloatArray lambda,
            FloatArray values,
            FloatArray states,
            int K,
            int V,
            int C,
            int G,
            int n,
            int H,
            int HV,
            int flags,
            int signature) {
        float[] left = context.allocateFloatLocalArray(C * ROWS);
        float[] right = context.allocateFloatLocalArray(C * TILE);
        float[] sums = new float[16];
        float[] nextLeft = new float[C / 2];
        float[] nextRight = new float[C / 4];
        float[] row4 = new float[4];

        int lane = context.localIdx;
        int x = lane % 8;
        int y = lane / 8;
        int columnTiles = (V + TILE - 1) / TILE;
        int valueTiles = (C + ROWS - 1) / ROWS;
        if ((flags & KernelFlags.LEVELS) != 0 && (flags & KernelFlags.NOTHING_ERASED) != 0) {
            valueTiles = 0;
        }
        int tiles = valueTiles + (K + ROWS - 1) / ROWS;
        int channel = context.groupIdx % columnTiles * TILE;
        int tile = context.groupIdx / columnTiles % tiles;
        int part = context.groupIdx / columnTiles / tiles;
        int head = part % HV;
        int keyHead = head / (HV / H);
        int chunk = part / HV;
        int L = 0;
        int level = 0;
        if ((flags & KernelFlags.LEVELS) != 0) {
            int live = table.get(RunTable.LIVE) + 2 * (part / HV);
            L = table.get(RunTable.LEVELS);
            chunk = table.get(live);
            level = table.get(live + 1);
            part += table.get(RunTable.FIRST_LIVE) * HV;
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

        for (int i = 0; i < C / 2; i++) {
            int row = lane / ROWS + 2 * i;
            int m = first + row;
            int column = tile * ROWS + lane % ROWS;
            int d = column - valueTiles * ROWS;
            float value = 0f;
            if (row < length && m % n == n - 1) {
                if (tile < valueTiles) {
                    if (column <= row) {
                        value = scores.get((block * C + row) * C + column);
                    }
                } else {
                    if (d < K) {
                        value = a.get((m / n * H + keyHead) * K + d);
                        if (G > 0) {
                            value *= into.get((block * C + row) * G + (G > 1 ? d : 0));
                        }
                    }
                }
            }
            nextLeft[i] = value;
        }
        for (int i = 0; i < C / 4; i++) {
            int row = lane / TILE + 4 * i;
            int m = first + row;
            int c = channel + lane % TILE;
            float value = 0f;
            if (row < length && c < V && m % n == n - 1) {
                value = b.get((m / n * HV + head) * V + c);
                if ((flags & KernelFlags.LEVELS) != 0) {
                    value *= lambda.get((m / n * HV + head) * L + level);
                }
            }
            nextRight[i] = value;
        }
        for (int i = 0; i < C / 2; i++) {
            left[lane + i * LANES] = nextLeft[i];
        }
        for (int i = 0; i < C / 4; i++) {
            right[lane + i * LANES] = nextRight[i];
        }
        for (int i = 0; i < 16; i++) {
            sums[i] = 0f;
        }
        context.localBarrier();
        for (int step = 1; step <= C; step++) {
            // The rows that weigh most, those that little decay or erasing lies before, are added last.
            int row = C - step;
            for (int j = 0; j < 4; j++) {
                row4[j] = right[row * TILE + x + 8 * j];
            }
            for (int i = 0; i < 4; i++) {
                float weight = left[row * ROWS + 4 * y + i];
                for (int j = 0; j < 4; j++) {
                    sums[i * 4 + j] += weight * row4[j];
                }
            }
        }
        for (int i = 0; i < 4; i++) {
            for (int j = 0; j < 4; j++) {
                int row = tile * ROWS + 4 * y + i;
                int d = row - valueTiles * ROWS;
                int c = channel + x + 8 * j;
                float sum = sums[i * 4 + j];
                if (tile < valueTiles) {
                    if (row < C && c < V && chunk >= 0) {
                        int to = (part * C + row) * V + c;
                        if ((flags & GradientFlags.ACCUMULATE) != 0) {
                            sum += values.get(to);
                        }
                        values.set(to, sum);
                    }
                } else {
                    if (d < K && c < V && chunk >= 0) {
                        int to = (part * K + d) * V + c;
                        if ((flags & GradientFlags.ACCUMULATE) != 0) {
                            sum += states.get(to);
                        }
                        states.set(to, sum);
                    }
                }
            }
        }
    }
}
