package io.deltarule.tornado.delta;

import io.deltarule.tornado.graph.RunTable;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** Values and keys of a chunk, each row freed of what the rows before it in the chunk already wrote. */
final class ChunkSolveKernel {
    /** Work-items per work-group: 8 × 16, each with 4 columns and C/16 rows in registers. */
    static final int LANES = 128;
    /** Columns of the result per work-group. */
    static final int TILE = 32;

    private ChunkSolveKernel() {}

    /**
     * Applies the inverse to the write values and to the decayed erase keys.
     *
     * <pre>  U = A u        W = A (e ⊙ into)        u = v ⊙ writeGain        e = erase ⊙ eraseGain </pre>
     *
     * <p>v [micro-steps, HV, V], erase = k or [micro-steps, H or HV, K], eraseGain [micro-steps, H or HV, 1 or K], writeGain
     * [micro-steps, HV, 1 or V], into [chunks, HV, C, G] or unread, inverse = A [chunks, HV, C, C]; values = U [chunks,
     * HV, C, V] and keys = W [chunks, HV, C, K] (written; rows past the chunk's end are zero).
     *
     * <p>With {@link KernelFlags#BACKWARD} the same with the inverse transposed, for the gradients of the pseudo-values:
     *
     * <pre>  U' = Aᵀ v        W' = Aᵀ (erase ⊙ into)</pre>
     *
     * where v is [chunks, HV, C, V] (what the reads leave for the pseudo-values), erase is k, and into is given the decays
     * to the chunk's end; there are no gains.
     *
     * <p>Parallel over: chunk × value head × tiles of 32 columns, first those of U, then those of W. Accumulates:
     * float. Requires: C a multiple of 16, G ∈ {0, 1, K}, work-groups of {@link #LANES}. Source: docs/math/wy-representation.md.
     * Oracle: core.reference.
     */
    static void chunkSolve(
            KernelContext context,
            IntArray table,
            FloatArray v,
            FloatArray erase,
            FloatArray eraseGain,
            FloatArray writeGain,
            FloatArray into,
            FloatArray inverse,
            FloatArray values,
            FloatArray keys,
            int K,
            int V,
            int C,
            int G,
            int H,
            int HV,
            int flags,
            int signature) {
        float[] A = context.allocateFloatLocalArray(C * (C + 1));
        float[] right = context.allocateFloatLocalArray(C * TILE);
        int R = C / 16;
        float[] sums = new float[R * 4];
        float[] row4 = new float[4];

        int lane = context.localIdx;
        int x = lane % 8;
        int y = lane / 8;
        int valueTiles = (V + TILE - 1) / TILE;
        int tiles = valueTiles + (K + TILE - 1) / TILE;
        int tile = context.groupIdx % tiles;
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

        for (int at = lane; at < C * C; at += LANES) {
            int to = (flags & KernelFlags.BACKWARD) != 0 ? at % C * (C + 1) + at / C : at / C * (C + 1) + at % C;
            A[to] = inverse.get(block * C * C + at);
        }
        for (int at = lane; at < C * TILE; at += LANES) {
            int row = at / TILE;
            int m = first + row;
            float value = 0f;
            if (row < length) {
                if (tile < valueTiles) {
                    int c = tile * TILE + at % TILE;
                    if (c < V) {
                        int gainAt = (flags & KernelFlags.WRITE_GAIN_PER_CHANNEL) != 0
                                ? (m * HV + head) * V + c
                                : m * HV + head;
                        if ((flags & KernelFlags.BACKWARD) != 0) {
                            value = v.get((block * C + row) * V + c);
                        } else {
                            value = v.get((m * HV + head) * V + c) * writeGain.get(gainAt);
                        }
                    }
                } else {
                    int d = (tile - valueTiles) * TILE + at % TILE;
                    if (d < K) {
                        int eraseRow =
                                (flags & KernelFlags.ERASE_ROW_PER_VALUE_HEAD) != 0 ? m * HV + head : m * H + keyHead;
                        int gainRow =
                                (flags & KernelFlags.ERASE_GAIN_PER_KEY_HEAD) != 0 ? m * H + keyHead : m * HV + head;
                        int gainAt = (flags & KernelFlags.ERASE_GAIN_PER_CHANNEL) != 0 ? gainRow * K + d : gainRow;
                        if ((flags & KernelFlags.BACKWARD) != 0) {
                            value = erase.get((m * H + keyHead) * K + d);
                        } else {
                            value = erase.get(eraseRow * K + d) * eraseGain.get(gainAt);
                        }
                        if (G > 0) {
                            value *= into.get((block * C + row) * G + (G > 1 ? d : 0));
                        }
                    }
                }
            }
            right[at] = value;
        }
        for (int i = 0; i < R * 4; i++) {
            sums[i] = 0f;
        }
        context.localBarrier();
        for (int before = 0; before < C; before++) {
            int m = (flags & KernelFlags.BACKWARD) != 0 ? C - 1 - before : before;
            for (int j = 0; j < 4; j++) {
                row4[j] = right[m * TILE + x + 8 * j];
            }
            for (int i = 0; i < R; i++) {
                float a = A[(y + 16 * i) * (C + 1) + m];
                for (int j = 0; j < 4; j++) {
                    sums[i * 4 + j] += a * row4[j];
                }
            }
        }
        for (int i = 0; i < R; i++) {
            for (int j = 0; j < 4; j++) {
                int row = block * C + y + 16 * i;
                int c = tile * TILE + x + 8 * j;
                int d = c - valueTiles * TILE;
                if (tile < valueTiles) {
                    if (c < V) {
                        values.set(row * V + c, sums[i * 4 + j]);
                    }
                } else {
                    if (d < K) {
                        keys.set(row * K + d, sums[i * 4 + j]);
                    }
                }
            }
        }
    }
}
