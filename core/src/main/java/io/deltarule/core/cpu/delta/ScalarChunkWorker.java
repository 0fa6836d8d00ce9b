package io.deltarule.core.cpu.delta;

import io.deltarule.core.Gate;
import io.deltarule.core.Input;
import io.deltarule.core.PlanSpec;
import io.deltarule.core.cpu.math.Lanes;
import io.deltarule.core.cpu.math.Matrix;
import io.deltarule.core.cpu.math.Rows;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * Chunks with one decay per head, or none. The decay leaves the sums over channels, so the products are taken of the
 * raw q, e and k, once for all value heads that share them, and decay and β only scale rows of the results:
 *
 * <pre>
 *   X    = [q; e]                    [Q + C, K], e without its β
 *   X kᵀ → M_ij = scale d_ij (q_i·k_j)   L_ij = β_i d_ij (e_i·k_j)     d_ij = Π_{m=j+1..i} a_m,  a = exp g
 *   X S0 → scale ε_i q_i S0              β_i ε_i e_i S0                 ε_i = Π_{m=0..i} a_m
 *   S    = ε_C S0 + kᵀ (d_C ⊙ P)
 * </pre>
 *
 * Checked against the references in core.reference.
 */
public final class ScalarChunkWorker extends ChunkWorker {
    private static final FloatVector ONES = FloatVector.broadcast(Lanes.SPECIES, 1);

    private final Matrix reads; // X [2C, K]
    private final Matrix keys; // k [C, K]; null where e is k times a number, so that X holds k
    private final Matrix gains; // [1, K]
    private final Matrix scores; // X kᵀ [2C, C]
    private final boolean gated;
    private final Matrix decay; // d_ij for j ≤ i [C, C], or a row of ones; what lies past the diagonal's vector is old
    private final Matrix factors; // a [1, C]
    private final float[] decays; // g of the tokens begun, in order [C]
    private final float[] sinceStart; // ε [C]

    public ScalarChunkWorker(PlanSpec spec, State[] kept, int heads) {
        super(spec, kept, heads);
        reads = Matrix.allocate(2 * C, planned.K());
        boolean eraseIsKey = spec.variant().eraseKey().vector() == Input.K
                && spec.variant().eraseKey().scalarGain();
        keys = eraseIsKey ? null : Matrix.allocate(C, planned.K());
        gains = Matrix.allocate(1, planned.K());
        scores = Matrix.allocate(2 * C, C);
        gated = planned.gate() != Gate.NONE;
        decay = Matrix.allocate(gated ? C : 1, C);
        Rows.fill(decay, 0, 1);
        factors = Matrix.allocate(1, C);
        sinceStart = new float[C];
        decays = new float[C];
    }

    private static boolean eraseIsShared(Operands in) {
        return in.eraseVector.sharedBy(in.group()) && (in.eraseGainIsScalar || in.eraseGain.sharedBy(in.group()));
    }

    @Override
    void gather(Operands in, int head) {
        in.q.gather(token, queries, head, reads, 0);
        if (keys != null) {
            in.k.gather(row, rows, head, keys, 0);
        }
        if (eraseIsShared(in)) {
            gatherErase(in, head);
        }
    }

    @Override
    void advance(Operands in, int head, boolean first, Matrix state) {
        int K = planned.K();
        int V = planned.V();
        Matrix Y = stateReads;
        Matrix P = pseudoValues;
        Matrix k = keys == null ? reads : keys;
        int firstKey = keys == null ? queries : 0;
        if (!eraseIsShared(in)) {
            gatherErase(in, head);
        }
        if (first || !eraseIsShared(in)) {
            ChunkProducts.scores(reads, span, K, k, firstKey, scores);
        }
        readState(reads, state);
        fetchFactors(in, head);
        applyDecay(in);
        applyValueGains(in, head, P);
        for (int i = 0; i < rows; i++) {
            Rows.scaleSubtract(P, i, writeFactors[i], Y, queries + i, eraseFactors[i] * sinceStart[i]);
        }
        LowerTriangle.solve(eraseScores, rows, P, 0);
        for (int a = 0; a < queries; a++) {
            Rows.scale(Y, a, in.scale * sinceStart[position(a)], Y, a);
        }
        LowerTriangle.addProduct(readScores, span, P, 0, Y);
        if (rowRead != null) {
            readRows(k, firstKey, P, state);
        }
        if (in.g != null) {
            for (int i = 0; i < rows; i++) {
                Rows.scale(P, i, decay.get(rows - 1, i), P, i);
            }
        }
        ChunkProducts.write(k, firstKey, rows, K, P, V, sinceStart[rows - 1], state);
    }

    private void gatherErase(Operands in, int head) {
        in.eraseVector.gather(row, rows, head, reads, queries);
        if (!in.eraseGainIsScalar) {
            for (int i = 0; i < rows; i++) {
                in.eraseGain.gather(row + i, 1, head, gains, 0);
                Rows.multiply(reads, queries + i, gains, 0, reads, queries + i);
            }
        }
    }

