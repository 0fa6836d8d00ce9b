package io.deltarule.core.cpu.backward;

import io.deltarule.core.cpu.math.Exponential;
import io.deltarule.core.cpu.math.Lanes;
import io.deltarule.core.cpu.math.Matrix;
import io.deltarule.core.cpu.math.Rows;
import io.deltarule.core.cpu.op.LayerRun;
import io.deltarule.core.cpu.op.SlotBuffer;
import io.deltarule.core.cpu.product.Products;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * One thread's part of an attention backward: blocks of queries of one head against blocks of keys, first for the softmax's
 * logarithm of its sum, then for the gradients. No more of the scores is held than one such block.
 *
 * <pre>
 *   s = scale Q Kᵀ        P = exp(s − log Σ exp s)        δ = Σ O ⊙ Ō        D = P ⊙ (Ō Vᵀ − δ)
 *   Q̄ += scale D K        K̄ += Dᵀ (scale Q)               V̄ += Pᵀ Ō
 * </pre>
 *
 * Source: arXiv:2205.14135, appendix B.2.
 */
final class AttentionBackwardWorker {
    private static final int QUERIES = 64;
    private static final int KEYS = 256;
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;
    private static final Products PRODUCTS = Products.own();

    private final AttentionGradients in;
    private final int head;
    private final int value;
    private final Matrix queries; // times the scale [QUERIES, head]
    private final Matrix queryGradients;
    private final Matrix given; // Ō [QUERIES, value]
    private final Matrix outputs; // O
    private final Matrix keys; // [KEYS, head]
    private final Matrix keyGradients;
    private final Matrix values; // [KEYS, value]
    private final Matrix valueGradients;
    private final Matrix scores; // s, then P [QUERIES, KEYS]
    private final Matrix slopes; // Ō Vᵀ, then D
    private final float[] max = new float[QUERIES];
    private final double[] sum = new double[QUERIES];
    private final float[] logSum = new float[QUERIES];
    private final float[] delta = new float[QUERIES];

    /** The block at hand: the run, its sequence and key/value head, its first query's position, how many queries. */
    private BackwardRun back;

    private int sequence;
    private int kvHead;
    private long position;
    private int count;

    AttentionBackwardWorker(AttentionGradients in) {
        this.in = in;
        this.head = in.keyRing().width();
        this.value = in.valueRing().width();
        this.queries = Matrix.allocate(QUERIES, head);
        this.queryGradients = Matrix.allocate(QUERIES, head);
        this.given = Matrix.allocate(QUERIES, value);
        this.outputs = Matrix.allocate(QUERIES, value);
        this.keys = Matrix.allocate(KEYS, head);
        this.keyGradients = Matrix.allocate(KEYS, head);
        this.values = Matrix.allocate(KEYS, value);
        this.valueGradients = Matrix.allocate(KEYS, value);
        this.scores = Matrix.allocate(QUERIES, KEYS);
        this.slopes = Matrix.allocate(QUERIES, KEYS);
    }

    /** All query heads that read a key/value head of a sequence. */
    void run(BackwardRun run, int ofSequence, int ofHead) {
        back = run;
        sequence = ofSequence;
        kvHead = ofHead;
        LayerRun tokens = run.tokens();
        begin(in.keyRing(), in.dk());
        begin(in.valueRing(), in.dv());
        int group = in.op().heads() / in.op().kvHeads();
        for (int h = kvHead * group; h < (kvHead + 1) * group; h++) {
            for (int first = 0; first < tokens.length(sequence); first += QUERIES) {
                queries(h, first);
            }
        }
    }

    /** The gradients of this run's keys or values begin with what later runs have found of them, which leaves the ring. */
    private void begin(SlotBuffer ring, SlotBuffer to) {
        LayerRun run = back.tokens();
        int rows = in.rows();
        int length = run.length(sequence);
        long before = run.position(sequence);
        int width = ring.width();
        long bytes = (long) width * Float.BYTES;
        long first = ((long) sequence * in.op().kvHeads() + kvHead) * rows;
        if (!back.later()) {
            ring.data().asSlice(ring.row(first), ring.row(rows)).fill((byte) 0);
        }
        for (int t = 0; t < length; t++) {
            long at = to.offset(run.begin(sequence) + (long) t, (long) kvHead * width);
            if (t < length - rows) {
                to.data().asSlice(at, bytes).fill((byte) 0);
            } else {
                long row = ring.row(first + (before + t) % rows);
                MemorySegment.copy(ring.data(), row, to.data(), at, bytes);
                ring.data().asSlice(row, bytes).fill((byte) 0);
            }
        }
    }

