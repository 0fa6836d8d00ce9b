package io.deltarule.core.cpu.product;

import io.deltarule.core.cpu.math.Part;

/**
 * One thread's share of a product y = W x of many tokens: some rows of W for all tokens, summed over up to {@value #MOST_DEPTH}
 * inputs at a time. A panel of tokens stays in the second-level cache while the rows pass; shorter sums are written and read
 * again more often, which costs more than the first-level cache saves, and longer ones are less exact.
 */
public final class WeightBlock {
    private static final int MOST_DEPTH = 1024;
    private static final int UNIT = 256; // what any stored block's length divides

    private static final int MOST_ROWS = 8 * Tiles.MOST;

    /** Floats from one row to the next: no power of two, or rows would share the few places that caches have for one. */
    private static final int STRIDE = MOST_DEPTH + 16;

    private final float[] weights = new float[MOST_ROWS * STRIDE];
    private final float[] results = new float[TokenPanels.WIDTH * MOST_ROWS];
    private float[] sums = new float[0]; // [panels][rows][WIDTH]
    private int rows;

    /** How many rows of W a thread takes at a time: many, and so that all threads have the same to do. */
    public static int rows(int outputs, int threads) {
        int blocks = Math.ceilDiv(Math.ceilDiv(outputs, MOST_ROWS), threads) * threads;
        return Math.ceilDiv(Math.ceilDiv(outputs, blocks), Tiles.LEAST) * Tiles.LEAST;
    }

    /** How many inputs are taken at a time, so that all parts but the last are equal. */
    public static int depth(int inputs) {
        int parts = Math.ceilDiv(inputs, MOST_DEPTH);
        return Math.ceilDiv(Math.ceilDiv(inputs, parts), UNIT) * UNIT;
    }

    /** Makes room for the sums of some rows. */
    public void begin(int count, TokenPanels inputs) {
        rows = count;
        int size = inputs.panels() * count * TokenPanels.WIDTH;
        if (sums.length < size) {
            sums = new float[size];
        }
    }

    /** Where the weights at hand belong. */
    public float[] weights() {
        return weights;
    }

    /** Index in {@link #weights} of a row's first. */
    public int weightAt(int row) {
        return row * STRIDE;
    }

    /** Adds the products of the weights at hand with inputs [from, from + depth) of all tokens. */
    public void add(TokenPanels inputs, int from, int depth) {
        Part a = new Part(weights, 0, STRIDE);
        for (int panel = 0; panel < inputs.panels(); panel++) {
            Part b = new Part(inputs.data(), inputs.at(panel, from), TokenPanels.WIDTH);
            Part c = new Part(sums, panel * rows * TokenPanels.WIDTH, TokenPanels.WIDTH);
            Addend before = from == 0 ? Addend.NOTHING : new Addend(c, Factors.ONE);
            Tiles.multiply(rows, TokenPanels.WIDTH, depth, Factors.ONE, a, b, before, c);
        }
    }

    /** Turns a panel's sums into {@link #results}. */
    public void finish(int panel) {
        int width = TokenPanels.WIDTH;
        Transposition.copy(sums, panel * rows * width, width, rows, width, results, 0, MOST_ROWS);
    }

    /** The sums of the panel last finished. */
    public float[] results() {
        return results;
    }

    /** Index in {@link #results} of a token's first, whose others follow. */
    public int resultAt(int token) {
        return token * MOST_ROWS;
    }
}
