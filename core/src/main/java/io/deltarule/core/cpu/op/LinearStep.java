package io.deltarule.core.cpu.op;

import io.deltarule.core.cpu.block.BlockRows;
import io.deltarule.core.cpu.block.Float8Rows;
import io.deltarule.core.cpu.math.BFloat16Rows;
import io.deltarule.core.cpu.math.Lanes;
import io.deltarule.core.cpu.math.Spans;
import io.deltarule.core.layer.WeightType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * Linear projection y = W x + b. Many tokens: matrix products, see {@link ManyTokens}. A few, as in decoding:
 * every weight is read from memory once, four rows of W at a time, and memory is the limit.
 */
public final class LinearStep implements LayerStep {
    /** Up to so many, a product's rearranged copy of W costs more than reading W row by row. */
    static final int FEW_TOKENS = 16;

    private final SlotBuffer x;
    private final LayerWeight W;
    private final LayerWeight b; // null for none
    private final SlotBuffer y;
    private final WeightPanels panels;
    private final ManyTokens manyTokens;

    /** A projection whose many tokens go through the products that {@code panels} say. */
    public LinearStep(SlotBuffer x, LayerWeight W, LayerWeight b, SlotBuffer y, WeightPanels panels) {
        this.x = x;
        this.W = W;
        this.b = b;
        this.y = y;
        this.panels = panels;
        this.manyTokens = panels.products() == LayerProducts.OPENBLAS
                ? new BlasLinear(x, W, b, y, panels)
                : new TiledLinear(x, W, b, y, panels);
    }

    @Override
    public void run(LayerRun run) {
        run(run, run.tokens());
    }

    /** The same for the slots' first rows, however many tokens the run has. */
    public void run(LayerRun run, int tokens) {
        if (tokens <= FEW_TOKENS && panels.products() != LayerProducts.OWN_FOR_ANY_NUMBER) {
            prepare(tokens);
            long operations = (long) x.width() * tokens / 2;
            run.split(y.width(), 1, operations, (from, to, slot) -> outputs(from, to, tokens, slot));
            return;
        }
        manyTokens.run(run, tokens);
    }

    /** Lays out the inputs of a few tokens as the weight's kernel wants them. */
    private void prepare(int tokens) {
        for (int t = 0; t < tokens; t++) {
            switch (W.type()) {
                case BF16 -> BFloat16Rows.takeApart(x.data(), x.row(t), x.width(), panels.vectors(), vectorAt(t));
                case Q8_0, Q4_0, Q4_K, Q5_K, Q6_K ->
                    BlockRows.prepare(W.type(), x.data(), x.row(t), x.width(), panels.vectors(), vectorAt(t));
                case F32, F16, F8_E4M3 -> {}
            }
        }
    }

    /** Byte offset of a token's input as {@link #prepare} leaves it. */
    private long vectorAt(int token) {
        return (long) token * BlockRows.prepared(x.width()) * Float.BYTES;
    }

    /**
     * Outputs [from, to) of every token, some at a time, that part of the range apart: memory is read in a few long runs,
     * which the processor's prefetcher keeps up with, and not in one that jumps at the end of every row. These rows of W
     * stay in the cache for all tokens.
     */
    private void outputs(long from, long to, int tokens, int slot) {
        boolean float8 = W.type() == WeightType.F8_E4M3 && Float8Rows.take(x.width(), W.scales());
        int together = float8 || W.type().block() > 1 ? 2 : 4;
        long apart = (to - from) / together;
        int pairs = tokens == 1 ? (int) apart : 1; // at once: one token needs no row twice
        for (long i = from; i < from + apart; i++) {
            switch (W.type()) {
                case F32 -> fourRows(W.data(), rowAt(i), rowAt(apart), i, apart, tokens);
                case BF16 -> fourBf16Rows(i, apart, tokens);
                case Q8_0, Q4_0, Q4_K, Q5_K, Q6_K -> {
                    blockRows(pairs, i, i + apart, tokens);
                    i += pairs - 1;
                }
                case F16, F8_E4M3 -> {
                    if (float8) {
                        float8Rows(i, i + apart, tokens, slot);
                    } else {
                        fourWidenedRows(i, apart, tokens, slot);
                    }
                }
            }
        }
        for (long i = from + together * apart; i < to; i++) {
            for (int t = 0; t < tokens; t++) {
                widenedRow(i, t, slot);
            }
        }
    }

    private void fourWidenedRows(long i, long apart, int tokens, int slot) {
        MemorySegment panel = panels.of(slot);
        for (int j = 0; j < 4; j++) {
            W.copy((i + j * apart) * x.width(), x.width(), panel, rowAt(j));
        }
        fourRows(panel, 0, rowAt(1), i, apart, tokens);
    }

