package io.deltarule.tornado.op.backward.kernel;

import io.deltarule.tornado.graph.RunTable;
import io.deltarule.tornado.graph.SequenceLookup;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Softmax attention backward: with π the weights of token t over the s that it sees, ℓ = scale · q·k_s and D = ō·o,
 *
 * <pre>
 *   ℓ̄_s = π_s (v_s·ō − D)        q̄ = scale Σ_s ℓ̄_s k_s        k̄_s = scale Σ_t ℓ̄_ts q_t        v̄_s = Σ_t π_ts ō_t
 * </pre>
 *
 * <p>q and q̄ [tokens, heads, head], k and k̄ [tokens, kvHeads, head], v and v̄ [tokens, kvHeads, value], o and ō [tokens, heads,
 * value]; keys [N, kvHeads, rows, head] and values [N, kvHeads, rows, value] from before the run, position s in row s mod rows.
 */
public final class AttentionGradientKernels {
    /** Work-items per work-group. */
    public static final int LANES = 64;

    /** q̄ or k̄ is added to. */
    public static final int ADD = 1;
    /** v̄ is added to. */
    public static final int ADD_VALUES = 2;
    /** Nobody wants q̄ or k̄. */
    public static final int NONE = 4;
    /** Nobody wants v̄. */
    public static final int NO_VALUES = 8;
    /** The rows are those of the cache before the run. */
    public static final int CACHE = 16;

    /** Below every score; its exponential is 0. */
    private static final float NEVER = -1e30f;

    private AttentionGradientKernels() {}

    /** A channel of the key or value at position s: the run's own, or from before it. */
    private static float read(
            FloatArray now,
            FloatArray before,
            int s,
            int start,
            int own,
            int cache,
            int rows,
            int stride,
            int d,
            int width) {
        float x = 0f;
        if (s >= start) {
            x = now.get((own + (s - start) * stride) * width + d);
        } else {
            x = before.get((cache + s % rows) * width + d);
        }
        return x;
    }

