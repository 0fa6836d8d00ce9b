package io.deltarule.training;

import io.deltarule.core.training.ParameterArena;
import io.deltarule.core.training.ParameterLayout;
import io.deltarule.training.ArenaPieces.Piece;
import java.util.List;
import java.util.Optional;

/**
 * The length of all gradients together, and clipping to one.
 *
 * <pre>  n = √(Σ g²)        g ← g · min(1, c/n) </pre>
 *
 * Source: Pascanu, Mikolov, Bengio 2013, arXiv:1211.5063, algorithm 1. Sums are in float64 and in a fixed order.
 */
final class GradientNorm {
    private GradientNorm() {}

    /** n; infinite or NaN where a gradient is. */
    static double of(ParameterArena gradients) {
        return Math.sqrt(squares(gradients, ArenaPieces.of(gradients.layout())));
    }

    private static double squares(ParameterArena gradients, List<Piece> pieces) {
        double[] sums = pieces.parallelStream()
                .mapToDouble(piece -> squares(gradients, piece))
                .toArray();
        double sum = 0;
        for (double one : sums) {
            sum += one;
        }
        return sum;
    }

    private static double squares(ParameterArena gradients, Piece piece) {
        float[] block = new float[ArenaPieces.BLOCK];
        double sum = 0;
        for (long at = piece.from(); at < piece.end(); at += ArenaPieces.BLOCK) {
            int count = ArenaPieces.count(piece, at);
            ArenaPieces.read(gradients, at, block, count);
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

    /** Multiplies every gradient. */
    static void scale(ParameterArena gradients, float factor) {
        ArenaPieces.of(gradients.layout()).parallelStream().forEach(piece -> {
            float[] block = new float[ArenaPieces.BLOCK];
            for (long at = piece.from(); at < piece.end(); at += ArenaPieces.BLOCK) {
                int count = ArenaPieces.count(piece, at);
                ArenaPieces.read(gradients, at, block, count);
                for (int i = 0; i < count; i++) {
                    block[i] *= factor;
                }
                ArenaPieces.write(block, gradients, at, count);
            }
        });
    }

    /** The first parameter with a number that is not finite. */
    static Optional<String> firstNotFinite(ParameterArena numbers) {
        return numbers.layout().entries().stream()
                .filter(entry -> !Double.isFinite(squares(numbers, ArenaPieces.of(entry))))
                .map(ParameterLayout.Entry::name)
                .findFirst();
    }
}