    private void widenedRow(long i, int token, int slot) {
        MemorySegment panel = panels.of(slot);
        W.copy(i * x.width(), x.width(), panel, 0);
        put(i, token, Spans.dot(panel, 0, x.data(), x.row(token), x.width()));
    }

    /** Byte offset of a row of float32. */
    private long rowAt(long row) {
        return row * x.width() * Float.BYTES;
    }

    private void fourBf16Rows(long i, long apart, int tokens) {
        int in = x.width();
        long row = (long) in * Short.BYTES;
        for (int t = 0; t < tokens; t++) {
            BFloat16Rows.four(
                    W.data(), i * row, apart * row, panels.vectors(), vectorAt(t), in, y.data(), y.offset(t, i), apart);
            for (int j = 0; b != null && j < 4; j++) {
                put(i + j * apart, t, y.get(t, i + j * apart));
            }
        }
    }

    /** Pairs of rows from i and j on. */
    private void blockRows(int pairs, long i, long j, int tokens) {
        WeightType type = W.type();
        int in = x.width();
        long row = type.bytes(in);
        for (int t = 0; t < tokens; t++) {
            MemorySegment out = y.data();
            long at = y.offset(t, i);
            long next = y.offset(t, j);
            BlockRows.pairs(type, pairs, W.data(), i * row, j * row, panels.vectors(), vectorAt(t), in, out, at, next);
            for (int k = 0; b != null && k < pairs; k++) {
                put(i + k, t, y.get(t, i + k));
                put(j + k, t, y.get(t, j + k));
            }
        }
    }

    /** Rows i and j; those with a NaN as float32. */
    private void float8Rows(long i, long j, int tokens, int slot) {
        int in = x.width();
        for (int t = 0; t < tokens; t++) {
            long at = y.offset(t, i);
            long next = y.offset(t, j);
            if (!Float8Rows.two(W.data(), W.scales(), i, j, x.data(), x.row(t), in, y.data(), at, next)) {
                widenedRow(i, t, slot);
                widenedRow(j, t, slot);
            } else if (b != null) {
                put(i, t, y.get(t, i));
                put(j, t, y.get(t, j));
            }
        }
    }

    private void fourRows(MemorySegment rows, long at, long stride, long i, long apart, int tokens) {
        for (int t = 0; t < tokens; t++) {
            oneToken(rows, at, stride, i, apart, t);
        }
    }

    private void put(long i, int token, float sum) {
        float bias = b == null ? 0 : b.data().get(ValueLayout.JAVA_FLOAT, i * Float.BYTES);
        y.data().set(ValueLayout.JAVA_FLOAT, y.offset(token, i), sum + bias);
    }

    /** One token's outputs i, i + apart, … from float32 rows of W at byte offsets w0, w0 + stride, … */
    private void oneToken(MemorySegment rows, long w0, long stride, long i, long apart, int token) {
        int n = x.width();
        MemorySegment in = x.data();
        long at = x.row(token);
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
            FloatVector a = Lanes.load(in, at + d);
            FloatVector c = Lanes.load(in, at + e);
            s0 = Lanes.load(rows, w0 + d).fma(a, s0);
            s1 = Lanes.load(rows, w1 + d).fma(a, s1);
            s2 = Lanes.load(rows, w2 + d).fma(a, s2);
            s3 = Lanes.load(rows, w3 + d).fma(a, s3);
            t0 = Lanes.load(rows, w0 + e).fma(c, t0);
            t1 = Lanes.load(rows, w1 + e).fma(c, t1);
            t2 = Lanes.load(rows, w2 + e).fma(c, t2);
            t3 = Lanes.load(rows, w3 + e).fma(c, t3);
        }
        for (; j < n; j += Lanes.COUNT) {
            long d = (long) j * Float.BYTES;
            VectorMask<Float> mask = Spans.tail(j, n);
            FloatVector a = Spans.load(in, at + d, mask);
            s0 = Spans.load(rows, w0 + d, mask).fma(a, s0);
            s1 = Spans.load(rows, w1 + d, mask).fma(a, s1);
            s2 = Spans.load(rows, w2 + d, mask).fma(a, s2);
            s3 = Spans.load(rows, w3 + d, mask).fma(a, s3);
        }
        put(i, token, Lanes.sum(s0.add(t0)));
        put(i + apart, token, Lanes.sum(s1.add(t1)));
        put(i + 2 * apart, token, Lanes.sum(s2.add(t2)));
        put(i + 3 * apart, token, Lanes.sum(s3.add(t3)));
    }
}
