package io.deltarule.tornado.delta.backward;

import io.deltarule.tornado.delta.KernelFlags;
import io.deltarule.tornado.graph.LevelLookup;
import io.deltarule.tornado.graph.RunTable;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * The gradient of the log-decays, dg_t = Σ_v dS' ⊙ S', without the states inside a chunk. What is written before micro-step
 * t and read at or after it, or was there before the chunk and is still there after it, passes through the decay of t:
 *
 * <pre>
 *   dg_t = exp(G_C) ⊙ Σ_v D ⊙ S0                        through the whole chunk
 *        + Σ_{j &lt; t} k_j ⊙ exp(G_C − G_j) ⊙ (D p_j)      from a row to beyond the chunk
 *        + Σ_{m ≥ t} exp G_m ⊙ (Σ a_m ⊙ (S0 b_m) − e_m ⊙ (S0 dp_m))      from before the chunk to a row
 *        + Σ_{j &lt; t ≤ m} Q_mj                           from row to row
 * </pre>
 *
 * For one decay per head Q_mj = Σ M_mj (b_m·p_j) − L_mj (dp_m·p_j) is a number, and {@link #gateRectangles} adds up the
 * rectangle. For one per channel that would be C² K numbers, which {@link GateCrossingKernel} adds up as they arise. Either way
 * every term has exp g_t as a factor: a decay to 0 has a gradient of 0, and one that is nearly 0 has the digits of its own.
 */
final class GateGradientKernels {
    /** Work-items per work-group: 16 × 8. */
    static final int LANES = 128;
    /** Gate channels per work-group of {@link #gateSums}. */
    static final int CHANNELS = 32;
    /** Work-items per work-group of {@link #gateRectangles}, one per row of the largest chunk. */
    static final int ROWS = 64;

    private static final int ACROSS = 8;

    private GateGradientKernels() {}

    /**
     * Products of a key vector with its gradient, or a part of it; summed over channels where the decay is one per head.
     *
     * <pre>  sums_i = scale · a_i ⊙ gradient_i </pre>
     *
     * <p>a: with {@link GradientFlags#TOKEN_VECTOR} vector [tokens, H, K], with gradient [tokens, HV, K], at each token's last
     * micro-step; with {@link GradientFlags#PLAIN_VECTOR} vector [micro-steps, H, K]; gain unread for both; without, a = vector ⊙
     * gain with vector = k or [micro-steps, H or HV, K], gain [micro-steps, H or HV, 1 or K]. gradient [micro-steps, HV, K]; sums
     * [micro-steps, HV, G] (written, or with {@link GradientFlags#ACCUMULATE} added to).
     *
     * <p>Parallel over: chunk × value head; 8 lanes to a row. Accumulates: float. Requires: C a multiple of 16, G ∈ {1, K},
     * work-groups of {@link #LANES}. Source: docs/math/backward.md. Oracle: core.reference.
     */
    static void gateProducts(
            KernelContext context,
            IntArray table,
            FloatArray vector,
            FloatArray gain,
            FloatArray gradient,
            FloatArray sums,
            int K,
            int C,
            int G,
            int n,
            int H,
            int HV,
            int flags,
            float scale,
            int signature) {
        float[] parts = context.allocateFloatLocalArray(LANES);
        int lane = context.localIdx;
        int part = lane % ACROSS;
        int head = context.groupIdx % HV;
        int keyHead = head / (HV / H);
        int entry = table.get(RunTable.CHUNKS) + 2 * (context.groupIdx / HV);
        int first = table.get(entry);
        int length = table.get(entry + 1);
        if (context.globalIdx == 0) {
            table.set(signature, table.get(RunTable.RUN));
        }

        for (int from = 0; from < C; from += LANES / ACROSS) {
            int row = from + lane / ACROSS;
            int m = first + row;
            int channels = row < length ? K : 0;
            float total = 0f;
            for (int d = part; d < channels; d += ACROSS) {
                float product = 0f;
                if ((flags & GradientFlags.TOKEN_VECTOR) != 0) {
                    if (m % n == n - 1) {
                        int token = m / n;
                        product = vector.get((token * H + keyHead) * K + d) * gradient.get((token * HV + head) * K + d);
                    }
                } else {
                    int vectorRow =
                            (flags & KernelFlags.ERASE_ROW_PER_VALUE_HEAD) != 0 ? m * HV + head : m * H + keyHead;
                    product = vector.get(vectorRow * K + d) * gradient.get((m * HV + head) * K + d);
                    if ((flags & GradientFlags.PLAIN_VECTOR) == 0) {
                        int gainRow =
                                (flags & KernelFlags.ERASE_GAIN_PER_KEY_HEAD) != 0 ? m * H + keyHead : m * HV + head;
                        product *=
                                gain.get((flags & KernelFlags.ERASE_GAIN_PER_CHANNEL) != 0 ? gainRow * K + d : gainRow);
                    }
                }
                product *= scale;
                total += product;
                if (G > 1) {
                    int to = (m * HV + head) * K + d;
                    if ((flags & GradientFlags.ACCUMULATE) != 0) {
                        product += sums.get(to);
                    }
                    sums.set(to, product);
                }
            }
            parts[lane] = total;
            context.localBarrier();
            if (G == 1 && part == 0 && row < length) {
                int to = m * HV + head;
                float sum = 0f;
                if ((flags & GradientFlags.ACCUMULATE) != 0) {
                    sum = sums.get(to);
                }
                for (int i = 0; i < ACROSS; i++) {
                    sum += parts[lane + i];
                }
                sums.set(to, sum);
            }
            context.localBarrier();
        }
    }

    /**
     * Sums of what passes through each decay from row to row of a chunk, for one decay per head.
     *
     * <pre>  dg_t += Σ_{j &lt; t ≤ m} scores_mj overlaps_mj − lower_mj erased_mj </pre>
     *
     * <p>scores = M, overlaps = b·P, and with {@link GradientFlags#ERASES} lower = L and erased = dP·P (unread without) [chunks, HV,
     * C, C] (below the diagonal); dg [tokens, HV] (written, or with {@link GradientFlags#ACCUMULATE} added to).
     *
     * <p>Parallel over: chunk × value head; a lane per row, then per column. Accumulates: float. Requires: C up to {@link
     * #ROWS}, which is the work-groups' size. Source: docs/math/backward.md. Oracle: core.reference.
     */
    static void gateRectangles(
            KernelContext context,
            IntArray table,
            FloatArray scores,
            FloatArray overlaps,
            FloatArray lower,
            FloatArray erased,
            FloatArray dg,
            int C,
            int n,
            int HV,
            int flags,
            int signature) {
        float[] Q = context.allocateFloatLocalArray(C * (C + 1));
        float[] next = new float[16];
        int lane = context.localIdx;
        int base = context.groupIdx * C * C;
        int head = context.groupIdx % HV;
        int entry = table.get(RunTable.CHUNKS) + 2 * (context.groupIdx / HV);
        int first = table.get(entry);
        int length = table.get(entry + 1);
        if (context.globalIdx == 0) {
            table.set(signature, table.get(RunTable.RUN));
        }

        for (int from = 0; from < C * C; from += 16 * ROWS) {
            for (int i = 0; i < 16; i++) {
                int at = from + lane + i * ROWS;
                float value = 0f;
                if (at < C * C && at % C < at / C && at / C < length) {
                    value = scores.get(base + at) * overlaps.get(base + at);
                    if ((flags & GradientFlags.ERASES) != 0) {
                        value -= lower.get(base + at) * erased.get(base + at);
                    }
                }
                next[i] = value;
            }
            for (int i = 0; i < 16; i++) {
                int at = from + lane + i * ROWS;
                if (at < C * C) {
                    Q[at / C * (C + 1) + at % C] = next[i];
                }
            }
        }
        context.localBarrier();
        if (lane < C) {
            float sum = 0f;
            for (int j = 0; j < C; j++) {
                float value = Q[lane * (C + 1) + j];
                Q[lane * (C + 1) + j] = sum;
                sum += value;
            }
        }
        context.localBarrier();
        if (lane < length && (first + lane) % n == 0) {
            int to = (first + lane) / n * HV + head;
            float sum = 0f;
            if ((flags & GradientFlags.ACCUMULATE) != 0) {
                sum = dg.get(to);
            }
            for (int m = lane; m < length; m++) {
                sum += Q[m * (C + 1) + lane];
            }
            dg.set(to, sum);
        }
    }

    /**
     * All that passes through each decay of a chunk.
     *
     * <pre>  dg_t = into_C ⊙ Σ_v D ⊙ S0 + Σ_{j &lt; t} outer_j + Σ_{m ≥ t} sums_m        (G = 1: Σ_v Σ_d) </pre>
     *
     * <p>into [chunks, HV, C, G], states = S0 and stateGradients = D [chunks, HV, K, V], sums and outer [micro-steps, HV,
     * G], dg [tokens, HV, G] (added to). A token's decay counts on its first micro-step. With {@link KernelFlags#LEVELS} the first sum
     * is over the log-linear states from before the chunk [all states, HV, K, V].
     *
     * <p>Parallel over: chunk × value head × tiles of {@link #CHANNELS} gate channels. Accumulates: float. Requires: G ∈ {1,
     * K}, work-groups of {@link #LANES}. Source: docs/math/backward.md. Oracle: core.reference.
     */
    static void gateSums(
            KernelContext context,
            IntArray table,
            FloatArray into,
            FloatArray states,
            FloatArray stateGradients,
            FloatArray sums,
            FloatArray outer,
            FloatArray dg,
            int K,
            int V,
            int C,
            int G,
            int n,
            int HV,
            int flags,
            int signature) {
        float[] parts = context.allocateFloatLocalArray(CHANNELS * 17);
        float[] through = context.allocateFloatLocalArray(CHANNELS);
        int lane = context.localIdx;
        int column = lane % 16;
        int tiles = (G + CHANNELS - 1) / CHANNELS;
        int start = context.groupIdx % tiles * CHANNELS;
        int end = G == 1 ? K : start + CHANNELS;
        int block = context.groupIdx / tiles;
        int head = block % HV;
        int entry = table.get(RunTable.CHUNKS) + 2 * (block / HV);
        int first = table.get(entry);
        int length = table.get(entry + 1);
        int width = length > 0 ? V : 0;
        if (context.globalIdx == 0) {
            table.set(signature, table.get(RunTable.RUN));
        }

        int L = 1;
        int position = 0;
        int firstLive = 0;
        int lowest = 0;
        if ((flags & KernelFlags.LEVELS) != 0) {
            int levels = table.get(RunTable.CHUNK_LEVELS) + 3 * (block / HV);
            L = table.get(RunTable.LEVELS);
            position = table.get(levels);
            firstLive = table.get(levels + 1);
            lowest = 1;
        }
        float own = 0f;
        for (int from = start; from < end; from += CHANNELS) {
            for (int r = lane / 16; r < CHANNELS; r += LANES / 16) {
                int d = from + r;
                float sum = 0f;
                int part = block;
                int live = firstLive;
                for (int level = lowest; level < L; level++) {
                    if (d < K && LevelLookup.live(position, level)) {
                        if (level > 0) {
                            part = live * HV + head;
                            live++;
                        }
                        for (int c = column; c < width; c += 16) {
                            int at = (part * K + d) * V + c;
                            sum += states.get(at) * stateGradients.get(at);
                        }
                    }
                }
                parts[r * 17 + column] = sum;
            }
            context.localBarrier();
            if (lane < CHANNELS) {
                for (int c = 0; c < 16; c++) {
                    own += parts[lane * 17 + c];
                }
            }
            context.localBarrier();
        }
        if (lane < CHANNELS) {
            through[lane] = own;
        }
        context.localBarrier();
        if (lane < CHANNELS && start + lane < G && length > 0) {
            if (G == 1) {
                for (int r = 1; r < CHANNELS; r++) {
                    own += through[r];
                }
            }
            int d = start + lane;
            float sum = 0f;
            for (int back = 1; back <= length; back++) {
                int m = first + length - back;
                sum += sums.get((m * HV + head) * G + d);
                if (m % n == 0) {
                    int to = (m / n * HV + head) * G + d;
                    dg.set(to, dg.get(to) + sum);
                }
            }
            sum = own * into.get((block * C + C - 1) * G + d);
            for (int row = 0; row < length; row++) {
                int m = first + row;
                if (m % n == 0) {
                    int to = (m / n * HV + head) * G + d;
                    dg.set(to, dg.get(to) + sum);
                }
                sum += outer.get((m * HV + head) * G + d);
            }
        }
    }
}
