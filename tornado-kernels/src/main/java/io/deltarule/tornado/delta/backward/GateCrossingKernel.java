package io.deltarule.tornado.delta.backward;

import io.deltarule.tornado.delta.KernelFlags;
import io.deltarule.tornado.graph.RunTable;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** What passes from row to row of a chunk through log-decays per channel. */
final class GateCrossingKernel {
    /** Work-items per work-group: 32 × 4, each with one key channel and C/4 rows in registers. */
    static final int LANES = 128;
    /** Key channels per work-group. */
    static final int CHANNELS = 32;

    private static final int ROW_LANES = 4;
    private static final int BLOCK = 16;

    private GateCrossingKernel() {}

    /**
     * Sums of what was written before each decay of a chunk and is met at or after it, for one pair of rows.
     *
     * <pre>
     *   dg_t += scale · Σ_{j &lt; t ≤ i} N_ij a_i ⊙ k_j ⊙ exp(Σ_{j &lt; m ≤ i} g_m)
     * </pre>
     *
     * <p>Every row i carries what it will meet, Σ_j N_ij k_j, through the decays before it. What has just passed the decay of t
     * counts there, times a_i and the decays from t to i. Those are two products, up to the end of t's block of 16 rows and from
     * there to i. So every term has exp g_t as a factor, and nothing is a difference.
     *
     * <p>a: with {@link GradientFlags#TOKEN_VECTOR} [tokens, H, K], at each token's last micro-step, gain unread; without, a =
     * vector ⊙ gain with vector = k or [micro-steps, H or HV, K] and gain [micro-steps, H or HV, 1 or K]. k [micro-steps, keyHeads,
     * K], g [tokens, HV, K], overlaps = N [chunks, HV, C, C] (below the diagonal), dg [tokens, HV, K] (written, or with {@link
     * GradientFlags#ACCUMULATE} added to). A token's decay counts on its first micro-step.
     *
     * <p>Parallel over: chunk × value head × tiles of {@link #CHANNELS} key channels. Accumulates: float. Requires: C a
     * multiple of 16, work-groups of {@link #LANES}. Source: docs/math/backward.md. Oracle: core.reference.
     */
    static void gateCrossings(
            KernelContext context,
            IntArray table,
            FloatArray vector,
            FloatArray gain,
            FloatArray k,
            FloatArray g,
            FloatArray overlaps,
            FloatArray dg,
            int K,
            int C,
            int n,
            int H,
            int keyHeads,
            int HV,
            int flags,
            float scale,
            int signature) {
        float[] keys = context.allocateFloatLocalArray(BLOCK * CHANNELS);
        float[] tails = context.allocateFloatLocalArray(BLOCK * CHANNELS);
        float[] decays = context.allocateFloatLocalArray(C * CHANNELS);
        float[] weights = context.allocateFloatLocalArray(C * BLOCK);
        float[] parts = context.allocateFloatLocalArray(BLOCK * ROW_LANES * CHANNELS);
        int R = C / ROW_LANES;
        float[] own = new float[R];
        float[] reach = new float[R];
        float[] carried = new float[R];
        float[] nextKeys = new float[BLOCK / 4];
        float[] nextWeights = new float[C / 8];

        int lane = context.localIdx;
        int x = lane % CHANNELS;
        int y = lane / CHANNELS;
        int tiles = (K + CHANNELS - 1) / CHANNELS;
        int channel = context.groupIdx % tiles * CHANNELS;
        int block = context.groupIdx / tiles;
        int head = block % HV;
        int vectorHead = head / (HV / H);
        int keyHead = head / (HV / keyHeads);
        int entry = table.get(RunTable.CHUNKS) + 2 * (block / HV);
        int first = table.get(entry);
        int length = table.get(entry + 1);
        if (context.globalIdx == 0) {
            table.set(signature, table.get(RunTable.RUN));
        }

        for (int at = lane; at < C * CHANNELS; at += LANES) {
            int m = first + at / CHANNELS;
            int d = channel + at % CHANNELS;
            float decay = 1f;
            if (at / CHANNELS < length && d < K && m % n == 0) {
                decay = TornadoMath.exp(g.get((m / n * HV + head) * K + d));
            }
            decays[at] = decay;
        }
        for (int i = 0; i < R; i++) {
            int row = y + ROW_LANES * i;
            int m = first + row;
            int d = channel + x;
            float value = 0f;
            if (row < length && d < K) {
                if ((flags & GradientFlags.TOKEN_VECTOR) != 0) {
                    if (m % n == n - 1) {
                        value = vector.get((m / n * H + vectorHead) * K + d);
                    }
                } else {
                    int vectorRow =
                            (flags & KernelFlags.ERASE_ROW_PER_VALUE_HEAD) != 0 ? m * HV + head : m * H + vectorHead;
                    int gainRow =
                            (flags & KernelFlags.ERASE_GAIN_PER_KEY_HEAD) != 0 ? m * H + vectorHead : m * HV + head;
                    int gainAt = (flags & KernelFlags.ERASE_GAIN_PER_CHANNEL) != 0 ? gainRow * K + d : gainRow;
                    value = vector.get(vectorRow * K + d) * gain.get(gainAt);
                }
            }
            own[i] = value;
            carried[i] = 0f;
        }
        context.localBarrier();
        for (int from = 0; from < C; from += BLOCK) {
            for (int i = 0; i < BLOCK / 4; i++) {
                int row = from + y + 4 * i;
                int d = channel + x;
                float key = 0f;
                if (row < length && d < K) {
                    key = k.get(((first + row) * keyHeads + keyHead) * K + d);
                }
                nextKeys[i] = key;
            }
            for (int i = 0; i < C / 8; i++) {
                int row = lane / BLOCK + 8 * i;
                int column = from + lane % BLOCK;
                float weight = 0f;
                if (row < length && column < row) {
                    weight = overlaps.get((block * C + row) * C + column);
                }
                nextWeights[i] = weight;
            }
            for (int i = 0; i < BLOCK / 4; i++) {
                keys[lane + i * LANES] = nextKeys[i];
                float tail = 1f;
                for (int m = from + y + 4 * i + 1; m < from + BLOCK; m++) {
                    tail *= decays[m * CHANNELS + x];
                }
                tails[lane + i * LANES] = tail;
            }
            for (int i = 0; i < C / 8; i++) {
                weights[lane + i * LANES] = nextWeights[i];
            }
            // From the block's end to each row after it; rows of the block itself find their way below.
            float fade = 1f;
            for (int i = 0; i < R; i++) {
                int row = y + ROW_LANES * i;
                for (int m = TornadoMath.max(from + BLOCK, row - ROW_LANES + 1); m <= row; m++) {
                    fade *= decays[m * CHANNELS + x];
                }
                reach[i] = own[i] * fade;
            }
            context.localBarrier();
            for (int m = 0; m < BLOCK; m++) {
                float key = keys[m * CHANNELS + x];
                float decay = decays[(from + m) * CHANNELS + x];
                float within = 0f;
                float beyond = 0f;
                for (int i = 0; i < R; i++) {
                    int row = y + ROW_LANES * i;
                    if (from + m <= row) {
                        float passed = decay * carried[i];
                        if (row < from + BLOCK) {
                            float met = own[i] * passed;
                            for (int l = from + m + 1; l <= row; l++) {
                                met *= decays[l * CHANNELS + x];
                            }
                            within += met;
                        } else {
                            beyond += reach[i] * passed;
                        }
                        carried[i] = passed + weights[row * BLOCK + m] * key;
                    }
                }
                parts[(m * ROW_LANES + y) * CHANNELS + x] = within + tails[m * CHANNELS + x] * beyond;
            }
            context.localBarrier();
            for (int at = lane; at < BLOCK * CHANNELS; at += LANES) {
                int row = from + at / CHANNELS;
                int d = channel + at % CHANNELS;
                int m = first + row;
                if (row < length && d < K && m % n == 0) {
                    float sum = 0f;
                    for (int i = 0; i < ROW_LANES; i++) {
                        sum += parts[(at / CHANNELS * ROW_LANES + i) * CHANNELS + at % CHANNELS];
                    }
                    sum *= scale;
                    int to = (m / n * HV + head) * K + d;
                    if ((flags & GradientFlags.ACCUMULATE) != 0) {
                        sum += dg.get(to);
                    }
                    dg.set(to, sum);
                }
            }
        }
    }
}