    /**
     * What each query needs and gets.
     *
     * <p>statistics [tokens, heads, 2] (written): log Σ exp ℓ, and D; q̄ (written, or modified).
     *
     * <p>Parallel over: token × head, lanes over the positions seen, then over channels. Accumulates: float, each lane its positions,
     * then the lanes in order; channels over positions in order. Requires: work-groups of {@link #LANES}. Source:
     * core.layer.SequenceOp. Oracle: core.reference.backward.
     */
    public static void queryGradients(
            KernelContext context,
            IntArray table,
            FloatArray q,
            FloatArray k,
            FloatArray v,
            FloatArray keys,
            FloatArray values,
            FloatArray o,
            FloatArray dO,
            FloatArray dq,
            FloatArray statistics,
            int heads,
            int kvHeads,
            int head,
            int value,
            int rows,
            int window,
            int kind,
            float scale,
            int signature) {
        float[] maxima = context.allocateFloatLocalArray(LANES);
        float[] totals = context.allocateFloatLocalArray(LANES);
        float[] slopes = context.allocateFloatLocalArray(LANES);
        int each = (head + LANES - 1) / LANES;
        float[] sums = new float[each];
        int lane = context.localIdx;
        int row = context.groupIdx;
        int token = row / heads;
        int h = row % heads / (heads / kvHeads);
        int sequence = SequenceLookup.of(table, token);
        int begin = table.get(RunTable.SEQUENCES + 2 * sequence);
        int start = table.get(table.get(RunTable.POSITIONS) + sequence);
        int cache = (sequence * kvHeads + h) * rows;
        int own = begin * kvHeads + h;
        int position = start + token - begin;
        int lowest = window > 0 ? TornadoMath.max(0, position - window + 1) : 0;
        if (context.globalIdx == 0) {
            table.set(signature, table.get(RunTable.RUN));
        }
        float largest = NEVER;
        float total = 0f;
        for (int s = lowest + lane; s <= position; s += LANES) {
            float product = 0f;
            for (int d = 0; d < head; d++) {
                product += q.get(row * head + d) * read(k, keys, s, start, own, cache, rows, kvHeads, d, head);
            }
            float score = scale * product;
            float larger = TornadoMath.max(largest, score);
            total = total * TornadoMath.exp(largest - larger) + TornadoMath.exp(score - larger);
            largest = larger;
        }
        float along = 0f;
        for (int c = lane; c < value; c += LANES) {
            along += dO.get(row * value + c) * o.get(row * value + c);
        }
        maxima[lane] = largest;
        totals[lane] = total;
        slopes[lane] = along;
        context.localBarrier();
        largest = NEVER;
        along = 0f;
        for (int i = 0; i < LANES; i++) {
            largest = TornadoMath.max(largest, maxima[i]);
            along += slopes[i];
        }
        total = 0f;
        for (int i = 0; i < LANES; i++) {
            total += totals[i] * TornadoMath.exp(maxima[i] - largest);
        }
        float logSum = largest + TornadoMath.log(total);
        if (lane == 0) {
            statistics.set(2 * row, logSum);
            statistics.set(2 * row + 1, along);
        }
        for (int i = 0; i < each; i++) {
            sums[i] = 0f;
        }
        context.localBarrier();
        for (int from = lowest; from <= position; from += LANES) {
            int s = from + lane;
            float slope = 0f;
            if (s <= position) {
                float product = 0f;
                for (int d = 0; d < head; d++) {
                    product += q.get(row * head + d) * read(k, keys, s, start, own, cache, rows, kvHeads, d, head);
                }
                float met = 0f;
                for (int c = 0; c < value; c++) {
                    met += dO.get(row * value + c) * read(v, values, s, start, own, cache, rows, kvHeads, c, value);
                }
                slope = scale * TornadoMath.exp(scale * product - logSum) * (met - along);
            }
            slopes[lane] = slope;
            context.localBarrier();
            for (int i = 0; i < each; i++) {
                int d = lane + LANES * i;
                if (d < head) {
                    float sum = sums[i];
                    for (int n = 0; n < LANES; n++) {
                        if (from + n <= position) {
                            sum += slopes[n] * read(k, keys, from + n, start, own, cache, rows, kvHeads, d, head);
                        }
                    }
                    sums[i] = sum;
                }
            }
            context.localBarrier();
        }
        for (int i = 0; i < each; i++) {
            int d = lane + LANES * i;
            if (d < head && (kind & NONE) == 0) {
                float result = sums[i];
                if ((kind & ADD) != 0) {
                    result += dq.get(row * head + d);
                }
                dq.set(row * head + d, result);
            }
        }
    }

