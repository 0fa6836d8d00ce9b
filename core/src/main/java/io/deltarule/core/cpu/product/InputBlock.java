package io.deltarule.core.cpu.product;

import io.deltarule.core.cpu.math.Lanes;
import io.deltarule.core.cpu.math.Part;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;

/**
 * One thread's share of a product X̄ = Ȳ W of many tokens: some inputs, that is columns of W, for all tokens. The rows of Ȳ are
 * broadcast number by number and those of W are vectors, so that nothing is transposed.
 */
public final class InputBlock {
    private static final int MOST_COLUMNS = 3 * Tiles.WIDTH;
    private static final int MOST_DEPTH = 1024;

    /** Floats from one row of W to the next: no power of two, or rows would share the few places that caches have for one. */
    private static final int STRIDE = MOST_COLUMNS + 16;

    private final float[] weights = new float[MOST_DEPTH * STRIDE];
    private float[] sums = new float[0]; // [tokens, MOST_COLUMNS]

    /** How many columns a thread takes at a time: many, and so that all threads have the same to do. */
    public static int columns(int inputs, int threads) {
        int blocks = Math.ceilDiv(Math.ceilDiv(inputs, MOST_COLUMNS), threads) * threads;
        return Math.min(MOST_COLUMNS, Math.ceilDiv(Math.ceilDiv(inputs, blocks), Lanes.COUNT) * Lanes.COUNT);
    }

    /** How many outputs are taken at a time. */
    public static int depth(int outputs) {
        int parts = Math.ceilDiv(outputs, MOST_DEPTH);
        return Math.ceilDiv(outputs, parts);
    }

    /** Where the weights at hand belong: a row for each output, the columns at hand of it. */
    public float[] weights() {
        return weights;
    }

    /** Index in {@link #weights} of an output's first. */
    public int weightAt(int output) {
        return output * STRIDE;
    }

    /** Adds the products of the weights at hand with outputs [from, from + depth) of all tokens; the first begins with zeros. */
    public void add(TokenRows gradients, int from, int depth, int columns) {
        int width = Math.ceilDiv(columns, Tiles.WIDTH) * Tiles.WIDTH;
        if (sums.length < gradients.padded() * MOST_COLUMNS) {
            sums = new float[gradients.padded() * MOST_COLUMNS];
        }
        Part a = new Part(gradients.data(), from, gradients.stride());
        Part b = new Part(weights, 0, STRIDE);
        Part c = new Part(sums, 0, MOST_COLUMNS);
        Addend before = from == 0 ? Addend.NOTHING : new Addend(c, Factors.ONE);
        Tiles.multiply(gradients.padded(), width, depth, Factors.ONE, a, b, before, c);
    }

    /** Hands over a token's sums, or adds them to what is there. */
    public void finish(int token, int columns, MemorySegment to, long at, boolean add) {
        int from = token * MOST_COLUMNS;
        if (!add) {
            MemorySegment.copy(sums, from, to, ValueLayout.JAVA_FLOAT, at, columns);
            return;
        }
        int i = 0;
        for (; i + Lanes.COUNT <= columns; i += Lanes.COUNT) {
            long d = at + (long) i * Float.BYTES;
            Lanes.store(Lanes.load(to, d).add(FloatVector.fromArray(Lanes.SPECIES, sums, from + i)), to, d);
        }
        for (; i < columns; i++) {
            long d = at + (long) i * Float.BYTES;
            to.set(ValueLayout.JAVA_FLOAT, d, to.get(ValueLayout.JAVA_FLOAT, d) + sums[from + i]);
        }
    }

    /** Bytes of the arrays. */
    public long bytes() {
        return (long) (weights.length + sums.length) * Float.BYTES;
    }
}
