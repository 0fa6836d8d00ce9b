package io.deltarule.core.cpu.op;

import io.deltarule.core.cpu.math.Exponential;
import io.deltarule.core.cpu.math.Lanes;
import io.deltarule.core.cpu.math.Matrix;
import io.deltarule.core.cpu.math.Rows;
import io.deltarule.core.cpu.math.Spans;
import io.deltarule.core.cpu.product.Products;
import io.deltarule.core.layer.SequenceOp;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * One thread's part of an attention: a block of queries of one head against blocks of keys, with an online softmax.
 *
 * <pre>
 *   s = scale Q Kᵀ        m' = max(m, max s)        p = exp(s − m')
 *   l ← l exp(m − m') + Σ p        acc ← acc exp(m − m') + p V        at the end  o = acc / l
 * </pre>
 *
 * Accumulates in float32. Source: Milakov and Gimelshein 2018, arXiv:1805.02867; blocked as in arXiv:2205.14135.
 */
final class AttentionWorker {
    /** Queries of a block: enough for a matrix product. */
    static final int QUERIES = 64;

    private static final int KEYS = 256;
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;

    private final Products products;
    private final SequenceOp.Attention op;
    private final SlotBuffer q;
    private final SlotBuffer k;
    private final SlotBuffer v;
    private final SlotBuffer out;
    private final SlotBuffer pastKeys;
    private final SlotBuffer pastValues;
    private final int cacheRows;
    private final int head;
    private final int value;
    private final SlotBuffer scores; // [QUERIES][KEYS]
    private final SlotBuffer sums; // acc [QUERIES][value]
    private final Matrix queries; // of the block, times the scale [QUERIES, head]
    private final Matrix keyRows; // [KEYS, head]
    private final Matrix valueRows; // [KEYS, value]
    private final Matrix weights; // scores, as products take them
    private final Matrix added; // sums, likewise
    private final float[] max = new float[QUERIES];
    private final float[] total = new float[QUERIES];

    /** The block at hand: its first query's position, how many queries, their head and row. */
    private long position;

    private int count;
    private int queryHead;
    private long queryRow;

    AttentionWorker(
            SequenceOp.Attention op,
            SlotBuffer q,
            SlotBuffer k,
            SlotBuffer v,
            SlotBuffer out,
            SlotBuffer pastKeys,
            SlotBuffer pastValues,
            int cacheRows,
            Products products,
            Arena arena) {
        this.products = products;
        this.op = op;
        this.q = q;
        this.k = k;
        this.v = v;
        this.out = out;
        this.pastKeys = pastKeys;
        this.pastValues = pastValues;
        this.cacheRows = cacheRows;
        this.head = pastKeys.width();
        this.value = pastValues.width();
        this.scores = SlotBuffer.scratch(arena, QUERIES, KEYS);
        this.sums = SlotBuffer.scratch(arena, QUERIES, value);
        this.queries = Matrix.allocate(QUERIES, head);
        this.keyRows = Matrix.allocate(KEYS, head);
        this.valueRows = Matrix.allocate(KEYS, value);
        this.weights = Matrix.allocate(QUERIES, KEYS);
        this.added = Matrix.allocate(QUERIES, value);
    }

    /** Computes up to {@link #QUERIES} queries of a head, from the {@code first}-th of the sequence's tokens in this run. */
    void run(LayerRun run, int sequence, int first, int queryHeadOfBlock) {
        queryHead = queryHeadOfBlock;
        count = Math.min(QUERIES, run.length(sequence) - first);
        queryRow = (long) run.begin(sequence) + first;
        long before = run.position(sequence);
        position = before + first;
        if (count > 1) {
            for (int i = 0; i < count; i++) {
                take(q, q.offset(queryRow + i, (long) queryHead * head), head, queries, i);
                Rows.scale(queries, i, (float) op.scale(), queries, i);
            }
        }
        Arrays.fill(max, Float.NEGATIVE_INFINITY);
        Arrays.fill(total, 0);
        sums.data().fill((byte) 0);
        int kvHead = queryHead / (op.heads() / op.kvHeads());
        long oldest = op.window() == 0 ? 0 : Math.max(0, position - op.window() + 1);
        long cache = ((long) sequence * op.kvHeads() + kvHead) * cacheRows;
        for (long s = oldest; s < before; ) {
            long row = s % cacheRows;
            int n = (int) Math.min(KEYS, Math.min(before - s, cacheRows - row));
            keys(s, n, pastKeys, pastKeys.row(cache + row), head, pastValues, pastValues.row(cache + row), value);
            s += n;
        }
        for (long s = Math.max(oldest, before); s < position + count; ) {
            int n = (int) Math.min(KEYS, position + count - s);
            long row = run.begin(sequence) + (s - before);
            long key = k.offset(row, (long) kvHead * head);
            keys(s, n, k, key, k.width(), v, v.offset(row, (long) kvHead * value), v.width());
            s += n;
        }
        for (int i = 0; i < count; i++) {
            long to = out.offset(queryRow + i, (long) queryHead * value);
            Spans.scale(sums.data(), sums.row(i), 1 / total[i], out.data(), to, value);
        }
    }

