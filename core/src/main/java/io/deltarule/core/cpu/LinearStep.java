package io.deltarule.core.cpu;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * Linear projection y = W x + b. Several tokens: one matrix product per block of outputs and tokens. One token: every
 * weight is read once, four rows of W at a time, so that memory is the limit.
 */
final class LinearStep implements LayerStep {
    /** Outputs or tokens below which a block's product is slower per number. */
    private static final int SMALLEST_BLOCK = 64;

    private final SlotBuffer x;
    private final LayerWeight W;
    private final LayerWeight b; // null for none
    private final SlotBuffer y;

    LinearStep(SlotBuffer x, LayerWeight W, LayerWeight b, SlotBuffer y) {
        this.x = x;
        this.W = W;
        this.b = b;
        this.y = y;
    }

    @Override
    public void run(LayerRun run) {
        if (run.tokens() == 1) {
            run.split(y.width(), 4, x.width() / 4, this::rowsTimesVector);
            return;
        }
        int tokens = run.tokens();
        int wanted = run.threads() == 1 ? 1 : 2 * run.threads();
        int columnBlocks = Math.min(wanted, blocks(y.width()));
        int rowBlocks = Math.min((wanted + columnBlocks - 1) / columnBlocks, blocks(tokens));
        int columns = (y.width() + columnBlocks - 1) / columnBlocks;
        int rows = (tokens + rowBlocks - 1) / rowBlocks;
        long operations = (long) tokens * y.width() * x.width() / 8;
        run.items(columnBlocks * rowBlocks, operations, (item, slot) -> {
            int column = item % columnBlocks * columns;
            int row = item / columnBlocks * rows;
            product(row, Math.min(rows, tokens - row), column, Math.min(columns, y.width() - column));
        });
    }

    private static int blocks(int n) {
        return (n + SMALLEST_BLOCK - 1) / SMALLEST_BLOCK;
    }

    private void product(int row, int rows, int column, int columns) {
        if (rows <= 0 || columns <= 0) {
            return; // rounding block sizes up can leave nothing for the last
        }
        int in = x.width();
        int out = y.width();
        if (b != null) {
            for (int t = row; t < row + rows; t++) {
                long bytes = (long) columns * Float.BYTES;
                MemorySegment.copy(b.data(), (long) column * Float.BYTES, y.data(), y.offset(t, column), bytes);
            }
        }
        OpenBlas.multiplyRightTransposed(
                rows,
                columns,
                in,
                1,
                x.at(row),
                in,
                W.address() + (long) column * in * Float.BYTES,
                in,
                b == null ? 0 : 1,
                y.address() + y.offset(row, column),
                out);
    }

    private void rowsTimesVector(long from, long to) {
        long i = from;
        for (; i + 4 <= to; i += 4) {
            fourRows(i);
        }
        long bytes = (long) x.width() * Float.BYTES;
        for (; i < to; i++) {
            put(i, Spans.dot(W.data(), i * bytes, x.data(), 0, x.width()));
        }
    }

    private void put(long i, float sum) {
        float bias = b == null ? 0 : b.data().get(ValueLayout.JAVA_FLOAT, i * Float.BYTES);
        y.data().set(ValueLayout.JAVA_FLOAT, i * Float.BYTES, sum + bias);
    }

    private void fourRows(long i) {
        int n = x.width();
        MemorySegment in = x.data();
        MemorySegment w = W.data();
        long stride = (long) n * Float.BYTES;
        long w0 = i * stride;
        long w1 = w0 + stride;
        long w2 = w1 + stride;
        long w3 = w2 + stride;
        FloatVector s0 = FloatVector.zero(Lanes.SPECIES);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        FloatVector t0 = s0;
        FloatVector t1 = s0;
        FloatVector t2 = s0;
        FloatVector t3 = s0;
        int j = 0;
        for (; j + 2 * Lanes.COUNT <= n; j += 2 * Lanes.COUNT) {
            long d = (long) j * Float.BYTES;
            long e = d + Lanes.BYTES;
            FloatVector a = Lanes.load(in, d);
            FloatVector c = Lanes.load(in, e);
            s0 = Lanes.load(w, w0 + d).fma(a, s0);
            s1 = Lanes.load(w, w1 + d).fma(a, s1);
            s2 = Lanes.load(w, w2 + d).fma(a, s2);
            s3 = Lanes.load(w, w3 + d).fma(a, s3);
            t0 = Lanes.load(w, w0 + e).fma(c, t0);
            t1 = Lanes.load(w, w1 + e).fma(c, t1);
            t2 = Lanes.load(w, w2 + e).fma(c, t2);
            t3 = Lanes.load(w, w3 + e).fma(c, t3);
        }
        for (; j < n; j += Lanes.COUNT) {
            long d = (long) j * Float.BYTES;
            VectorMask<Float> mask = Spans.tail(j, n);
            FloatVector a = Spans.load(in, d, mask);
            s0 = Spans.load(w, w0 + d, mask).fma(a, s0);
            s1 = Spans.load(w, w1 + d, mask).fma(a, s1);
            s2 = Spans.load(w, w2 + d, mask).fma(a, s2);
            s3 = Spans.load(w, w3 + d, mask).fma(a, s3);
        }
        put(i, s0.add(t0).reduceLanes(VectorOperators.ADD));
        put(i + 1, s1.add(t1).reduceLanes(VectorOperators.ADD));
        put(i + 2, s2.add(t2).reduceLanes(VectorOperators.ADD));
        put(i + 3, s3.add(t3).reduceLanes(VectorOperators.ADD));
    }
}
