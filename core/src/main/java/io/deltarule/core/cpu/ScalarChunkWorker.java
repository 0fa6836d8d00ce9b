package io.deltarule.core.cpu;

import io.deltarule.core.PlanSpec;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

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
 */
final class ScalarChunkWorker extends ChunkWorker {
    private final Matrix reads; // X [2C, K]
    private final Matrix keys; // k [C, K], unused where e is k times a number
    private final Matrix gains; // [1, K]
    private final Matrix scores; // X kᵀ [2C, C]
    private final Matrix decay; // the row d_i* of the micro-step at hand [1, C]
    private final float[] sinceStart; // ε [C]
    private long keyAddress;

    ScalarChunkWorker(PlanSpec spec, Matrix[] kept, int heads, Arena arena) {
        super(spec, kept, heads, arena);
        reads = Matrix.allocate(arena, 2 * C, planned.K());
        keys = Matrix.allocate(arena, C, planned.K());
        gains = Matrix.allocate(arena, 1, planned.K());
        scores = Matrix.allocate(arena, 2 * C, C);
        decay = Matrix.allocate(arena, 1, C);
        sinceStart = new float[C];
    }

    @Override
    void prepare(Operands in, int firstHead) {
        in.q.gather(token, 1, queries, firstHead, reads, 0);
        if (eraseIsKey(in)) {
            keyAddress = reads.at(queries);
        } else {
            in.k.gather(row, 1, rows, firstHead, keys, 0);
            keyAddress = keys.address();
        }
    }

    private static boolean eraseIsKey(Operands in) {
        return in.eraseVectorIsKey && in.eraseGainIsScalar;
    }

    private static boolean eraseIsShared(Operands in) {
        return in.eraseVector.sharedBy(in.group()) && (in.eraseGainIsScalar || in.eraseGain.sharedBy(in.group()));
    }

    @Override
    void advance(Operands in, int head, boolean first, Matrix state) {
        int K = planned.K();
        int V = planned.V();
        if (first || !eraseIsShared(in)) {
            gatherErase(in, head);
            OpenBlas.multiplyRightTransposed(
                    queries + rows,
                    rows,
                    K,
                    1,
                    reads.address(),
                    reads.stride(),
                    keyAddress,
                    reads.stride(),
                    0,
                    scores.address(),
                    scores.stride());
        }
        OpenBlas.multiply(
                queries + rows,
                V,
                K,
                1,
                reads.address(),
                reads.stride(),
                state.address(),
                state.stride(),
                0,
                stateReads.address(),
                stateReads.stride());
        applyDecay(in, head);
        gatherWrites(in, head);
        for (int i = 0; i < rows; i++) {
            Rows.scaleSubtract(
                    pseudoValues,
                    i,
                    writeFactor(in, i, head),
                    stateReads,
                    queries + i,
                    eraseFactor(in, i, head) * sinceStart[i]);
        }
        for (int a = 0; a < queries; a++) {
            Rows.scale(stateReads, a, in.scale * sinceStart[position(in, a)], stateReads, a);
        }
        solveAndRead();
        if (in.g != null) {
            for (int i = 0; i < rows; i++) {
                Rows.scale(pseudoValues, i, decay.get(0, i), pseudoValues, i);
            }
        }
        OpenBlas.multiplyLeftTransposed(
                K,
                V,
                rows,
                1,
                keyAddress,
                reads.stride(),
                pseudoValues.address(),
                pseudoValues.stride(),
                sinceStart[rows - 1],
                state.address(),
                state.stride());
    }

    private void gatherErase(Operands in, int head) {
        in.eraseVector.gather(row, 1, rows, head, reads, queries);
        if (!in.eraseGainIsScalar) {
            for (int i = 0; i < rows; i++) {
                in.eraseGain.gather(row + i, 1, 1, head, gains, 0);
                Rows.multiply(reads, queries + i, gains, 0, reads, queries + i);
            }
        }
    }

    private float eraseFactor(Operands in, int i, int head) {
        return in.eraseGainIsScalar ? in.eraseGain.scalar(row + i, head) : 1;
    }

    /** L and M from the raw scores; leaves ε in sinceStart and the decay up to the chunk's end in the row d. */
    private void applyDecay(Operands in, int head) {
        decay.data().fill((byte) 0);
        float epsilon = 1;
        int a = 0;
        for (int i = 0; i < rows; i++) {
            if (decays(in, i)) {
                float factor = Rows.exp(in.g.scalar(tokenOf(in, i), head));
                epsilon *= factor;
                Rows.scale(decay, 0, factor, decay, 0);
            }
            sinceStart[i] = epsilon;
            decay.set(0, i, 1);
            scaleScores(queries + i, eraseFactor(in, i, head), eraseScores, i, i);
            if (a < queries && position(in, a) == i) {
                scaleScores(a, in.scale, readScores, a, i);
                a++;
            }
        }
    }

    /** to_j ← factor · d_j · scores_j for j ≤ last, 0 after. */
    private void scaleScores(int from, float factor, Matrix to, int toRow, int last) {
        MemorySegment d = decay.data();
        MemorySegment s = scores.data();
        MemorySegment t = to.data();
        long in = scores.row(from);
        long out = to.row(toRow);
        FloatVector zero = FloatVector.zero(Lanes.SPECIES);
        for (int j = 0; j < to.stride(); j += Lanes.COUNT) {
            long at = (long) j * Float.BYTES;
            if (j > last) {
                Lanes.store(zero, t, out + at);
            } else {
                FloatVector scaled =
                        Lanes.load(s, in + at).mul(Lanes.load(d, at)).mul(factor);
                VectorMask<Float> kept = Lanes.SPECIES.indexInRange(j, last + 1);
                Lanes.store(zero.blend(scaled, kept), t, out + at);
            }
        }
    }
}