    private void fetchFactors(Operands in, int head) {
        gatherFactors(in, head);
        if (in.g == null) {
            Arrays.fill(sinceStart, 0, rows, 1);
            return;
        }
        int begun = span.tokensBegun();
        in.g.gatherScalars(tokenOf(span.firstBegun()), begun, head, decays);
        Arrays.fill(factors.data(), 0, rows, 0);
        for (int token = 0, i = span.firstBegun(); token < begun; token++, i += span.n) {
            factors.set(0, i, decays[token]);
        }
        Rows.exp(factors, 0, 1, factors, 0);
        float epsilon = 1;
        for (int i = 0; i < rows; i++) {
            epsilon *= factors.get(0, i);
            sinceStart[i] = epsilon;
        }
    }

    /** d, and L and M from the raw scores. */
    private void applyDecay(Operands in) {
        int a = 0;
        int nextQuery = position(0);
        for (int i = 0; i < rows; i++) {
            if (in.g != null) {
                decayBefore(i, factors.get(0, i));
            }
            scaleBefore(scores.row(queries + i), eraseFactors[i], eraseScores.row(i), i);
            if (i == nextQuery) {
                scaleUpTo(scores, a, in.scale, readScores, i);
                a++;
                nextQuery += span.n;
            }
        }
    }

    /** The selective read, of which the decays leave the inner products as they left those of the linear one. */
    private void readRows(Matrix k, int firstKey, Matrix P, Matrix state) {
        int K = planned.K();
        Matrix pi = rowRead.weights;
        rowRead.meet(span, state, P);
        for (int a = 0; a < queries; a++) {
            Rows.scale(pi, a, sinceStart[position(a)], pi, a);
            scaleUpTo(rowRead.overlaps, a, 1, rowRead.overlaps, position(a));
        }
        LowerTriangle.addProduct(rowRead.overlaps, span, k, firstKey, pi);
        rowRead.soften(0, queries);
        ChunkProducts.queryScores(pi, span, K, k, firstKey, readScores);
        for (int a = 0; a < queries; a++) {
            scaleUpTo(readScores, a, 1, readScores, position(a));
            Rows.scale(pi, a, sinceStart[position(a)], pi, a);
        }
        rowRead.collect(span, pi, readScores, state, P);
    }

    /** The row d_i*: that of the micro-step before, decayed once more, and 1 on the diagonal. */
    private void decayBefore(int i, float factor) {
        float[] d = decay.data();
        int before = decay.row(Math.max(i - 1, 0));
        int to = decay.row(i);
        int j = 0;
        for (; j + Lanes.COUNT <= i; j += Lanes.COUNT) {
            FloatVector.fromArray(Lanes.SPECIES, d, before + j).mul(factor).intoArray(d, to + j);
        }
        FloatVector last = FloatVector.fromArray(Lanes.SPECIES, d, before + j).mul(factor);
        ONES.blend(last, Lanes.SPECIES.indexInRange(j, i)).intoArray(d, to + j);
    }

    private int decayRow(int i) {
        return gated ? decay.row(i) : 0;
    }

    /** L_ij ← factor · d_ij · scores_j for j &lt; i; what follows in the last vector is never read. */
    private void scaleBefore(int from, float factor, int to, int i) {
        float[] d = decay.data();
        float[] s = scores.data();
        float[] t = eraseScores.data();
        int decayed = decayRow(i);
        for (int j = 0; j < i; j += Lanes.COUNT) {
            FloatVector.fromArray(Lanes.SPECIES, s, from + j)
                    .mul(FloatVector.fromArray(Lanes.SPECIES, d, decayed + j))
                    .mul(factor)
                    .intoArray(t, to + j);
        }
    }

    /** Row a of to: factor · d_ij · that of from for j ≤ i, 0 after. */
    private void scaleUpTo(Matrix scored, int a, float factor, Matrix result, int i) {
        float[] d = decay.data();
        float[] s = scored.data();
        float[] t = result.data();
        int from = scored.row(a);
        int to = result.row(a);
        int decayed = decayRow(i);
        int j = 0;
        for (; j + Lanes.COUNT <= i + 1; j += Lanes.COUNT) {
            FloatVector.fromArray(Lanes.SPECIES, s, from + j)
                    .mul(FloatVector.fromArray(Lanes.SPECIES, d, decayed + j))
                    .mul(factor)
                    .intoArray(t, to + j);
        }
        FloatVector zero = FloatVector.zero(Lanes.SPECIES);
        if (j <= i) {
            FloatVector last = FloatVector.fromArray(Lanes.SPECIES, s, from + j)
                    .mul(FloatVector.fromArray(Lanes.SPECIES, d, decayed + j))
                    .mul(factor);
            zero.blend(last, Lanes.SPECIES.indexInRange(j, i + 1)).intoArray(t, to + j);
            j += Lanes.COUNT;
        }
        for (; j < result.stride(); j += Lanes.COUNT) {
            zero.intoArray(t, to + j);
        }
    }
}
