package io.deltarule.tornado.delta;

import io.deltarule.tornado.graph.LevelLookup;
import io.deltarule.tornado.graph.RunTable;
import io.deltarule.tornado.quirks.PackedSignature;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** The recurrence token by token: one kernel for every variant and gate width. */
public final class RecurrentKernel {
    /** Value channels per work-group: sixteen floats are two 32-byte sectors of a state row. */
    static final int COLUMNS = 16;
    /** Lanes that share a value channel, each holding every eighth state row in registers. */
    static final int ROW_LANES = 8;
    /** Work-items per work-group. */
    static final int LANES = COLUMNS * ROW_LANES;
    /** The most key channels: two copies of four vectors of them share 48 KB of local memory. */
    public static final int MAX_K = 1480;

    private RecurrentKernel() {}

    /**
     * All micro-steps of one sequence for 16 value channels of one head.
     *
     * <pre>
     *   S' = diag(exp g_t) S    p = u − S'ᵀ e    S = S' + k pᵀ    o_t = scale · Sᵀ q = scale · (S'ᵀ q + (k·q) p)
     * </pre>
     *
     * <p>q [tokens, H, K], k [micro-steps, H, K], v [micro-steps, HV, V], g [tokens, HV], [tokens, HV, K] or unread, erase =
     * k or [micro-steps, H or HV, K], eraseGain [micro-steps, H or HV, 1 or K], writeGain [micro-steps, HV, 1 or V], state [N,
     * HV, K, V] (modified), o [tokens, HV, V] (written). The decay counts on a token's first micro-step, the read-out
     * follows its last. With {@link KernelFlags#NOTHING_ERASED} p = u, and erase and eraseGain are unread. With {@link KernelFlags#KEEP_CHUNKS} values = p [chunks, HV, C, V] (written, zero past a chunk's end)
     * and states [chunks, HV, K, V] (written): the state before each chunk; both untouched without.
     *
     * <p>With {@link KernelFlags#LEVELS} state [N, HV, L, K, V] has one matrix per level, and values = λ [tokens, HV, L]. Before a token's
     * first micro-step the levels below that of its position are merged into it, every level that is live takes the step above, level 0 with
     * u and the others without, and o_t = Σ_ℓ λ_t^(ℓ) of what each gives. The tiles of the states go through registers one after the
     * other; what is not live at the end is zero.
     *
     * <p>Parallel over: sequence × value head × tiles of {@link #COLUMNS} value channels; the state tile stays in
     * registers. Reading S' instead of S lets both sums over K share one barrier. Accumulates: float. Requires: HV a
     * multiple of H; work-groups of {@link #LANES}. Source: docs/math/recurrence.md, docs/math/log-linear.md. Oracle: core.reference.
     */
    static void recurrentSteps(
            KernelContext context,
            IntArray table,
            FloatArray q,
            FloatArray k,
            FloatArray v,
            FloatArray g,
            FloatArray erase,
            FloatArray eraseGain,
            FloatArray writeGain,
            FloatArray state,
            FloatArray o,
            FloatArray values,
            FloatArray states,
            int K,
            int V,
            int n,
            int H,
            int HV,
            int flags,
            float scale) {
        int rows = (K + ROW_LANES - 1) / ROW_LANES;
        int padded = rows * ROW_LANES;
        // Two halves: the vectors of the next micro-step load while slow lanes still use this one's.
        float[] keys = context.allocateFloatLocalArray(2 * padded);
        float[] eraseKeys = context.allocateFloatLocalArray(2 * padded);
        float[] queries = context.allocateFloatLocalArray(2 * padded);
        float[] decays = context.allocateFloatLocalArray(2 * padded);
        float[] foundParts = context.allocateFloatLocalArray(LANES);
        float[] readParts = context.allocateFloatLocalArray(LANES);
        float[] overlapParts = context.allocateFloatLocalArray(LANES);
        float[] S = new float[rows];

        int lane = context.localIdx;
        int column = lane % COLUMNS;
        int rowLane = lane / COLUMNS;
        int tiles = (V + COLUMNS - 1) / COLUMNS;
        int tile = context.groupIdx % tiles;
        int head = context.groupIdx / tiles % HV;
        int sequence = context.groupIdx / tiles / HV;
        int keyHead = head / (HV / H);
        int channel = tile * COLUMNS + column;
        int L = 1;
        int position = 0;
        if ((flags & KernelFlags.LEVELS) != 0) {
            L = table.get(RunTable.LEVELS);
            position = table.get(table.get(RunTable.POSITIONS) + sequence);
        }
        int stateBase = (sequence * HV + head) * L * K * V + channel;
        if (context.globalIdx == 0) {
            table.set(flags >> PackedSignature.SHIFT, table.get(RunTable.RUN));
        }

        if ((flags & KernelFlags.LEVELS) == 0) {
            for (int r = 0; r < rows; r++) {
                int d = r * ROW_LANES + rowLane;
                float x = 0f;
                if (d < K && channel < V) {
                    x = state.get(stateBase + d * V);
                }
                S[r] = x;
            }
        }
        int C = table.get(RunTable.CHUNK_SIZE);
        int block = table.get(RunTable.SEQUENCES + 2 * sequence + 1) * HV + head;
        int row = 0;
        int begin = table.get(RunTable.SEQUENCES + 2 * sequence) * n;
        int end = table.get(RunTable.SEQUENCES + 2 * sequence + 2) * n;
        for (int m = begin; m < end; m++) {
            if ((flags & KernelFlags.KEEP_CHUNKS) != 0) {
                if (row == C) {
                    row = 0;
                    block += HV;
                }
                if (row == 0) {
                    for (int r = 0; r < rows; r++) {
                        int d = r * ROW_LANES + rowLane;
                        if (d < K && channel < V) {
                            states.set((block * K + d) * V + channel, S[r]);
                        }
                    }
                }
            }
            int token = m / n;
            int step = m - token * n;
            int half = (m & 1) * padded;
            int t = 0;
            if ((flags & KernelFlags.LEVELS) != 0) {
                t = position + token - begin / n;
            }
            if ((flags & KernelFlags.LEVELS) != 0 && step == 0 && t > 0) {
                int into = LevelLookup.mergedInto(t);
                for (int r = 0; r < rows; r++) {
                    int d = r * ROW_LANES + rowLane;
                    if (d < K && channel < V) {
                        float sum = 0f;
                        for (int level = 0; level < into; level++) {
                            sum += state.get(stateBase + (level * K + d) * V);
                            state.set(stateBase + (level * K + d) * V, 0f);
                        }
                        state.set(stateBase + (into * K + d) * V, sum);
                    }
                }
            }
            for (int d = lane; d < padded; d += LANES) {
                float kd = 0f;
                float ed = 0f;
                float qd = 0f;
                float decay = 1f;
                if (d < K) {
                    kd = k.get((m * H + keyHead) * K + d);
                    if ((flags & KernelFlags.NOTHING_ERASED) == 0) {
                        int eraseRow =
                                (flags & KernelFlags.ERASE_ROW_PER_VALUE_HEAD) != 0 ? m * HV + head : m * H + keyHead;
                        int gainRow =
                                (flags & KernelFlags.ERASE_GAIN_PER_KEY_HEAD) != 0 ? m * H + keyHead : m * HV + head;
                        int gainAt = (flags & KernelFlags.ERASE_GAIN_PER_CHANNEL) != 0 ? gainRow * K + d : gainRow;
                        ed = erase.get(eraseRow * K + d) * eraseGain.get(gainAt);
                    }
                    if (step == n - 1) {
                        qd = q.get((token * H + keyHead) * K + d);
                    }
                    if ((flags & KernelFlags.DECAYS) != 0 && step == 0) {
                        int gateAt = token * HV + head;
                        gateAt = (flags & KernelFlags.DECAY_PER_CHANNEL) != 0 ? gateAt * K + d : gateAt;
                        decay = TornadoMath.exp(g.get(gateAt));
                    }
                }
                keys[half + d] = kd;
                eraseKeys[half + d] = ed;
                queries[half + d] = qd;
                decays[half + d] = decay;
            }
            float p = 0f;
            float out = 0f;
            for (int level = 0; level < L; level = LevelLookup.above(t, level)) {
                // The next level's parts, and at first the vectors above, wait for lanes that still read the last ones.
                context.localBarrier();
                if ((flags & KernelFlags.LEVELS) != 0) {
                    for (int r = 0; r < rows; r++) {
                        int d = r * ROW_LANES + rowLane;
                        float x = 0f;
                        if (d < K && channel < V && level + step > 0) {
                            x = state.get(stateBase + (level * K + d) * V);
                        }
                        S[r] = x;
                    }
                }
                float found = 0f;
                float read = 0f;
                float overlap = 0f;
                for (int r = 0; r < rows; r++) {
                    int d = half + r * ROW_LANES + rowLane;
                    float x = S[r];
                    if ((flags & KernelFlags.DECAYS) != 0) {
                        x *= decays[d];
                        S[r] = x;
                    }
                    if ((flags & KernelFlags.NOTHING_ERASED) == 0) {
                        found += x * eraseKeys[d];
                    }
                    read += x * queries[d];
                    overlap += keys[d] * queries[d];
                }
                foundParts[lane] = found;
                readParts[lane] = read;
                overlapParts[lane] = overlap;
                context.localBarrier();

                found = 0f;
                read = 0f;
                overlap = 0f;
                for (int r = 0; r < ROW_LANES; r++) {
                    if ((flags & KernelFlags.NOTHING_ERASED) == 0) {
                        found += foundParts[r * COLUMNS + column];
                    }
                    read += readParts[r * COLUMNS + column];
                    overlap += overlapParts[r * COLUMNS + column];
                }
                float u = 0f;
                if (channel < V && level == 0) {
                    int valueAt = (m * HV + head) * V + channel;
                    int gainAt = (flags & KernelFlags.WRITE_GAIN_PER_CHANNEL) != 0 ? valueAt : m * HV + head;
                    u = v.get(valueAt) * writeGain.get(gainAt);
                }
                p = u - found;
                for (int r = 0; r < rows; r++) {
                    S[r] += keys[half + r * ROW_LANES + rowLane] * p;
                }
                float weight = 1f;
                if ((flags & KernelFlags.LEVELS) != 0) {
                    weight = values.get((token * HV + head) * L + level);
                    for (int r = 0; r < rows; r++) {
                        int d = r * ROW_LANES + rowLane;
                        if (d < K && channel < V) {
                            state.set(stateBase + (level * K + d) * V, S[r]);
                        }
                    }
                }
                out += weight * (read + overlap * p);
            }
            if (step == n - 1 && rowLane == 0 && channel < V) {
                o.set((token * HV + head) * V + channel, scale * out);
            }
            if ((flags & KernelFlags.KEEP_CHUNKS) != 0) {
                if (rowLane == 0 && channel < V) {
                    values.set((block * C + row) * V + channel, p);
                }
                row++;
            }
        }
        if ((flags & KernelFlags.KEEP_CHUNKS) != 0) {
            // Rows that no micro-step wrote: the read multiplies them by zero, so they must be numbers.
            if (row > 0 && rowLane == 0 && channel < V) {
                for (int i = row; i < C; i++) {
                    values.set((block * C + i) * V + channel, 0f);
                }
            }
        }
        if ((flags & KernelFlags.LEVELS) != 0) {
            int last = position + (end - begin) / n - 1;
            int levels = end > begin ? L : 0;
            for (int level = 1; level < levels; level++) {
                if (!LevelLookup.live(last, level)) {
                    for (int r = 0; r < rows; r++) {
                        int d = r * ROW_LANES + rowLane;
                        if (d < K && channel < V) {
                            state.set(stateBase + (level * K + d) * V, 0f);
                        }
                    }
                }
            }
        } else {
            for (int r = 0; r < rows; r++) {
                int d = r * ROW_LANES + rowLane;
                if (d < K && channel < V) {
                    state.set(stateBase + d * V, S[r]);
                }
            }
        }
    }
}
