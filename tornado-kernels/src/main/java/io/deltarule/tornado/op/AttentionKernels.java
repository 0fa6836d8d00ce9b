package io.deltarule.tornado.op;

import io.deltarule.tornado.graph.RunTable;
import io.deltarule.tornado.graph.SequenceLookup;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** Causal softmax attention over what a sequence's cache holds and what the run brings. */
final class AttentionKernels {
    /** Work-items per work-group of {@link #attend}: 8 for each query. */
    static final int LANES = 128;
    /** Queries per work-group: the chunk size of the table that it is given. */
    static final int QUERIES = 16;
    /** Work-items per work-group of {@link #keep}. */
    static final int KEEP_LANES = 128;

    private static final int QUERY_LANES = LANES / QUERIES;
    private static final int TILE = 32;
    private static final int STRIDE = TILE + 1;
    private static final int EACH = TILE / QUERY_LANES;
    /** Below every score; its exponential is 0. */
    private static final float NEVER = -1e30f;

    private AttentionKernels() {}

    /**
     * Up to sixteen tokens of a sequence with one head: keys and values pass through local memory in tiles of 32, with a
     * running maximum and sum.
     *
     * <pre>  o_t = Σ_s softmax_s( scale · q_t·k_s ) v_s        s ≤ t, and s &gt; t − window where there is a window </pre>
     *
     * <p>q [tokens, heads, head], k [tokens, kvHeads, head], v [tokens, kvHeads, value], keys [N, kvHeads, rows, head],
     * values [N, kvHeads, rows, value], o [tokens, heads, value] (written). Position s before the run lies in row s mod
     * rows of the cache; rows is at least the window, or the most positions there are.
     *
     * <p>Parallel over: sixteen tokens × head. Accumulates: float. Requires: work-groups of {@link #LANES}, a table with
     * chunks of {@link #QUERIES}. Source: core.layer.LayerOp. Oracle: core.reference.AttentionStep.
     */
    static void attend(
            KernelContext context,
            IntArray table,
            FloatArray q,
            FloatArray k,
            FloatArray v,
            FloatArray keys,
            FloatArray values,
            FloatArray o,
            int heads,
            int kvHeads,
            int head,
            int value,
            int rows,
            int window,
            float scale,
            int signature) {
        float[] left = context.allocateFloatLocalArray(QUERIES * STRIDE);
        float[] right = context.allocateFloatLocalArray(TILE * STRIDE);
        float[] scores = context.allocateFloatLocalArray(QUERIES * STRIDE);
        int columnTiles = (value + TILE - 1) / TILE;
        float[] sums = new float[columnTiles * EACH];
        float[] products = new float[EACH];

        int lane = context.localIdx;
        int part = lane % QUERY_LANES;
        int query = lane / QUERY_LANES;
        int j = context.groupIdx % heads;
        int h = j / (heads / kvHeads);
        int entry = table.get(RunTable.CHUNKS) + context.groupIdx / heads * 2;
        int first = table.get(entry);
        int length = table.get(entry + 1);
        int sequence = SequenceLookup.of(table, first);
        int begin = table.get(RunTable.SEQUENCES + 2 * sequence);
        int start = table.get(table.get(RunTable.POSITIONS) + sequence);
        int cache = (sequence * kvHeads + h) * rows;
        int firstPosition = start + first - begin;
        int lastPosition = firstPosition + length - 1;
        int position = firstPosition + query;
        int lowest = window > 0 ? TornadoMath.max(0, firstPosition - window + 1) : 0;
        if (context.globalIdx == 0) {
            table.set(signature, table.get(RunTable.RUN));
        }

        for (int i = 0; i < columnTiles * EACH; i++) {
            sums[i] = 0f;
        }
        float largest = NEVER;
        float total = 0f;
        for (int from = lowest; from <= lastPosition; from += TILE) {
            for (int i = 0; i < EACH; i++) {
                products[i] = 0f;
            }
            for (int fromChannel = 0; fromChannel < head; fromChannel += TILE) {
                for (int at = lane; at < QUERIES * TILE; at += LANES) {
                    int r = at / TILE;
                    int d = fromChannel + at % TILE;
                    float x = 0f;
                    if (r < length && d < head) {
                        x = q.get(((first + r) * heads + j) * head + d);
                    }
                    left[r * STRIDE + at % TILE] = x;
                }
                for (int at = lane; at < TILE * TILE; at += LANES) {
                    int s = from + at / TILE;
                    int d = fromChannel + at % TILE;
                    float x = 0f;
                    if (s <= lastPosition && d < head) {
                        if (s >= start) {
                            x = k.get(((begin + s - start) * kvHeads + h) * head + d);
                        } else {
                            x = keys.get((cache + s % rows) * head + d);
                        }
                    }
                    right[at / TILE * STRIDE + at % TILE] = x;
                }
                context.localBarrier();
                for (int d = 0; d < TILE; d++) {
                    float x = left[query * STRIDE + d];
                    for (int i = 0; i < EACH; i++) {
                        products[i] += x * right[(part + QUERY_LANES * i) * STRIDE + d];
                    }
                }
                context.localBarrier();
            }
            for (int i = 0; i < EACH; i++) {
                int s = from + part + QUERY_LANES * i;
                boolean seen = s <= position && (window == 0 || s > position - window);
                float score = scale * products[i];
                scores[query * STRIDE + part + QUERY_LANES * i] = seen ? score : NEVER;
            }
            context.localBarrier();
            float larger = largest;
            for (int i = 0; i < TILE; i++) {
                larger = TornadoMath.max(larger, scores[query * STRIDE + i]);
            }
            context.localBarrier();
            for (int i = 0; i < EACH; i++) {
                int at = query * STRIDE + part + QUERY_LANES * i;
                float score = scores[at];
                float weight = TornadoMath.exp(score - larger);
                scores[at] = score > NEVER ? weight : 0f;
            }
            context.localBarrier();
            float fade = TornadoMath.exp(largest - larger);
            largest = larger;
            total *= fade;
            for (int i = 0; i < TILE; i++) {
                total += scores[query * STRIDE + i];
            }
            for (int tile = 0; tile < columnTiles; tile++) {
                for (int at = lane; at < TILE * TILE; at += LANES) {
                    int s = from + at / TILE;
                    int c = tile * TILE + at % TILE;
                    float x = 0f;
                    if (s <= lastPosition && c < value) {
                        if (s >= start) {
                            x = v.get(((begin + s - start) * kvHeads + h) * value + c);
                        } else {
                            x = values.get((cache + s % rows) * value + c);
                        }
                    }
                    right[at / TILE * STRIDE + at % TILE] = x;
                }
                context.localBarrier();
                for (int i = 0; i < EACH; i++) {
                    float sum = sums[tile * EACH + i] * fade;
                    for (int s = 0; s < TILE; s++) {
                        sum += scores[query * STRIDE + s] * right[s * STRIDE + part + QUERY_LANES * i];
                    }
                    sums[tile * EACH + i] = sum;
                }
                context.localBarrier();
            }
        }
        if (query < length) {
            for (int tile = 0; tile < columnTiles; tile++) {
                for (int i = 0; i < EACH; i++) {
                    int c = tile * TILE + part + QUERY_LANES * i;
                    if (c < value) {
                        o.set(((first + query) * heads + j) * value + c, sums[tile * EACH + i] / total);
                    }
                }
            }
        }
    }

