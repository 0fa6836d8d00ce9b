package io.deltarule.core.cpu;

import io.deltarule.core.Comparison;
import io.deltarule.core.cpu.delta.ChunkProducts;
import io.deltarule.core.cpu.delta.ChunkSpan;
import io.deltarule.core.cpu.delta.LowerTriangle;
import io.deltarule.core.cpu.math.Matrix;
import io.deltarule.core.cpu.math.OpenBlas;
import io.deltarule.core.cpu.product.Factors;
import io.deltarule.core.cpu.product.Products;
import java.util.Arrays;
import java.util.SplittableRandom;

/** One of the five matrix operations of a chunk, on matrices laid out as the worker's with one decay per head. */
final class ChunkProductPart extends HotPart {
    /** Which, in the order in which a chunk takes them. */
    enum Product {
        /** X kᵀ, the lower triangles of q kᵀ and e kᵀ. */
        SCORES,
        /** Y ← X S. */
        READ_STATE,
        /** P ← (I + L)⁻¹ P, and a copy of P before it: solved over and over, the numbers would run away. */
        SOLVE,
        /** O ← O + M P. */
        READ_WRITES,
        /** S ← d S + kᵀ P. */
        WRITE
    }

    private static final float DECAY = 0.9f;

    private final Product product;
    private final int C;
    private final int K;
    private final int V;
    private final ChunkSpan span = new ChunkSpan();
    private final Matrix reads; // X = [q; k]
    private final Matrix triangle; // L, M [C, C]: below the diagonal as L, on it as M, zero above
    private final Matrix state; // S before
    private final Matrix values; // P before
    private final Matrix readOut; // O before
    private final Matrix scores;
    private final Matrix pseudoValues;
    private final Matrix stateReads;
    private final Matrix written;

    ChunkProductPart(Product product, int C, int K, int V) {
        this.product = product;
        this.C = C;
        this.K = K;
        this.V = V;
        SplittableRandom random = new SplittableRandom(1);
        span.set(0, C, 1, 1);
        double unit = Math.sqrt(3.0 / K); // rows of X have length 1 or so
        reads = random(random, 2 * C, K, unit);
        triangle = random(random, C, C, unit);
        for (int i = 0; i < C; i++) {
            Arrays.fill(triangle.data(), triangle.row(i) + i + 1, triangle.row(i + 1), 0);
        }
        state = random(random, K, V, 1);
        values = random(random, C, V, 1);
        readOut = random(random, 2 * C, V, 1);
        scores = Matrix.allocate(2 * C, C);
        pseudoValues = Matrix.allocate(C, V);
        stateReads = Matrix.allocate(2 * C, V);
        written = Matrix.allocate(K, V);
    }

    private static Matrix random(SplittableRandom random, int rows, int columns, double largest) {
        Matrix matrix = Matrix.allocate(rows, columns);
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                matrix.set(i, j, (float) random.nextDouble(-largest, largest));
            }
        }
        return matrix;
    }

    private static void copy(Matrix from, Matrix to) {
        System.arraycopy(from.data(), 0, to.data(), 0, to.data().length);
    }

    @Override
    void prepare() {
        OpenBlas.singleThreaded();
        Arrays.fill(scores.data(), Float.NaN);
        copy(values, pseudoValues);
        if (product == Product.READ_STATE) {
            Arrays.fill(stateReads.data(), Float.NaN);
        } else {
            copy(readOut, stateReads);
        }
        copy(state, written);
    }

    @Override
    void run() {
        switch (product) {
            case SCORES -> new ChunkProducts(Products.chosen()).scores(reads, span, K, reads, C, scores);
            case READ_STATE ->
                new ChunkProducts(Products.chosen()).readState(reads, 0, 2 * C, K, state, V, stateReads, 0);
            case SOLVE -> {
                copy(values, pseudoValues);
                LowerTriangle.solve(triangle, 0, C, pseudoValues, 0);
            }
            case READ_WRITES -> LowerTriangle.addReads(triangle, 0, span, values, 0, Factors.ONE, stateReads, 0);
            case WRITE -> new ChunkProducts(Products.chosen()).write(reads, C, C, K, values.from(0), V, DECAY, written);
        }
    }

    @Override
    void check() {
        switch (product) {
            case SCORES -> {
                judge(C, C, (i, j) -> j > i ? 0 : alongRows(i, j), (i, j) -> j > i ? 0 : scores.get(i, j));
                judge(C, C, (i, j) -> j > i ? 0 : alongRows(C + i, j), (i, j) -> j > i ? 0 : scores.get(C + i, j));
            }
            case READ_STATE ->
                judge(2 * C, V, (i, j) -> sum(K, d -> product(reads, i, d, state, d, j)), stateReads::get);
            case SOLVE -> {
                double[][] solved = new double[C][V];
                judge(
                        C,
                        V,
                        (i, j) -> {
                            double before = sum(i, m -> triangle.get(i, m) * solved[m][j]);
                            solved[i][j] = values.get(i, j) - before;
                            return solved[i][j];
                        },
                        pseudoValues::get);
            }
            case READ_WRITES -> judge(C, V, this::readWrite, stateReads::get);
            case WRITE -> judge(K, V, this::write, written::get);
        }
    }

    private double readWrite(int i, int j) {
        return readOut.get(i, j) + sum(i + 1, m -> product(triangle, i, m, values, m, j));
    }

    private double write(int i, int j) {
        return (double) DECAY * state.get(i, j) + sum(C, m -> product(reads, C + m, i, values, m, j));
    }

    private double alongRows(int i, int j) {
        return sum(K, d -> product(reads, i, d, reads, C + j, d));
    }

    private static double product(Matrix a, int i, int m, Matrix b, int n, int j) {
        return (double) a.get(i, m) * b.get(n, j);
    }

    private interface Summand {
        double at(int index);
    }

    private static double sum(int count, Summand summand) {
        double sum = 0;
        for (int i = 0; i < count; i++) {
            sum += summand.at(i);
        }
        return sum;
    }

    private interface Entry {
        double at(int i, int j);
    }

    private void judge(int rows, int columns, Entry expected, Entry found) {
        double[] exact = new double[rows * columns]; // row by row, as a solve needs it
        for (int at = 0; at < exact.length; at++) {
            exact[at] = expected.at(at / columns, at % columns);
        }
        within(
                Comparison.of(
                        "result",
                        exact.length,
                        at -> exact[(int) at],
                        at -> found.at((int) at / columns, (int) at % columns)),
                REORDERED);
    }

    @Override
    public String toString() {
        return product + " of a chunk of " + C + ", K " + K + ", V " + V;
    }
}
