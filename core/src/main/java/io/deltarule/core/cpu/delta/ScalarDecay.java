package io.deltarule.core.cpu.delta;

import io.deltarule.core.cpu.math.Lanes;
import io.deltarule.core.cpu.math.Matrix;
import io.deltarule.core.cpu.math.OpenBlas;
import io.deltarule.core.cpu.math.Rows;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * One decay per head, or none: it leaves the sums over channels as a mask d_ij = exp(G_i − G_j) on C × C matrices, and
 * what remains are matrix products.
 */
final class ScalarDecay extends ChunkDecay {
    private final Matrix decay; // d_ij for j ≤ i [C, C]; what lies past the diagonal's vector is old
    private final float[] factors; // exp g [C]
    private final float[] sinceStart; // exp G [C]
    private final Matrix products; // a kᵀ without decays [blocks · C, C]; null without a gate, like the next
    private final Matrix gateGradients; // [C, 1]
    private final double[] crossings; // what of dg ends at S0 or D

    ScalarDecay(int C, int K, int blocks, boolean gated) {
        super(K);
        decay = Matrix.allocate(C, C);
        factors = new float[C];
        sinceStart = new float[C];
        products = gated ? Matrix.allocate(blocks * C, C) : null;
        gateGradients = gated ? Matrix.allocate(C, 1) : null;
        crossings = new double[C];
    }

    @Override
    Matrix gateGradients() {
        return gateGradients;
    }

    @Override
    void prepare(Operands in, int head, long row) {
        float epsilon = 1;
        for (int i = 0; i < rows; i++) {
            long token = (row + i) / in.householders();
            factors[i] = decays(in, row, i) ? (float) Math.exp(in.g.scalar(token, head)) : 1;
            epsilon *= factors[i];
            sinceStart[i] = epsilon;
            if (i > 0) {
                Rows.scale(decay, i - 1, factors[i], decay, i);
            }
            decay.set(i, i, 1);
        }
    }

    @Override
    void scores(Matrix a, int first, int end, Matrix scores) {
        ChunkProducts.multiplyTransposed(a, first * rows, (end - first) * rows, keys.segment(), rows, K, scores, 0);
        for (int m = first; m < end; m++) {
            for (int i = 0; i < rows; i++) {
                if (products != null) {
                    Rows.copy(scores, m * rows + i, rows, products, m * rows + i);
                }
                mask(scores, m * rows + i, i, i + 1);
            }
        }
    }

    @Override
    void accumulateBefore(Matrix overlaps, int first, int end, Matrix z0, Matrix z) {
        for (int m = first; m < end; m++) {
            for (int i = 0; i < rows; i++) {
                mask(overlaps, m * rows + i, i, i);
                Rows.scale(z0, m * rows + i, sinceStart[i], z, m * rows + i);
            }
        }
        ChunkProducts.addProduct(overlaps, first * rows, (end - first) * rows, rows, keys, K, z);
    }

    @Override
    void accumulateAfter(Matrix overlaps, int end, Matrix a, Matrix z0, Matrix crossing, Matrix y) {
        for (int j = 0; j < rows; j++) {
            untilEnd(y, j, y);
        }
        if (gateGradients != null) {
            gates(overlaps, end, a, z0, crossing, y);
        }
        OpenBlas.multiplyLeftTransposed(
                rows,
                K,
                end * rows,
                1,
                overlaps.segment(),
                overlaps.stride(),
                a.segment(),
                a.stride(),
                1,
                y.segment(),
                y.stride());
    }

    @Override
    void sinceStart(Matrix from, int row, int i, Matrix to, int toRow) {
        Rows.scale(from, row, sinceStart[i], to, toRow);
    }

    @Override
    void untilEnd(Matrix from, int i, Matrix to) {
        Rows.scale(from, i, decay.get(rows - 1, i), to, i);
    }

    @Override
    float pass(Matrix state) {
        return sinceStart[rows - 1];
    }

    /** The sums of {@link ChunkDecay#accumulateAfter} over channels too, so that the last is one over a C × C matrix. */
    private void gates(Matrix overlaps, int end, Matrix a, Matrix z0, Matrix crossing, Matrix y) {
        double fromWrites = (double) sinceStart[rows - 1] * Rows.sum(crossing, 0);
        for (int t = 0; t < rows; t++) {
            crossings[t] = fromWrites;
            fromWrites += Rows.dot(keys, t, y, t);
        }
        double toReads = 0;
        for (int t = rows - 1; t >= 0; t--) {
            for (int m = 0; m < end; m++) {
                toReads += (double) sinceStart[t] * Rows.dot(a, m * rows + t, z0, m * rows + t);
            }
            crossings[t] += toReads;
        }
        for (int s = 0; s < end * rows; s++) {
            double before = 0;
            for (int t = 1; t <= s % rows; t++) {
                before += overlaps.get(s, t - 1) * products.get(s, t - 1);
                crossings[t] += before;
            }
        }
        for (int t = 0; t < rows; t++) {
            gateGradients.set(t, 0, (float) crossings[t]);
        }
    }

    /** Row i of a block: times d_ij for j &lt; end, 0 after. */
    private void mask(Matrix matrix, int row, int i, int end) {
        float[] d = decay.data();
        float[] s = matrix.data();
        int from = decay.row(i);
        int to = matrix.row(row);
        for (int j = 0; j < end; j += Lanes.COUNT) {
            FloatVector.fromArray(Lanes.SPECIES, s, to + j)
                    .mul(FloatVector.fromArray(Lanes.SPECIES, d, from + j))
                    .intoArray(s, to + j);
        }
        Arrays.fill(s, to + end, to + matrix.stride(), 0);
    }
}
