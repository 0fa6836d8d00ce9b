package io.deltarule.core.cpu.product;

import io.deltarule.core.cpu.math.Lanes;
import io.deltarule.core.cpu.math.Part;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * One thread's share of a sum W̄ += Σ_t ȳ_t x_tᵀ over many tokens: some rows of W̄. The sum over the tokens is taken in their order
 * and added once, so that it does not depend on how rows are shared out.
 */
public final class OuterBlock {
    private static final int MOST_ROWS = 8 * Tiles.MOST;

    /** Floats from one token to the next: no power of two, or tokens would share the few places that caches have for one. */
    private static final int STRIDE = MOST_ROWS + 16;

    private float[] gradients = new float[0]; // ȳ [tokens, STRIDE]
    private float[] sums = new float[0]; // [rows, strips of WIDTH]
    private final float[] total = new float[STRIDE];
    private int rows;
    private int padded;

    /** How many rows of W̄ a thread takes at a time: many, and so that all threads have the same to do. */
    public static int rows(int outputs, int threads) {
        return WeightBlock.rows(outputs, threads);
    }

    /** Takes in numbers [first, first + count) of rows [tokens, out] that begin at a byte offset. */
    public void take(int first, int count, int tokens, int out, MemorySegment y, long at) {
        rows = count;
        padded = Math.ceilDiv(count, Tiles.LEAST) * Tiles.LEAST;
        if (gradients.length < tokens * STRIDE) {
            gradients = new float[tokens * STRIDE];
        }
        for (int t = 0; t < tokens; t++) {
            MemorySegment.copy(
                    y,
                    ValueLayout.JAVA_FLOAT,
                    at + ((long) t * out + first) * Float.BYTES,
                    gradients,
                    t * STRIDE,
                    count);
            Arrays.fill(gradients, t * STRIDE + count, t * STRIDE + padded, 0);
        }
    }

    /** Adds the rows' products with all inputs to W̄, whose first of these rows begins at a byte offset. */
    public void addTo(TokenStrips inputs, int in, MemorySegment weights, long at) {
        int width = inputs.strips() * TokenStrips.WIDTH;
        if (sums.length < padded * width) {
            sums = new float[padded * width];
        }
        Part a = new Part(gradients, 0, STRIDE);
        for (int strip = 0; strip < inputs.strips(); strip++) {
            Part b = new Part(inputs.data(), inputs.at(strip), TokenStrips.WIDTH);
            Part c = new Part(sums, strip * TokenStrips.WIDTH, width);
            Tiles.multiplyLeftTransposed(
                    padded, TokenStrips.WIDTH, inputs.tokens(), Factors.ONE, a, b, Addend.NOTHING, c);
        }
        for (int r = 0; r < rows; r++) {
            accumulate(sums, r * width, in, weights, at + (long) r * in * Float.BYTES);
        }
    }

    /** Adds the sums of the rows' numbers themselves, in the tokens' order: a bias's gradient. */
    public void addTotals(int tokens, MemorySegment bias, long at) {
        int width = Math.ceilDiv(rows, Lanes.COUNT) * Lanes.COUNT;
        for (int i = 0; i < width; i += Lanes.COUNT) {
            VectorMask<Float> mask = Lanes.SPECIES.indexInRange(i, rows);
            FloatVector sum = FloatVector.zero(Lanes.SPECIES);
            for (int t = 0; t < tokens; t++) {
                sum = sum.add(FloatVector.fromArray(Lanes.SPECIES, gradients, t * STRIDE + i, mask));
            }
            sum.intoArray(total, i);
        }
        accumulate(total, 0, rows, bias, at);
    }

    private static void accumulate(float[] from, int fromAt, int count, MemorySegment to, long at) {
        int i = 0;
        for (; i + Lanes.COUNT <= count; i += Lanes.COUNT) {
            long d = at + (long) i * Float.BYTES;
            Lanes.store(Lanes.load(to, d).add(FloatVector.fromArray(Lanes.SPECIES, from, fromAt + i)), to, d);
        }
        for (; i < count; i++) {
            long d = at + (long) i * Float.BYTES;
            to.set(ValueLayout.JAVA_FLOAT, d, to.get(ValueLayout.JAVA_FLOAT, d) + from[fromAt + i]);
        }
    }

    /** Bytes of the arrays. */
    public long bytes() {
        return (long) (gradients.length + sums.length + total.length) * Float.BYTES;
    }
}
