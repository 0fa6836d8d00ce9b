package io.deltarule.tornado.delta.backward;

import io.deltarule.tornado.delta.KernelFlags;
import io.deltarule.tornado.graph.RunTable;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * The part of a key vector's gradient that comes from the other rows of its chunk, without the row itself.
 *
 * <p>Each sum over rows is taken as a recurrence that uses every decay on its own, which is exact for every gate width alike:
 * there is no exponent to overflow and no difference of running sums.
 */
final class InnerGradientKernels {
    /** Work-items per work-group: 8 × 16, each with 4 key channels and C/16 rows in registers. */
    static final int LANES = 128;
    /** Key channels per work-group. */
    static final int CHANNELS = 32;

    private static final int STRIDE = CHANNELS + 1;
    private static final int BLOCK = 16;

    private InnerGradientKernels() {}

    /**
     * What the rows before each row wrote.
     *
     * <pre>  out_i += scale · Σ_{j &lt; i} N_ij k_j ⊙ exp(Σ_{j &lt; m ≤ i} g_m)        for dq, z and ℓ; for de with scale −1 </pre>
     *
     * <p>k [micro-steps, H, K], g [tokens, HV, G] or unread, overlaps = N [chunks, HV, C, C] (below the diagonal), out
     * [tokens, HV, K] at each token's last micro-step, or with {@link GradientFlags#CHUNK_ROWS} [micro-steps, HV, K] (added to).
     *
     * <p>Parallel over: chunk × value head × tiles of {@link #CHANNELS} key channels. Accumulates: float. Requires: C a
     * multiple of 16, work-groups of {@link #LANES}. Source: docs/math/backward.md. Oracle: core.reference.
     */
    static void earlierRows(
            KernelContext context,
            IntArray table,
            FloatArray k,
            FloatArray g,
            FloatArray overlaps,
            FloatArray out,
            int K,
            int C,
            int G,
            int n,
            int H,
            int HV,
            int flags,
            float scale,
            int signature) {
        float[] keys = context.allocateFloatLocalArray(BLOCK * STRIDE);
        float[] decays = context.allocateFloatLocalArray(BLOCK * STRIDE);
        float[] weights = context.allocateFloatLocalArray(C * (BLOCK + 1));
        float[] nextKeys = new float[BLOCK / 4];
        float[] nextDecays = new float[BLOCK / 4];
        float[] nextWeights = new float[C / 8];
        int R = C / 16;
        float[] sums = new float[R * 4];
        float[] key4 = new float[4];
        float[] decay4 = new float[4];

        int lane = context.localIdx;
        int x = lane % 8;
        int y = lane / 8;
        int tiles = (K + CHANNELS - 1) / CHANNELS;
        int channel = context.groupIdx % tiles * CHANNELS;
        int block = context.groupIdx / tiles;
        int head = block % HV;
        int keyHead = head / (HV / H);
        int entry = table.get(RunTable.CHUNKS) + 2 * (block / HV);
        int first = table.get(entry);
        int length = table.get(entry + 1);
        int period = (flags & GradientFlags.CHUNK_ROWS) != 0 ? 1 : n;
        if (context.globalIdx == 0) {
            table.set(signature, table.get(RunTable.RUN));
        }

        for (int i = 0; i < R * 4; i++) {
            sums[i] = 0f;
        }
        for (int from = 0; from < C; from += BLOCK) {
            int d = channel + lane % CHANNELS;
            for (int i = 0; i < BLOCK / 4; i++) {
                int row = from + lane / CHANNELS + 4 * i;
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
                int row = lane / BLOCK + 8 * i;
                int column = from + lane % BLOCK;
                float weight = 0f;
                if (length > 0 && column < row) {
                    weight = overlaps.get((block * C + row) * C + column);
                }
                nextWeights[i] = weight;
            }
            for (int i = 0; i < BLOCK / 4; i++) {
                keys[(lane / CHANNELS + 4 * i) * STRIDE + lane % CHANNELS] = nextKeys[i];
                decays[(lane / CHANNELS + 4 * i) * STRIDE + lane % CHANNELS] = nextDecays[i];
            }
            for (int i = 0; i < C / 8; i++) {
                weights[(lane / BLOCK + 8 * i) * (BLOCK + 1) + lane % BLOCK] = nextWeights[i];
            }
            context.localBarrier();
            for (int m = 0; m < BLOCK; m++) {
                for (int j = 0; j < 4; j++) {
                    key4[j] = keys[m * STRIDE + x + 8 * j];
                    decay4[j] = decays[m * STRIDE + x + 8 * j];
                }
                for (int i = 0; i < R; i++) {
                    if (from + m <= y + 16 * i) {
                        float weight = weights[(y + 16 * i) * (BLOCK + 1) + m];
                        for (int j = 0; j < 4; j++) {
                            sums[i * 4 + j] = decay4[j] * sums[i * 4 + j] + weight * key4[j];
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
                if (row < length && d < K && m % period == period - 1) {
                    int to = (m / period * HV + head) * K + d;
                    out.set(to, out.get(to) + scale * sums[i * 4 + j]);
                }
            }
        }
    }

    /**
     * What the rows after each row read, or found of it when they erased.
     *
     * <pre>
     *   inner_i += scale · Σ_{j &gt; i} N_ji a_j ⊙ exp(Σ_{i &lt; m ≤ j} g_m)        own_i += scale · N_ii a_i
     * </pre>
     *
     * <p>a: with {@link GradientFlags#TOKEN_VECTOR} [tokens, H, K], at each token's last micro-step, gain unread; without, a = vector
     * ⊙ gain with vector = k or [micro-steps, H or HV, K] and gain [micro-steps, H or HV, 1 or K], and own is not touched. g
     * [tokens, HV, G] or unread, overlaps = N [chunks, HV, C, C] (below the diagonal; on it for own), inner [micro-steps,
     * HV, K] (written, or with {@link GradientFlags#ACCUMULATE} added to), own likewise (added to).
     *
     * <p>Parallel over: chunk × value head × tiles of {@link #CHANNELS} key channels. Accumulates: float. Requires: C a
     * multiple of 16, work-groups of {@link #LANES}. Source: docs/math/backward.md. Oracle: core.reference.
     */
    static void laterRows(
            KernelContext context,
            IntArray table,
            FloatArray vector,
            FloatArray gain,
            FloatArray g,
            FloatArray overlaps,
            FloatArray inner,
            FloatArray own,
            int K,
            int C,
            int G,
            int n,
            int H,
            int HV,
            int flags,
            float scale,
            int signature) {
        float[] vectors = context.allocateFloatLocalArray(BLOCK * STRIDE);
        float[] decays = context.allocateFloatLocalArray(BLOCK * STRIDE);
        float[] weights = context.allocateFloatLocalArray(BLOCK * (C + 1));
        float[] nextVectors = new float[BLOCK / 4];
        float[] nextDecays = new float[BLOCK / 4];
        float[] nextWeights = new float[C / 8];
        int R = C / 16;
        float[] sums = new float[R * 4];
        float[] vector4 = new float[4];
        float[] decay4 = new float[4];

        int lane = context.localIdx;
        int x = lane % 8;
        int y = lane / 8;
        int tiles = (K + CHANNELS - 1) / CHANNELS;
        int channel = context.groupIdx % tiles * CHANNELS;
        int block = context.groupIdx / tiles;
        int head = block % HV;
        int keyHead = head / (HV / H);
        int entry = table.get(RunTable.CHUNKS) + 2 * (block / HV);
        int first = table.get(entry);
        int length = table.get(entry + 1);
        if (context.globalIdx == 0) {
            table.set(signature, table.get(RunTable.RUN));
        }

        for (int i = 0; i < R * 4; i++) {
            sums[i] = 0f;
        }
        for (int back = BLOCK; back <= C; back += BLOCK) {
            int from = C - back;
            int d = channel + lane % CHANNELS;
            for (int i = 0; i < BLOCK / 4; i++) {
                int row = from + lane / CHANNELS + 4 * i;
                int m = first + row;
                float value = 0f;
                float decay = 1f;
                if (row < length && d < K) {
                    if ((flags & GradientFlags.TOKEN_VECTOR) != 0) {
                        if (m % n == n - 1) {
                            value = vector.get((m / n * H + keyHead) * K + d);
                        }
                    } else {
                        int vectorRow =
                                (flags & KernelFlags.ERASE_ROW_PER_VALUE_HEAD) != 0 ? m * HV + head : m * H + keyHead;
                        int gainRow =
                                (flags & KernelFlags.ERASE_GAIN_PER_KEY_HEAD) != 0 ? m * H + keyHead : m * HV + head;
                        int gainAt = (flags & KernelFlags.ERASE_GAIN_PER_CHANNEL) != 0 ? gainRow * K + d : gainRow;
                        value = vector.get(vectorRow * K + d) * gain.get(gainAt);
                    }
                    if (G > 0 && m % n == 0) {
                        decay = TornadoMath.exp(g.get((m / n * HV + head) * G + (G > 1 ? d : 0)));
                    }
                }
                nextVectors[i] = value;
                nextDecays[i] = decay;
            }
            for (int i = 0; i < C / 8; i++) {
                int row = from + lane / C + LANES / C * i;
                int column = lane % C;
                float weight = 0f;
                if (length > 0 && column < row) {
                    weight = overlaps.get((block * C + row) * C + column);
                }
                nextWeights[i] = weight;
            }
            for (int i = 0; i < BLOCK / 4; i++) {
                vectors[(lane / CHANNELS + 4 * i) * STRIDE + lane % CHANNELS] = nextVectors[i];
                decays[(lane / CHANNELS + 4 * i) * STRIDE + lane % CHANNELS] = nextDecays[i];
            }
            for (int i = 0; i < C / 8; i++) {
                weights[(lane / C + LANES / C * i) * (C + 1) + lane % C] = nextWeights[i];
            }
            context.localBarrier();
            for (int step = 1; step <= BLOCK; step++) {
                int m = BLOCK - step;
                for (int j = 0; j < 4; j++) {
                    vector4[j] = vectors[m * STRIDE + x + 8 * j];
                    decay4[j] = decays[m * STRIDE + x + 8 * j];
                }
                for (int i = 0; i < R; i++) {
                    if (from + m > y + 16 * i) {
                        float weight = weights[m * (C + 1) + y + 16 * i];
                        for (int j = 0; j < 4; j++) {
                            sums[i * 4 + j] = decay4[j] * (sums[i * 4 + j] + weight * vector4[j]);
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
                if (row < length && d < K) {
                    int to = (m * HV + head) * K + d;
                    float sum = scale * sums[i * 4 + j];
                    if ((flags & GradientFlags.ACCUMULATE) != 0) {
                        sum += inner.get(to);
                    }
                    inner.set(to, sum);
                    if ((flags & GradientFlags.TOKEN_VECTOR) != 0 && m % n == n - 1) {
                        float weight = scale * overlaps.get((block * C + row) * C + row);
                        own.set(to, own.get(to) + weight * vector.get((m / n * H + keyHead) * K + d));
                    }
                }
            }
        }
    }
}