    /** Takes in n keys and values, those of positions from s on. */
    private void keys(
            long s,
            int n,
            SlotBuffer keys,
            long keyAt,
            int keyStride,
            SlotBuffer values,
            long valueAt,
            int valueStride) {
        if (count == 1) {
            oneQuery(n, keys.data(), keyAt, keyStride, values.data(), valueAt, valueStride);
            return;
        }
        for (int j = 0; j < n; j++) {
            take(keys, keyAt + (long) j * keyStride * Float.BYTES, head, keyRows, j);
            take(values, valueAt + (long) j * valueStride * Float.BYTES, value, valueRows, j);
        }
        products.multiplyRightTransposed(count, n, head, queries.from(0), keyRows.from(0), 0, weights.from(0));
        for (int i = 0; i < count; i++) {
            MemorySegment.copy(weights.data(), weights.row(i), scores.data(), FLOAT, scores.row(i), n);
        }
        for (int i = 0; i < count; i++) {
            long last = position + i;
            int to = Math.clamp(last + 1 - s, 0, n);
            int from = op.window() == 0 ? 0 : Math.clamp(last - op.window() + 1 - s, 0, n);
            if (from >= to) {
                scores.from(scores.row(i))
                        .asSlice(0, (long) scores.width() * Float.BYTES)
                        .fill((byte) 0); // this query sees none of these keys
                continue;
            }
            hide(i, 0, from);
            hide(i, to, Lanes.padded(n));
            soften(i, n);
        }
        for (int i = 0; i < count; i++) {
            take(scores, scores.row(i), n, weights, i);
            take(sums, sums.row(i), value, added, i);
        }
        products.multiply(count, value, n, weights.from(0), valueRows.from(0), 1, added.from(0));
        for (int i = 0; i < count; i++) {
            MemorySegment.copy(added.data(), added.row(i), sums.data(), FLOAT, sums.row(i), value);
        }
    }

    private static void take(SlotBuffer from, long at, int numbers, Matrix to, int row) {
        MemorySegment.copy(from.data(), FLOAT, at, to.data(), to.row(row), numbers);
    }

    /** A decoding step: every key and value is read once, without a matrix product's copies. The query sees all n. */
    private void oneQuery(
            int n, MemorySegment keys, long keyAt, int keyStride, MemorySegment values, long valueAt, int valueStride) {
        long queryAt = q.offset(queryRow, (long) queryHead * head);
        for (int j = 0; j < n; j++) {
            float dot = Spans.dot(keys, keyAt + (long) j * keyStride * Float.BYTES, q.data(), queryAt, head);
            scores.set(0, j, (float) op.scale() * dot);
        }
        hide(0, n, Lanes.padded(n));
        soften(0, n);
        for (int j = 0; j < n; j++) {
            long at = valueAt + (long) j * valueStride * Float.BYTES;
            Spans.accumulate(scores.get(0, j), values, at, sums.data(), sums.row(0), value);
        }
    }

    private void hide(int row, int from, int to) {
        for (int j = from; j < to; j++) {
            scores.set(row, j, Float.NEGATIVE_INFINITY);
        }
    }

    /** Scores become weights; the running maximum, the total and the sums so far are brought to the new maximum. */
    private void soften(int row, int n) {
        long begin = scores.row(row);
        long end = begin + (long) Lanes.padded(n) * Float.BYTES;
        FloatVector largest = FloatVector.broadcast(Lanes.SPECIES, max[row]);
        for (long at = begin; at < end; at += Lanes.BYTES) {
            largest = largest.max(Lanes.load(scores.data(), at));
        }
        float newMax = largest.reduceLanes(VectorOperators.MAX);
        FloatVector shift = FloatVector.broadcast(Lanes.SPECIES, newMax);
        for (long at = begin; at < end; at += Lanes.BYTES) {
            Lanes.store(Lanes.load(scores.data(), at).sub(shift), scores.data(), at);
        }
        Exponential.apply(1, scores.data(), begin, scores.data(), begin, end - begin);
        FloatVector sum = FloatVector.zero(Lanes.SPECIES);
        for (long at = begin; at < end; at += Lanes.BYTES) {
            sum = sum.add(Lanes.load(scores.data(), at));
        }
        if (newMax > max[row]) {
            float shrink = (float) Math.exp(max[row] - newMax);
            total[row] *= shrink;
            Spans.scale(sums.data(), sums.row(row), shrink, sums.data(), sums.row(row), value);
            max[row] = newMax;
        }
        total[row] += Lanes.sum(sum);
    }
}
