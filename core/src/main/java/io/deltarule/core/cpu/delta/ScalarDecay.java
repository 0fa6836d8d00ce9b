package io.deltarule.core.cpu.delta;

import io.deltarule.core.cpu.math.Lanes;
import io.deltarule.core.cpu.math.Matrix;
import io.deltarule.core.cpu.math.Rows;
import io.deltarule.core.cpu.product.Factors;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * One decay per head, or none: it leaves the sums over channels as a mask d_ij = exp(G_i − G_j) on C × C matrices, and what
 * remains are products of the rows as they came, which value heads of one key head share.
 *
 * <pre>  N_rj = f_r d_ij (x_r·k_j)        d_ij = Π_{m=j+1..i} a_m        ε_i = Π_{m=0..i} a_m        a = exp g </pre>
 */
final class ScalarDecay extends ChunkDecay {
    private static final FloatVector ONES = FloatVector.broadcast(Lanes.SPECIES, 1);

    private final boolean gated;
    private final Matrix decay; // d_ij for j ≤ i [C, C], or a row of ones; what lies past the diagonal's vector is old
    private final Matrix steps; // a [1, C]
    private final float[] logDecays; // g of the tokens begun, in order [C]
    private final float[] sinceStart; // ε [C]
    private final float[] readFactors; // ε by query [C]
    private final Matrix products; // x kᵀ [stacked, C]
    private final Matrix gateGradients; // [C, 1], null without a gate or forward
    private final double[] crossings; // the sums of dg; null likewise

    /**
     * Room for the largest chunk.
     *
     * @param blocks of reads, at most
     * @param backward whether gradients are wanted
     */
    ScalarDecay(int C, int K, int blocks, boolean gated, boolean backward, ChunkProducts chunkProducts) {
        super(K, chunkProducts);
        this.gated = gated;
        decay = Matrix.allocate(gated ? C : 1, C);
        Rows.fill(decay, 0, 1);
        steps = Matrix.allocate(1, C);
        logDecays = new float[C];
        sinceStart = new float[C];
        readFactors = new float[C];
        Arrays.fill(sinceStart, 1);
        products = Matrix.allocate((blocks + 1) * C, C);
        gateGradients = gated && backward ? Matrix.allocate(C, 1) : null;
        crossings = gated && backward ? new double[C] : null;
    }

    @Override
    void prepare(Operands in, int head) {
        if (!gated) {
            return;
        }
        int rows = span.rows;
        int begun = span.tokensBegun();
        int first = span.firstBegun();
        in.g.gatherScalars(span.tokenOf(first), begun, head, logDecays);
        Arrays.fill(steps.data(), 0, rows, 0);
        for (int token = 0, i = first; token < begun; token++, i += span.n) {
            steps.set(0, i, logDecays[token]);
        }
        Rows.exp(steps, 0, 1, steps, 0);
        float epsilon = 1;
        for (int i = 0; i < rows; i++) {
            float step = steps.get(0, i);
            epsilon *= step;
            sinceStart[i] = epsilon;
            decayBefore(i, step);
        }
    }

    /** The row d_i*: that of the micro-step before, decayed once more, and 1 on the diagonal. */
    private void decayBefore(int i, float step) {
        float[] d = decay.data();
        int before = decay.row(Math.max(i - 1, 0));
        int to = decay.row(i);
        int j = 0;
        for (; j + Lanes.COUNT <= i; j += Lanes.COUNT) {
            FloatVector.fromArray(Lanes.SPECIES, d, before + j).mul(step).intoArray(d, to + j);
        }
        FloatVector last = FloatVector.fromArray(Lanes.SPECIES, d, before + j).mul(step);
        ONES.blend(last, Lanes.first(i - j)).intoArray(d, to + j);
    }

    private int decayRow(int i) {
        return gated ? decay.row(i) : 0;
    }

    @Override
    void scores(boolean changed, Matrix scores) {
        if (changed) {
            chunkProducts.scores(x, span, K, keys, firstKey, products);
        }
        int e = span.eraseAt();
        for (int a = 0, r = span.readAt(); r < e; a++, r++) {
            maskUpTo(products, r, factors[r], scores, span.position(a), span.position(a));
        }
        for (int i = 0; i < span.rows; i++) {
            maskBefore(products.row(e + i), factors[e + i], scores.data(), scores.row(e + i), i);
        }
    }

    @Override
    void readScores(int blocks, Matrix scores) {
        for (int m = 0; m < blocks; m++) {
            int first = m * span.queries;
            chunkProducts.readScores(x, first, span, K, keys, firstKey, products);
            for (int a = 0; a < span.queries; a++) {
                maskUpTo(products, first + a, factors[first + a], scores, span.position(a), span.position(a));
            }
        }
    }

    /** to_j ← factor · d_ij · products_j for j &lt; i; what follows in the last vector is never read. */
    private void maskBefore(int from, float factor, float[] to, int toAt, int i) {
        float[] d = decay.data();
        float[] s = products.data();
        int decayed = decayRow(i);
        for (int j = 0; j < i; j += Lanes.COUNT) {
            FloatVector.fromArray(Lanes.SPECIES, s, from + j)
                    .mul(FloatVector.fromArray(Lanes.SPECIES, d, decayed + j))
                    .mul(factor)
                    .intoArray(to, toAt + j);
        }
    }

