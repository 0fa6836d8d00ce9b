package io.deltarule.training;

import io.deltarule.core.Tensor;
import io.deltarule.core.training.ParameterArena;
import io.deltarule.core.training.ParameterLayout;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/**
 * The length of all gradients together, and clipping to one.
 *
 * <pre>  n = √(Σ g²)        g ← g · min(1, c/n) </pre>
 *
 * Source: Pascanu, Mikolov, Bengio 2013, arXiv:1211.5063, algorithm 1. Sums are in float64 and in a fixed order.
 */
final class GradientNorm {
    private static final int BLOCK = 2048;

    private GradientNorm() {}

    /** n; infinite or NaN where a gradient is. */
    static double of(ParameterArena gradients) {
        double sum = 0;
        for (ParameterLayout.Entry entry : gradients.layout().entries()) {
            sum += squares(gradients, entry);
        }
        return Math.sqrt(sum);
    }

    private static double squares(ParameterArena gradients, ParameterLayout.Entry entry) {
        float[] block = new float[BLOCK];
        double sum = 0;
        for (long at = 0; at < entry.size(); at += BLOCK) {
            int count = (int) Math.min(BLOCK, entry.size() - at);
            MemorySegment.copy(gradients.data(), Tensor.FLOAT, (entry.offset() + at) * Float.BYTES, block, 0, count);
            sum += squares(block, count);
        }
        return sum;
    }

    /** Four sums at a time, so that none waits for the one before. */
    private static double squares(float[] block, int count) {
        double a = 0;
        double b = 0;
        double c = 0;
        double d = 0;
        int i = 0;
        for (; i + 3 < count; i += 4) {
            a += (double) block[i] * block[i];
            b += (double) block[i + 1] * block[i + 1];
            c += (double) block[i + 2] * block[i + 2];
            d += (double) block[i + 3] * block[i + 3];
        }
        for (; i < count; i++) {
            a += (double) block[i] * block[i];
        }
        return (a + b) + (c + d);
    }

    /** Multiplies every gradient, the gaps' zeros among them. */
    static void scale(ParameterArena gradients, float factor) {
        float[] block = new float[BLOCK];
        long size = gradients.layout().size();
        for (long at = 0; at < size; at += BLOCK) {
            int count = (int) Math.min(BLOCK, size - at);
            MemorySegment.copy(gradients.data(), Tensor.FLOAT, at * Float.BYTES, block, 0, count);
            for (int i = 0; i < count; i++) {
                block[i] *= factor;
            }
            MemorySegment.copy(block, 0, gradients.data(), Tensor.FLOAT, at * Float.BYTES, count);
        }
    }

    /** The first parameter with a gradient that is not finite. */
    static Optional<String> firstNotFinite(ParameterArena gradients) {
        return gradients.layout().entries().stream()
                .filter(entry -> !Double.isFinite(squares(gradients, entry)))
                .map(ParameterLayout.Entry::name)
                .findFirst();
    }
}