    /**
     * Puts the run's keys and values into the cache, each sequence's last ones where there are more than it holds.
     *
     * <p>k [tokens, kvHeads, head], v [tokens, kvHeads, value], keys [N, kvHeads, rows, head] and values [N, kvHeads, rows,
     * value] (modified).
     *
     * <p>Parallel over: token × channel of k, then of v. Oracle: core.reference.AttentionStep.
     */
    static void keep(
            KernelContext context,
            IntArray table,
            FloatArray k,
            FloatArray v,
            FloatArray keys,
            FloatArray values,
            int kvHeads,
            int head,
            int value,
            int rows,
            int signature) {
        int at = context.globalIdx;
        if (at == 0) {
            table.set(signature, table.get(RunTable.RUN));
        }
        int width = kvHeads * (head + value);
        if (at < table.get(RunTable.TOKENS) * width) {
            int token = at / width;
            int channel = at % width;
            int sequence = SequenceLookup.of(table, token);
            int since = token - table.get(RunTable.SEQUENCES + 2 * sequence);
            int length = table.get(RunTable.SEQUENCES + 2 * sequence + 2) - token + since;
            int row = (table.get(table.get(RunTable.POSITIONS) + sequence) + since) % rows;
            if (since >= length - rows) {
                if (channel < kvHeads * head) {
                    int h = channel / head;
                    int to = (sequence * kvHeads + h) * rows + row;
                    keys.set(to * head + channel % head, k.get(token * kvHeads * head + channel));
                } else {
                    int c = channel - kvHeads * head;
                    int h = c / value;
                    int to = (sequence * kvHeads + h) * rows + row;
                    values.set(to * value + c % value, v.get(token * kvHeads * value + c));
                }
            }
        }
    }
}