    /** A row: factor · d_ij · that of from for j ≤ last, 0 after. */
    private void maskUpTo(Matrix from, int row, float factor, Matrix to, int i, int last) {
        float[] d = decay.data();
        float[] s = from.data();
        float[] t = to.data();
        int source = from.row(row);
        int target = to.row(row);
        int decayed = decayRow(i);
        int j = 0;
        for (; j + Lanes.COUNT <= last + 1; j += Lanes.COUNT) {
            FloatVector.fromArray(Lanes.SPECIES, s, source + j)
                    .mul(FloatVector.fromArray(Lanes.SPECIES, d, decayed + j))
                    .mul(factor)
                    .intoArray(t, target + j);
        }
        FloatVector zero = FloatVector.zero(Lanes.SPECIES);
        if (j <= last) {
            FloatVector rest = FloatVector.fromArray(Lanes.SPECIES, s, source + j)
                    .mul(FloatVector.fromArray(Lanes.SPECIES, d, decayed + j))
                    .mul(factor);
            zero.blend(rest, Lanes.first(last + 1 - j)).intoArray(t, target + j);
            j += Lanes.COUNT;
        }
        for (; j < to.stride(); j += Lanes.COUNT) {
            zero.intoArray(t, target + j);
        }
    }

    @Override
    Matrix startRows() {
        return x;
    }

    @Override
    float startFactor(int row) {
        int e = span.eraseAt();
        return factors[row] * sinceStart[row >= e ? row - e : span.position(row % span.queries)];
    }

    @Override
    Matrix endKeys() {
        return keys;
    }

    @Override
    int firstEndKey() {
        return firstKey;
    }

    @Override
    float endFactor(int i) {
        return gated ? decay.get(span.rows - 1, i) : 1;
    }

    @Override
    float pass(Matrix state) {
        return sinceStart[span.rows - 1];
    }

    @Override
    void meetReads(int blocks, Matrix overlaps, Matrix z0, Matrix z, boolean after) {
        for (int m = 0; m < blocks; m++) {
            int first = m * span.queries;
            for (int a = 0; a < span.queries; a++) {
                int i = span.position(a);
                maskUpTo(overlaps, first + a, 1, overlaps, i, after ? i : i - 1);
                Rows.copy(z0, first + a, z.stride(), z, first + a);
                readFactors[a] = sinceStart[i];
            }
            LowerTriangle.addReads(overlaps, first, span, keys, firstKey, Factors.of(readFactors, 0), z, first);
        }
    }

    @Override
    void meetErasures(Matrix overlaps, Matrix z0, Matrix z) {
        int e = span.eraseAt();
        for (int i = 0; i < span.rows; i++) {
            maskUpTo(overlaps, e + i, 1, overlaps, i, i - 1);
            Rows.scale(z0, e + i, sinceStart[i], z, e + i);
        }
        LowerTriangle.addErasures(overlaps, e, span.rows, keys, firstKey, z, e);
    }

    @Override
    void accumulateAfter(Matrix overlaps, Matrix z0, Matrix crossing, Matrix y) {
        for (int j = 0; j < span.rows; j++) {
            Rows.scale(y, j, endFactor(j), y, j);
        }
        for (int r = 0; r < span.stacked(); r++) {
            Rows.scale(overlaps, r, factors[r], overlaps, r);
        }
        if (gated) {
            gates(overlaps, z0, crossing, y);
        }
        LowerTriangle.addTransposed(overlaps, x, span, true, y, 0);
    }

    /** The sums of {@link ChunkDecay#accumulateAfter} over channels too, so that the last is one over a C × C matrix. */
    private void gates(Matrix overlaps, Matrix z0, Matrix crossing, Matrix y) {
        int rows = span.rows;
        double fromWrites = (double) sinceStart[rows - 1] * Rows.sum(crossing, 0);
        for (int t = 0; t < rows; t++) {
            crossings[t] = fromWrites;
            fromWrites += Rows.dot(keys, firstKey + t, y, t);
        }
        double toReads = 0;
        for (int t = rows - 1; t >= 0; t--) {
            for (int m = 0; m <= span.blocks; m++) {
                int r = row(m, t);
                if (r >= 0) {
                    toReads += (double) startFactor(r) * Rows.dot(x, r, z0, r);
                }
            }
            crossings[t] += toReads;
        }
        for (int i = 1; i < rows; i++) {
            for (int m = 0; m <= span.blocks; m++) {
                int r = row(m, i);
                if (r >= 0) {
                    cross(overlaps, r, i);
                }
            }
        }
        for (int t = 0; t < rows; t++) {
            gateGradients.set(t, 0, (float) crossings[t]);
        }
    }

    /** The row of a block that belongs to a micro-step, −1 if it has none; the last block is the erasure's. */
    private int row(int block, int i) {
        if (block == span.blocks) {
            return span.eraseAt() + i;
        }
        int a = span.queryAt(i);
        return a < 0 ? -1 : block * span.queries + a;
    }

    /** Σ_{j<t} T_rj (x_r·k_j) for every t up to the row's micro-step. */
    private void cross(Matrix overlaps, int r, int i) {
        float[] o = overlaps.data();
        float[] p = products.data();
        int oAt = overlaps.row(r);
        int pAt = products.row(r);
        double before = 0;
        for (int t = 1; t <= i; t++) {
            before += (double) o[oAt + t - 1] * p[pAt + t - 1];
            crossings[t] += before;
        }
    }

    @Override
    Matrix gateGradients() {
        return gateGradients;
    }
}
