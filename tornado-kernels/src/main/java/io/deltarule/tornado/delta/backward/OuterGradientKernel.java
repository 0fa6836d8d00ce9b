package io.deltarule.tornado.delta.backward;

import io.deltarule.tornado.delta.KernelFlags;
import io.deltarule.tornado.graph.LevelLookup;
import io.deltarule.tornado.graph.RunTable;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** The part of a key vector's gradient that comes from beyond its chunk. */
final class OuterGradientKernel {
    /** Work-items per work-group: 8 × 16, each with 4 key channels and C/16 rows in registers. */
    static final int LANES = 128;
    /** Key channels per work-group. */
    static final int CHANNELS = 32;

    private static final int TILE = 32;
    /** Rows that neighbours read four numbers of lie in other banks. */
    private static final int STRIDE = TILE + 4;

    private OuterGradientKernel() {}

    /**
     * A state times each row of a chunk, faded by what lies between.
     *
     * <pre>
     *   out_i = scale · fades_i ⊙ (X rows_i)     dq, de, z, ℓ: X the state before the chunk, fades = exp G_i
     *                                            dk: X the gradient of its last state, rows = P, fades = exp(G_C − G_i)
     * </pre>
     *
     * <p>rows [tokens, HV, V], at each token's last micro-step; out [tokens, HV, K] then. With {@link GradientFlags#CHUNK_ROWS}
     * rows [chunks, HV, C, V] and out [micro-steps, HV, K]. fades [chunks, HV, C, G] or unread, states = X [chunks, HV, K,
     * V], out (written).
     *
     * <p>With {@link KernelFlags#LEVELS} it sums over a chunk's log-linear states, rows of a chunk [all states, HV, C, V] and states [all
     * states, HV, K, V]: those from before the chunk, with {@link GradientFlags#NEWEST} its own too. Rows of tokens count with λ
     * [tokens, HV, L], which is unread otherwise.
     *
     * <p>Parallel over: chunk × value head × tiles of {@link #CHANNELS} key channels. Accumulates: float. Requires: C a
     * multiple of 16, work-groups of {@link #LANES}. Source: docs/math/backward.md. Oracle: core.reference.
     */
    static void outerGradients(
            KernelContext context,
            IntArray table,
            FloatArray rows,
            FloatArray fades,
            FloatArray states,
            FloatArray lambda,
            FloatArray out,
            int K,
            int V,
            int C,
            int G,
            int n,
            int HV,
            int flags,
            float scale,
            int signature) {
        float[] left = context.allocateFloatLocalArray(C * STRIDE);
        float[] right = context.allocateFloatLocalArray(CHANNELS * STRIDE);
        int R = C / 16;
        float[] sums = new float[R * 4];
        float[] nextRows = new float[C / 4];
        float[] nextStates = new float[CHANNELS / 4];
        float[] left4 = new float[4];
        float[] right4 = new float[16];

        int lane = context.localIdx;
        int x = lane % 8;
        int y = lane / 8;
        int tiles = (K + CHANNELS - 1) / CHANNELS;
        int channel = context.groupIdx % tiles * CHANNELS;
        int block = context.groupIdx / tiles;
        int head = block % HV;
        int entry = table.get(RunTable.CHUNKS) + 2 * (block / HV);
        int first = table.get(entry);
        int length = table.get(entry + 1);
        // Which micro-steps have a row: all, or every n-th.
        int period = (flags & GradientFlags.CHUNK_ROWS) != 0 ? 1 : n;
        if (context.globalIdx == 0) {
            table.set(signature, table.get(RunTable.RUN));
        }

        for (int i = 0; i < R * 4; i++) {
            sums[i] = 0f;
        }
        int L = 1;
        int position = 0;
        int live = 0;
        int part = block;
        if ((flags & KernelFlags.LEVELS) != 0) {
            int levels = table.get(RunTable.CHUNK_LEVELS) + 3 * (block / HV);
            L = table.get(RunTable.LEVELS);
            position = table.get(levels);
            live = table.get(levels + 1);
        }
        int lowest = 0;
        if ((flags & KernelFlags.LEVELS) != 0 && (flags & GradientFlags.NEWEST) == 0) {
            lowest = LevelLookup.above(position, 0);
        }
        for (int level = lowest; level < L; level = LevelLookup.above(position, level)) {
            if (level > 0) {
                part = live * HV + head;
                live++;
            }
            for (int from = 0; from < V; from += TILE) {
                int c = from + lane % TILE;
                for (int i = 0; i < C / 4; i++) {
                    int row = lane / TILE + 4 * i;
                    int m = first + row;
                    float value = 0f;
                    if (row < length && c < V && m % period == period - 1) {
                        int source = (flags & GradientFlags.CHUNK_ROWS) != 0 ? part * C + row : m / n * HV + head;
                        value = rows.get(source * V + c);
                        if ((flags & KernelFlags.LEVELS) != 0 && (flags & GradientFlags.CHUNK_ROWS) == 0) {
                            value *= lambda.get(source * L + level);
                        }
                    }
                    nextRows[i] = value;
                }
                for (int i = 0; i < CHANNELS / 4; i++) {
                    int d = channel + lane / TILE + 4 * i;
                    float value = 0f;
                    if (length > 0 && d < K && c < V) {
                        value = states.get((part * K + d) * V + c);
                    }
                    nextStates[i] = value;
                }
                for (int i = 0; i < C / 4; i++) {
                    left[(lane / TILE + 4 * i) * STRIDE + lane % TILE] = nextRows[i];
                }
                for (int i = 0; i < CHANNELS / 4; i++) {
                    right[(lane / TILE + 4 * i) * STRIDE + lane % TILE] = nextStates[i];
                }
                context.localBarrier();
                for (int at = 0; at < TILE; at += 4) {
                    for (int j = 0; j < 16; j++) {
                        right4[j] = right[(x + 8 * (j / 4)) * STRIDE + at + j % 4];
                    }
                    for (int i = 0; i < R; i++) {
                        for (int j = 0; j < 4; j++) {
                            left4[j] = left[(y + 16 * i) * STRIDE + at + j];
                        }
                        for (int j = 0; j < 16; j++) {
                            sums[i * 4 + j / 4] += left4[j % 4] * right4[j];
                        }
                    }
                }
                context.localBarrier();
            }
        }
        for (int i = 0; i < R; i++) {
            for (int j = 0; j < 4; j++) {
                int row = y + 16 * i;
                int d = channel + x + 8 * j;
                int m = first + row;
                if (row < length && d < K && m % period == period - 1) {
                    float sum = scale * sums[i * 4 + j];
                    if (G > 0) {
                        sum *= fades.get((block * C + row) * G + (G > 1 ? d : 0));
                    }
                    out.set((m / period * HV + head) * K + d, sum);
                }
            }
        }
    }
}