    private void queries(int queryHead, int first) {
        LayerRun run = back.tokens();
        count = Math.min(QUERIES, run.length(sequence) - first);
        position = (long) run.position(sequence) + first;
        long row = (long) run.begin(sequence) + first;
        float scale = (float) in.op().scale();
        for (int i = 0; i < count; i++) {
            take(in.q().data(), in.q().offset(row + i, (long) queryHead * head), head, queries, i);
            Rows.scale(queries, i, scale, queries, i);
            take(in.dOut().data(), in.dOut().offset(row + i, (long) queryHead * value), value, given, i);
            take(in.out().data(), in.out().offset(row + i, (long) queryHead * value), value, outputs, i);
            delta[i] = Rows.dot(given, i, outputs, i);
            Rows.fill(queryGradients, i, 0);
        }
        Arrays.fill(max, Float.NEGATIVE_INFINITY);
        Arrays.fill(sum, 0);
        blocks(false);
        for (int i = 0; i < count; i++) {
            logSum[i] = (float) (max[i] + Math.log(sum[i]));
        }
        blocks(true);
        for (int i = 0; i < count; i++) {
            Rows.scale(queryGradients, i, scale, queryGradients, i);
            put(queryGradients, i, in.dq().data(), in.dq().offset(row + i, (long) queryHead * head), head);
        }
    }

    /** Goes through the keys that the queries see, cached ones first. */
    private void blocks(boolean gradients) {
        LayerRun run = back.tokens();
        long before = run.position(sequence);
        int rows = in.rows();
        long oldest = in.op().window() == 0 ? 0 : Math.max(0, position - in.op().window() + 1);
        long cache = ((long) sequence * in.op().kvHeads() + kvHead) * rows;
        for (long s = oldest; s < before; ) {
            long row = s % rows;
            int n = (int) Math.min(KEYS, Math.min(before - s, rows - row));
            long at = cache + row;
            MemorySegment pastKeys = back.carried(0).data();
            MemorySegment pastValues = back.carried(1).data();
            take(pastKeys, in.keyRing().row(at), head, n, keys, head);
            take(pastValues, in.valueRing().row(at), value, n, values, value);
            if (!gradients) {
                softmax(s, n);
            } else {
                slopes(s, n);
                addQueries(n);
                if (back.earlier()) {
                    addKeys(
                            n,
                            in.keyRing(),
                            in.keyRing().row(at),
                            head,
                            in.valueRing(),
                            in.valueRing().row(at),
                            value);
                }
            }
            s += n;
        }
        for (long s = Math.max(oldest, before); s < position + count; ) {
            int n = (int) Math.min(KEYS, position + count - s);
            long row = run.begin(sequence) + (s - before);
            SlotBuffer k = in.k();
            SlotBuffer v = in.v();
            long key = k.offset(row, (long) kvHead * head);
            long valueAt = v.offset(row, (long) kvHead * value);
            take(k.data(), key, k.width(), n, keys, head);
            take(v.data(), valueAt, v.width(), n, values, value);
            if (!gradients) {
                softmax(s, n);
            } else {
                slopes(s, n);
                addQueries(n);
                addKeys(n, in.dk(), key, k.width(), in.dv(), valueAt, v.width());
            }
            s += n;
        }
    }

    private static void take(MemorySegment from, long at, int numbers, Matrix to, int row) {
        MemorySegment.copy(from, FLOAT, at, to.data(), to.row(row), numbers);
    }

    private static void take(MemorySegment from, long at, int stride, int n, Matrix to, int numbers) {
        for (int j = 0; j < n; j++) {
            take(from, at + (long) j * stride * Float.BYTES, numbers, to, j);
        }
    }

    private static void put(Matrix from, int row, MemorySegment to, long at, int numbers) {
        MemorySegment.copy(from.data(), from.row(row), to, FLOAT, at, numbers);
    }

