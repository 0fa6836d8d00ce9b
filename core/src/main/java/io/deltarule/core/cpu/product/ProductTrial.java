package io.deltarule.core.cpu.product;

import io.deltarule.core.cpu.math.Matrix;
import io.deltarule.core.cpu.math.OpenBlas;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How fast products of a kind are on one thread: those of a chunk's rows with a state, and those of weights. Each shape counts
 * the same, as the geometric mean of their rates does.
 *
 * @param shapes what is multiplied
 */
record ProductTrial(List<Shape> shapes) {
    private static final int TOKENS = 256;
    private static final int OUTPUTS = 96;
    private static final int INPUTS = 512;
    private static final double WINDOW = 4e6; // nanoseconds of one measurement
    private static final double PATIENCE = 20e9; // nanoseconds until the JIT must be done
    private static final double INTERPRETED = 0.05; // of the library's rate; code is compiled where it is faster
    private static final double CALM = 4e8; // nanoseconds without a rise after which the trial is over
    private static final double RISE = 1.02;

    /** One product, and its multiplications and additions. */
    private record Shape(double operations, Runnable product) {
        double rate() {
            long begin = System.nanoTime();
            long now = begin;
            int calls = 0;
            while (now - begin < WINDOW) {
                product.run();
                calls++;
                now = System.nanoTime();
            }
            return operations * calls / (now - begin) * 1e9;
        }
    }

    /** The products of chunks of several sizes with a state of 128 by 128. */
    static ProductTrial chunks(Products products) {
        Matrix rows = filled(128);
        Matrix state = filled(128);
        Matrix to = filled(128);
        double one = 2.0 * 128 * 128;
        return new ProductTrial(List.of(
                new Shape(16 * one, () -> products.multiply(16, 128, 128, rows.from(0), state.from(0), 0, to.from(0))),
                new Shape(64 * one, () -> products.multiply(64, 128, 128, rows.from(0), state.from(0), 0, to.from(0))),
                new Shape(
                        16 * one,
                        () -> products.multiplyRightTransposed(
                                64, 32, 128, rows.from(0), state.from(0), 0, to.from(0))),
                new Shape(
                        64 * one,
                        () -> products.multiplyLeftTransposed(
                                128, 128, 64, rows.from(0), state.from(0), 0, to.from(0)))));
    }

    /** Weights times tokens, as layers multiply without OpenBLAS. */
    static ProductTrial ownLayers() {
        TokenPanels tokens = new TokenPanels();
        tokens.begin(TOKENS, INPUTS);
        WeightBlock block = new WeightBlock();
        block.begin(OUTPUTS, tokens);
        Runnable product = () -> block.add(tokens, 0, INPUTS);
        return new ProductTrial(List.of(new Shape(2.0 * TOKENS * OUTPUTS * INPUTS, product)));
    }

    /** Tokens times transposed weights, as layers multiply with it. */
    static ProductTrial layers(Products products) {
        Matrix tokens = Matrix.allocate(TOKENS, INPUTS);
        Matrix weights = Matrix.allocate(TOKENS, INPUTS);
        Matrix to = Matrix.allocate(TOKENS, TOKENS);
        return new ProductTrial(List.of(new Shape(
                2.0 * TOKENS * TOKENS * INPUTS,
                () -> products.multiplyRightTransposed(
                        TOKENS, TOKENS, INPUTS, tokens.from(0), weights.from(0), 0, to.from(0)))));
    }

    private static Matrix filled(int n) {
        Matrix matrix = Matrix.allocate(n, n);
        Arrays.fill(matrix.data(), 0.01f);
        return matrix;
    }

    /**
     * The best of each in turn, so that whatever else runs on the machine meets both. The first is Java and slow until it is
     * compiled, which it is given time for.
     *
     * @return nothing where it was not
     */
    static Optional<Map<String, Double>> rates(String first, ProductTrial java, String second, ProductTrial library) {
        WarmUp.now();
        OpenBlas.singleThreaded();
        double[] a = new double[java.shapes.size()];
        double[] b = new double[library.shapes.size()];
        long begin = System.nanoTime();
        long risen = begin; // when a rate last rose
        long now = begin;
        while ((least(a, b) < INTERPRETED || now - risen < CALM) && now - begin < PATIENCE) {
            double before = mean(a) + mean(b);
            best(java, a);
            best(library, b);
            now = System.nanoTime();
            risen = mean(a) + mean(b) > RISE * before ? now : risen;
        }
        if (least(a, b) < INTERPRETED) {
            return Optional.empty();
        }
        Map<String, Double> rates = new LinkedHashMap<>();
        rates.put(first, mean(a));
        rates.put(second, mean(b));
        return Optional.of(rates);
    }

    private static double least(double[] a, double[] b) {
        return Arrays.stream(a).min().orElse(0) / mean(b);
    }

    private static void best(ProductTrial trial, double[] rates) {
        for (int i = 0; i < rates.length; i++) {
            rates[i] = Math.max(rates[i], trial.shapes.get(i).rate());
        }
    }

    private static double mean(double[] rates) {
        return Math.exp(Arrays.stream(rates).map(Math::log).average().orElse(0));
    }
}
