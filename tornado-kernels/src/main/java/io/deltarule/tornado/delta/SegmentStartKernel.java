package io.deltarule.tornado.delta;

import io.deltarule.tornado.graph.RunTable;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** From segment to segment of a sequence instead of from chunk to chunk. */
final class SegmentStartKernel {
    /** Work-items per work-group: 8 × 16, each with K/16 key channels and one value channel. */
    static final int LANES = 128;
    /** Value channels per work-group. */
    static final int COLUMNS = 8;
    /** What local memory holds. */
    static final int MAX_K = 256;

    private static final int DEPTH = 16;
    private static final int STRIDE = DEPTH + 4;

    private SegmentStartKernel() {}

    /**
     * The state before each segment.
     *
     * <pre>  S ← A S + B        S the state before the sequence; A and B what a segment makes of a state </pre>
     *
     * <p>state [N, HV, K, V], states: after the places of the chunks' own, for each segment and value head B beside A [K, V + K] in, S in
     * the place of B out. With {@link KernelFlags#NOTHING_ERASED} A is diagonal, [K, V + 1]. With {@link KernelFlags#BACKWARD}
     * from the last segment to the first.
     *
     * <p>Parallel over: sequence × value head × tiles of {@link #COLUMNS} value channels. Accumulates: float. Requires: K up to
     * {@link #MAX_K}, work-groups of {@link #LANES}. Source: docs/math/wy-representation.md. Oracle: core.reference.
     */
    static void segmentStarts(
            KernelContext context,
            IntArray table,
            FloatArray state,
            FloatArray states,
            int K,
            int V,
            int HV,
            int flags,
            int signature) {
        int D = (K + 15) / 16;
        float[] S = context.allocateFloatLocalArray(D * 16 * COLUMNS);
        float[] tile = context.allocateFloatLocalArray(D * 16 * STRIDE);
        float[] held = new float[D];
        float[] sums = new float[D];
        float[] next = new float[2 * D];

        int lane = context.localIdx;
        int x = lane % COLUMNS;
        int y = lane / COLUMNS;
        int tiles = (V + COLUMNS - 1) / COLUMNS;
        int head = context.groupIdx / tiles % HV;
        int walk = context.groupIdx / tiles / HV;
        int channel = context.groupIdx % tiles * COLUMNS + x;
        int span = V + ((flags & KernelFlags.NOTHING_ERASED) != 0 ? 1 : K);
        int first = table.get(RunTable.WALKS) + 4 * walk;
        // All of a sequence's for its first one, none for the others.
        int segments = table.get(first + 3);
        int stateBase = (table.get(first + 2) * HV + head) * K * V + channel;
        if (context.globalIdx == 0) {
            table.set(signature, table.get(RunTable.RUN));
        }

        for (int i = 0; i < D; i++) {
            int d = y + 16 * i;
            float value = 0f;
            if (segments > 0 && d < K && channel < V) {
                value = state.get(stateBase + d * V);
            }
            held[i] = value;
        }
        for (int step = 0; step < segments; step++) {
            int segment = walk + ((flags & KernelFlags.BACKWARD) != 0 ? segments - 1 - step : step);
            int base = table.get(RunTable.FIRST_LIVE) * HV * K * V + (segment * HV + head) * K * span;
            for (int i = 0; i < D; i++) {
                int d = y + 16 * i;
                float value = 0f;
                if (d < K && channel < V) {
                    value = states.get(base + d * span + channel);
                    if ((flags & KernelFlags.NOTHING_ERASED) != 0) {
                        value += states.get(base + d * span + V) * held[i];
                    }
                }
                sums[i] = value;
            }
            for (int i = 0; i < D; i++) {
                int d = y + 16 * i;
                if (d < K && channel < V) {
                    states.set(base + d * span + channel, held[i]);
                }
                S[d * COLUMNS + x] = held[i];
            }
            // What the last one makes of it nobody asks here.
            int depth = (flags & KernelFlags.NOTHING_ERASED) == 0 && step + 1 < segments ? K : 0;
            for (int from = 0; from < depth; from += DEPTH) {
                for (int i = 0; i < 2 * D; i++) {
                    int d = lane / DEPTH + 8 * i;
                    int column = from + lane % DEPTH;
                    float value = 0f;
                    if (d < K && column < K) {
                        value = states.get(base + d * span + V + column);
                    }
                    next[i] = value;
                }
                for (int i = 0; i < 2 * D; i++) {
                    tile[(lane / DEPTH + 8 * i) * STRIDE + lane % DEPTH] = next[i];
                }
                context.localBarrier();
                for (int j = 0; j < DEPTH; j++) {
                    float right = S[(from + j) * COLUMNS + x];
                    for (int i = 0; i < D; i++) {
                        sums[i] += tile[(y + 16 * i) * STRIDE + j] * right;
                    }
                }
                context.localBarrier();
            }
            for (int i = 0; i < D; i++) {
                held[i] = sums[i];
            }
        }
    }
}