    /** s of the block, −∞ where a query does not see a key; padding too. */
    private void scores(long s, int n) {
        PRODUCTS.multiplyRightTransposed(count, n, head, queries.from(0), keys.from(0), 0, scores.from(0));
        int padded = Lanes.padded(n);
        for (int i = 0; i < count; i++) {
            long last = position + i;
            int to = Math.clamp(last + 1 - s, 0, n);
            int from = in.op().window() == 0 ? 0 : Math.clamp(last - in.op().window() + 1 - s, 0, n);
            int row = scores.row(i);
            if (from >= to) {
                Arrays.fill(scores.data(), row, row + padded, Float.NEGATIVE_INFINITY);
            } else {
                Arrays.fill(scores.data(), row, row + from, Float.NEGATIVE_INFINITY);
                Arrays.fill(scores.data(), row + to, row + padded, Float.NEGATIVE_INFINITY);
            }
        }
    }

    /** Takes a block into the running maximum and sum of exponentials. */
    private void softmax(long s, int n) {
        scores(s, n);
        int padded = Lanes.padded(n);
        for (int i = 0; i < count; i++) {
            float[] data = scores.data();
            int row = scores.row(i);
            FloatVector largest = FloatVector.broadcast(Lanes.SPECIES, max[i]);
            for (int j = 0; j < padded; j += Lanes.COUNT) {
                largest = largest.max(FloatVector.fromArray(Lanes.SPECIES, data, row + j));
            }
            float newMax = largest.reduceLanes(VectorOperators.MAX);
            if (newMax == Float.NEGATIVE_INFINITY) {
                continue;
            }
            exponentials(data, row, padded, newMax);
            FloatVector total = FloatVector.zero(Lanes.SPECIES);
            for (int j = 0; j < padded; j += Lanes.COUNT) {
                total = total.add(FloatVector.fromArray(Lanes.SPECIES, data, row + j));
            }
            sum[i] = sum[i] * Math.exp((double) max[i] - newMax) + Lanes.sum(total);
            max[i] = newMax;
        }
    }

    private static void exponentials(float[] data, int row, int count, float shift) {
        for (int j = 0; j < count; j += Lanes.COUNT) {
            FloatVector.fromArray(Lanes.SPECIES, data, row + j).sub(shift).intoArray(data, row + j);
        }
        Exponential.apply(1, data, row, data, row, count);
    }

    /** P and D of the block. */
    private void slopes(long s, int n) {
        scores(s, n);
        PRODUCTS.multiplyRightTransposed(count, n, value, given.from(0), values.from(0), 0, slopes.from(0));
        int padded = Lanes.padded(n);
        for (int i = 0; i < count; i++) {
            float[] weights = scores.data();
            float[] to = slopes.data();
            int row = scores.row(i);
            exponentials(weights, row, padded, logSum[i]);
            Arrays.fill(to, row + n, row + padded, 0);
            for (int j = 0; j < padded; j += Lanes.COUNT) {
                FloatVector.fromArray(Lanes.SPECIES, to, row + j)
                        .sub(delta[i])
                        .mul(FloatVector.fromArray(Lanes.SPECIES, weights, row + j))
                        .intoArray(to, row + j);
            }
        }
    }

    private void addQueries(int n) {
        PRODUCTS.multiply(count, head, n, slopes.from(0), keys.from(0), 1, queryGradients.from(0));
    }

    /** Adds to the gradients of n keys and values where these lie. */
    private void addKeys(
            int n, SlotBuffer toKeys, long keyAt, int keyStride, SlotBuffer toValues, long valueAt, int valueStride) {
        take(toKeys.data(), keyAt, keyStride, n, keyGradients, head);
        take(toValues.data(), valueAt, valueStride, n, valueGradients, value);
        PRODUCTS.multiplyLeftTransposed(n, head, count, slopes.from(0), queries.from(0), 1, keyGradients.from(0));
        PRODUCTS.multiplyLeftTransposed(n, value, count, scores.from(0), given.from(0), 1, valueGradients.from(0));
        for (int j = 0; j < n; j++) {
            put(keyGradients, j, toKeys.data(), keyAt + (long) j * keyStride * Float.BYTES, head);
            put(valueGradients, j, toValues.data(), valueAt + (long) j * valueStride * Float.BYTES, value);
        }
    }
}
