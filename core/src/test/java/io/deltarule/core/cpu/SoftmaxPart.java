package io.deltarule.core.cpu;

import io.deltarule.core.Comparison;
import io.deltarule.core.cpu.math.Matrix;
import io.deltarule.core.cpu.math.RowSoftmax;
import java.util.Arrays;
import java.util.SplittableRandom;

/** Softmax over the rows of a chunk's selective read, in place: further runs begin with the weights of the one before. */
final class SoftmaxPart extends HotPart {
    private final int rows;
    private final int width;
    private final float[] logits;
    private final float[] factors;
    private final Matrix weights;

    SoftmaxPart(int rows, int width) {
        this.rows = rows;
        this.width = width;
        weights = Matrix.allocate(rows, width);
        factors = new float[rows];
        Arrays.fill(factors, 0.5f);
        SplittableRandom random = new SplittableRandom(1);
        logits = new float[rows * width];
        for (int i = 0; i < logits.length; i++) {
            logits[i] = (float) (4 * random.nextGaussian());
        }
    }

    @Override
    void prepare() {
        Arrays.fill(weights.data(), Float.NaN); // the padding holds anything
        for (int i = 0; i < logits.length; i++) {
            weights.set(i / width, i % width, logits[i]);
        }
    }

    @Override
    void run() {
        RowSoftmax.apply(weights, 0, rows, width, factors);
    }

    @Override
    void check() {
        double[] exact = new double[rows * width];
        for (int row = 0; row < rows; row++) {
            double sum = 0;
            for (int d = 0; d < width; d++) {
                exact[row * width + d] = Math.exp((double) factors[row] * logits[row * width + d]);
                sum += exact[row * width + d];
            }
            for (int d = 0; d < width; d++) {
                exact[row * width + d] /= sum;
            }
        }
        within(
                Comparison.of(
                        "weights",
                        exact.length,
                        i -> exact[(int) i],
                        i -> weights.get((int) i / width, (int) i % width)),
                REORDERED);
    }

    @Override
    public String toString() {
        return "softmax over " + rows + " rows of " + width;
    }
}