    /**
     * What each key and value gets of the queries that see it: those of the run, or with {@link #CACHE} those from before it.
     *
     * <p>k, v: the run's, or the cache before it; statistics from {@link #queryGradients}. k̄ and v̄ likewise (written, or modified):
     * of the cache the gradients of what was carried out of the run, which become those of what was carried in. Those of the run get
     * what is there of them: dKeys and dValues, unread with {@link #CACHE}.
     *
     * <p>Parallel over: token × key head, or sequence × row × key head; lanes over queries, then over channels. Accumulates: float,
     * channels over queries in order. Requires: work-groups of {@link #LANES}; that the run is done before the cache. Source:
     * core.layer.SequenceOp. Oracle: core.reference.backward.
     */
    public static void keyGradients(
            KernelContext context,
            IntArray table,
            FloatArray q,
            FloatArray k,
            FloatArray v,
            FloatArray dO,
            FloatArray statistics,
            FloatArray dk,
            FloatArray dv,
            FloatArray dKeys,
            FloatArray dValues,
            int heads,
            int kvHeads,
            int head,
            int value,
            int rows,
            int window,
            int kind,
            float scale,
            int signature) {
        float[] slopes = context.allocateFloatLocalArray(LANES);
        float[] weights = context.allocateFloatLocalArray(LANES);
        int eachKey = (head + LANES - 1) / LANES;
        int eachValue = (value + LANES - 1) / LANES;
        float[] keySums = new float[eachKey];
        float[] valueSums = new float[eachValue];
        int lane = context.localIdx;
        int h = context.groupIdx % kvHeads;
        int item = context.groupIdx / kvHeads;
        int sequence = item / rows;
        if ((kind & CACHE) == 0) {
            sequence = SequenceLookup.of(table, item);
        }
        int begin = table.get(RunTable.SEQUENCES + 2 * sequence);
        int length = table.get(RunTable.SEQUENCES + 2 * sequence + 2) - begin;
        int start = table.get(table.get(RunTable.POSITIONS) + sequence);
        int last = start + length - 1;
        int s = start + item - begin;
        int place = item * kvHeads + h;
        int carried = (sequence * kvHeads + h) * rows + s % rows;
        boolean stays = s > last - rows;
        if ((kind & CACHE) != 0) {
            int row = item % rows;
            int since = start - 1 - row;
            s = row < start ? start - 1 - since % rows : -1; // the position that the row holds before the run
            place = (sequence * kvHeads + h) * rows + row;
            carried = place;
            stays = s >= 0 && s + rows > last;
        }
        int first = TornadoMath.max(s - start, 0);
        int end = window > 0 ? TornadoMath.min(length, s - start + window) : length;
        if (s < 0) {
            end = 0;
        }
        if (context.globalIdx == 0) {
            table.set(signature, table.get(RunTable.RUN));
        }
        for (int i = 0; i < eachKey; i++) {
            keySums[i] = 0f;
        }
        for (int i = 0; i < eachValue; i++) {
            valueSums[i] = 0f;
        }
        int group = heads / kvHeads;
        for (int j = h * group; j < (h + 1) * group; j++) {
            for (int from = first; from < end; from += LANES) {
                int query = from + lane;
                float slope = 0f;
                float weight = 0f;
                if (query < end) {
                    int row = (begin + query) * heads + j;
                    float product = 0f;
                    for (int d = 0; d < head; d++) {
                        product += q.get(row * head + d) * k.get(place * head + d);
                    }
                    float met = 0f;
                    for (int c = 0; c < value; c++) {
                        met += dO.get(row * value + c) * v.get(place * value + c);
                    }
                    weight = TornadoMath.exp(scale * product - statistics.get(2 * row));
                    slope = scale * weight * (met - statistics.get(2 * row + 1));
                }
                slopes[lane] = slope;
                weights[lane] = weight;
                context.localBarrier();
                for (int i = 0; i < eachKey; i++) {
                    int d = lane + LANES * i;
                    if (d < head) {
                        float sum = keySums[i];
                        for (int n = 0; n < LANES; n++) {
                            if (from + n < end) {
                                sum += slopes[n] * q.get(((begin + from + n) * heads + j) * head + d);
                            }
                        }
                        keySums[i] = sum;
                    }
                }
                for (int i = 0; i < eachValue; i++) {
                    int c = lane + LANES * i;
                    if (c < value) {
                        float sum = valueSums[i];
                        for (int n = 0; n < LANES; n++) {
                            if (from + n < end) {
                                sum += weights[n] * dO.get(((begin + from + n) * heads + j) * value + c);
                            }
                        }
                        valueSums[i] = sum;
                    }
                }
                context.localBarrier();
            }
        }
        for (int i = 0; i < eachKey; i++) {
            int d = lane + LANES * i;
            if (d < head && (kind & NONE) == 0) {
                float sum = keySums[i];
                if (stays && (kind & CACHE) == 0) {
                    sum += dKeys.get(carried * head + d);
                }
                if ((kind & ADD) != 0 || (stays && (kind & CACHE) != 0)) {
                    sum += dk.get(place * head + d);
                }
                dk.set(place * head + d, sum);
            }
        }
        for (int i = 0; i < eachValue; i++) {
            int c = lane + LANES * i;
            if (c < value && (kind & NO_VALUES) == 0) {
                float sum = valueSums[i];
                if (stays && (kind & CACHE) == 0) {
                    sum += dValues.get(carried * value + c);
                }
                if ((kind & ADD_VALUES) != 0 || (stays && (kind & CACHE) != 0)) {
                    sum += dv.get(place * value + c);
                }
                dv.set(place * value + c, sum);
            }
        }
    }
}
