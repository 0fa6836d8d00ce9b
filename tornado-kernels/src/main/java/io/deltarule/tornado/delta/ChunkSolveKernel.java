package io.deltarule.tornado.delta;

import io.deltarule.tornado.graph.RunTable;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** Values and keys of a chunk, each row freed of what the rows before it in the chunk already wrote. */
final class ChunkSolveKernel {
    /** Work-items per work-group: 8 × 16, each with C/8 rows and an eighth of {@link #columns} in registers. */
    static final int LANES = 128;

    private static final int TILE = 16;

    private ChunkSolveKernel() {}

    /** Columns of the result per work-group, by the wider of U and W: 128, or 64 or 32 where that is all there are. */
    static int columns(int K, int V) {
        return K > 64 || V > 64 ? 128 : K > 32 || V > 32 ? 64 : 32;
    }

    /** Work-groups per chunk and value head, first those of U, then those of W. */
    static int tiles(int K, int V) {
        return Math.ceilDiv(V, columns(K, V)) + Math.ceilDiv(K, columns(K, V));
    }

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
     * <p>Parallel over: chunk × value head × tiles of {@link #columns}, first those of U, then those of W. Accumulates:
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
        int stride = C + 4;
        int columns = columns(K, V);
        float[] left = context.allocateFloatLocalArray(TILE * stride);
        float[] right = context.allocateFloatLocalArray(TILE * columns);
        float[] gains = context.allocateFloatLocalArray(C);
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
        int begin = y / 2 * 2 * R;
        int valueTiles = (V + columns - 1) / columns;
        int tiles = valueTiles + (K + columns - 1) / columns;
        int tile = context.groupIdx % tiles;
        int columnTile = tile < valueTiles ? tile : tile - valueTiles;
        // The inverse is read along its rows; transposed, those are columns.
        boolean transposed = (flags & KernelFlags.BACKWARD) != 0;
        int leftColumn = transposed ? lane / C : lane % TILE;
        int leftRow = transposed ? lane % C : lane / TILE;
        int leftColumns = transposed ? LANES / C : 0;
        int leftRows = transposed ? 0 : LANES / TILE;
        int rightRow = lane / columns;
        int c = columnTile * columns + lane % columns;
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

        if (lane < C) {
            int m = first + lane;
            float gain = 0f;
            if (lane < length) {
                gain = 1f;
                if ((flags & (KernelFlags.BACKWARD | KernelFlags.WRITE_GAIN_PER_CHANNEL)) == 0 && tile < valueTiles) {
                    gain = writeGain.get(m * HV + head);
                }
                if ((flags & (KernelFlags.BACKWARD | KernelFlags.ERASE_GAIN_PER_CHANNEL)) == 0 && tile >= valueTiles) {
                    gain = eraseGain.get(
                            (flags & KernelFlags.ERASE_GAIN_PER_KEY_HEAD) != 0 ? m * H + keyHead : m * HV + head);
                }
                if (G == 1 && tile >= valueTiles) {
                    gain *= into.get(block * C + lane);
                }
            }
            gains[lane] = gain;
        }
        for (int i = 0; i < R * J; i++) {
            sums[i] = 0f;
        }
        context.localBarrier();
        for (int from = 0; from < C; from += TILE) {
            for (int i = 0; i < R; i++) {
                int row = leftRow + leftRows * i;
                int m = from + leftColumn + leftColumns * i;
                leftHeld[i] = 0f;
                if (!transposed && m <= row) {
                    leftHeld[i] = inverse.get((block * C + row) * C + m);
                }
                if (transposed && m >= row) {
                    leftHeld[i] = inverse.get((block * C + m) * C + row);
                }
            }
            if (tile < valueTiles) {
                for (int i = 0; i < 2 * J; i++) {
                    int row = from + rightRow + LANES / columns * i;
                    int valueRow = transposed ? block * C + row : (first + row) * HV + head;
                    rightHeld[i] = 0f;
                    if (row < length && (V % columns == 0 || c < V)) {
                        rightHeld[i] = v.get(valueRow * V + c);
                        if ((flags & KernelFlags.WRITE_GAIN_PER_CHANNEL) != 0) {
                            rightHeld[i] *= writeGain.get(valueRow * V + c);
                        }
                    }
                }
            }
            if (tile >= valueTiles) {
                for (int i = 0; i < 2 * J; i++) {
                    int row = from + rightRow + LANES / columns * i;
                    int m = first + row;
                    int eraseRow =
                            (flags & KernelFlags.ERASE_ROW_PER_VALUE_HEAD) != 0 ? m * HV + head : m * H + keyHead;
                    int gainRow = (flags & KernelFlags.ERASE_GAIN_PER_KEY_HEAD) != 0 ? m * H + keyHead : m * HV + head;
                    rightHeld[i] = 0f;
                    if (row < length && (K % columns == 0 || c < K)) {
                        rightHeld[i] = erase.get(eraseRow * K + c);
                        if ((flags & KernelFlags.ERASE_GAIN_PER_CHANNEL) != 0) {
                            rightHeld[i] *= eraseGain.get(gainRow * K + c);
                        }
                        if (G > 1) {
                            rightHeld[i] *= into.get((block * C + row) * G + c);
                        }
                    }
                }
            }
            for (int i = 0; i < R; i++) {
                int m = leftColumn + leftColumns * i;
                left[m * stride + leftRow + leftRows * i] = leftHeld[i] * gains[from + m];
            }
            for (int i = 0; i < 2 * J; i++) {
                right[lane + LANES * i] = rightHeld[i];
            }
            context.localBarrier();
            if (transposed ? from + TILE > begin : from < begin + 2 * R) {
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
            context.localBarrier();
        }
        for (int i = 0; i < R; i++) {
            for (int j = 0; j < J; j++) {
                int row = block * C + y * R + i;
                int channel = columnTile * columns + x + 16 * j;
                if (tile < valueTiles) {
                    if (channel < V) {
                        values.set(row * V + channel, sums[i * J + j]);
                    }
                } else {
                    if (channel < K) {
                        keys.set(row * K + channel, sums[i * J + j]);
                    }
                }
            }
        }
    }
}
