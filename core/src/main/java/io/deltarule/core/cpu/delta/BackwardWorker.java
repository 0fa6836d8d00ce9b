package io.deltarule.core.cpu.delta;

import io.deltarule.core.DeltaShape;
import io.deltarule.core.Gate;
import io.deltarule.core.Input;
import io.deltarule.core.PlanSpec;
import io.deltarule.core.cpu.math.Matrix;
import io.deltarule.core.cpu.math.OpenBlas;
import io.deltarule.core.cpu.math.RowSoftmax;
import io.deltarule.core.cpu.math.Rows;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The chunkwise backward pass of one thread, on scratch of its own: for each value head once through the chunks for the
 * states before them and the pseudo-values P, then back with the gradient D of the state after the chunk.
 *
 * <p>The erasure and the reads are pairs (a, b) of rows that add a bᵀ to the gradient of the state, stacked as blocks:
 *
 * <pre>
 *   block 0: (−e, dP)    1: (scale q, dO)    and with a selective read    2: (π, dX)    3: (dℓ/√V, r)
 *
 *   N  = scores of a and k        L = −N₀        T = b Pᵀ        z = S' b, rows of the states before their writes
 *   dP = (I + L)⁻ᵀ [ (k ⊙ exp(G_C − G)) D + Σ_reads Nᵐᵀ bᵐ ]
 *   da = z + (b·P) k for reads, z for the erasure         y_j = (gradient of S_j less its own reads) P_j
 *   dk = y + Σ_reads (b·P) a                              dg = see ChunkDecay
 *   D  ← exp(G_C) ⊙ D + Σ_pairs (a ⊙ exp G)ᵀ b            dr = (a₃ ⊙ exp G) S0 + N₃ P
 * </pre>
 *
 * [C, K] are k, y, a block of a and z; [C, V] P and a block of b; [C, C] a block of N and T. What the decays do to N, z
 * and y, and dg, is {@link ChunkDecay}'s.
 *
 * <p>A token's reads belong to its last micro-step; the blocks' rows of the others are 0. Arithmetic is float32. Source:
 * docs/math/backward.md. Checked against BackwardReference.
 */
public final class BackwardWorker {
    private static final int ERASE = 0;
    private static final int READ = 1;
    private static final int CROSS = 2;
    private static final int LOGIT = 3;

    private final DeltaShape planned;
    private final int C;
    private final int blocks;
    private final ChunkDecay decay;
    private final ChunkGradients sums;
    private final Matrix k;
    private final Matrix a;
    private final Matrix b;
    private final Matrix scores; // N
    private final Matrix overlaps; // T
    private final float[] own; // b_i·P_i, by row of b
    private final Matrix z0; // S0 b
    private final Matrix z;
    private final Matrix y;
    private final Matrix turned; // L [C, C]
    private final Matrix upsideDown; // dP [C, V]
    private final Matrix decayed; // rows of k or a, decayed
    private final Matrix gain; // [1, K]
    private final Matrix valueGain; // [1, V]
    private final Matrix crossing; // Σ_v D ⊙ S0 [1, K]
    private final Matrix readGradient; // dr [C, V], null without a selective read
    private final float[] perRoot; // 1 / √V, by row
    private final Matrix stateGradient; // D [K, V]
    private final List<Matrix> states = new ArrayList<>(); // before each chunk, and the last
    private final List<Matrix> pseudoValues = new ArrayList<>(); // of each chunk

    /** The chunk at hand. */
    private long row;

    private int rows;

    public BackwardWorker(PlanSpec spec) {
        planned = spec.shape();
        int K = planned.K();
        int V = planned.V();
        C = Math.min(spec.chunkSize(), Math.max(1, planned.microTokens()));
        blocks = planned.crossRead() ? 4 : 2;
        decay = planned.gate() == Gate.CHANNEL
                ? new ChannelDecay(C, K, blocks)
                : new ScalarDecay(C, K, blocks, planned.gate() == Gate.SCALAR);
        sums = new ChunkGradients(planned, C);
        k = Matrix.allocate(C, K);
        a = Matrix.allocate(blocks * C, K);
        b = Matrix.allocate(blocks * C, V);
        scores = Matrix.allocate(Math.max(blocks * C, LowerTriangle.ROWS), C);
        overlaps = Matrix.allocate(blocks * C, C);
        own = new float[blocks * C];
        z0 = Matrix.allocate(blocks * C, K);
        z = Matrix.allocate(blocks * C, K);
        y = Matrix.allocate(C, K);
        turned = Matrix.allocate(LowerTriangle.padded(C), C);
        upsideDown = Matrix.allocate(LowerTriangle.padded(C), V);
        decayed = Matrix.allocate(blocks * C, K);
        gain = Matrix.allocate(1, K);
        valueGain = Matrix.allocate(1, V);
        crossing = Matrix.allocate(1, K);
        readGradient = planned.crossRead() ? Matrix.allocate(C, V) : null;
        perRoot = new float[blocks * C];
        Arrays.fill(perRoot, (float) (1 / Math.sqrt(V)));
        stateGradient = Matrix.allocate(K, V);
    }

    /** All value heads of one key head of one sequence. */
    public void run(GradientOperands in, int sequence, int keyHead) {
        int group = in.forward.group();
        for (int head = keyHead * group; head < (keyHead + 1) * group; head++) {
            int index = sequence * planned.HV() + head;
            load(in.finalState, index, stateGradient);
            load(in.forward.initialState, index, state(0));
            int n = in.forward.householders();
            long begin = (long) in.forward.begin(sequence) * n;
            long end = (long) in.forward.end(sequence) * n;
            int chunks = Math.toIntExact(Math.ceilDiv(end - begin, C));
            row = begin;
            rows = 0;
            for (int chunk = 0; chunk < chunks; chunk++) {
                enter(begin, end, chunk);
                advance(in.forward, head, state(chunk), state(chunk + 1), pseudoValue(chunk));
                if (!NonFinite.allFinite(pseudoValues.get(chunk), 0, rows, planned.V())) {
                    throw NonFinite.diagnose(in.forward, sequence, head, row, rows);
                }
            }
            for (int chunk = chunks - 1; chunk >= 0; chunk--) {
                enter(begin, end, chunk);
                goBack(in, head, chunk);
                if (!finite()) {
                    throw in.diagnose(sequence, head, row, rows);
                }
            }
            if (!NonFinite.allFinite(stateGradient, 0, planned.K(), planned.V())) {
                throw in.diagnose(sequence, head, row, rows);
            }
            if (in.initialState != null) {
                State.copyOut(stateGradient.segment(), stateGradient.stride(), planned, in.initialState, index);
            }
        }
    }

    private void enter(long begin, long end, int chunk) {
        row = begin + (long) chunk * C;
        rows = (int) Math.min(C, end - row);
    }

    private void load(java.lang.foreign.MemorySegment from, int index, Matrix to) {
        if (from == null) {
            Arrays.fill(to.data(), 0);
        } else {
            State.copyIn(from, index, planned, to.segment(), to.stride());
        }
    }

    private Matrix state(int chunk) {
        while (states.size() <= chunk) {
            states.add(Matrix.allocate(planned.K(), planned.V()));
        }
        return states.get(chunk);
    }

    private Matrix pseudoValue(int chunk) {
        while (pseudoValues.size() <= chunk) {
            pseudoValues.add(Matrix.allocate(LowerTriangle.padded(C), planned.V()));
        }
        return pseudoValues.get(chunk);
    }

    private boolean finite() {
        Matrix gates = decay.gateGradients();
        return (gates == null || NonFinite.allFinite(gates, 0, rows, gates.stride()))
                && (readGradient == null || NonFinite.allFinite(readGradient, 0, rows, planned.V()))
                && NonFinite.allFinite(b, 0, rows, planned.V())
                && NonFinite.allFinite(z, 0, blocks * rows, planned.K())
                && NonFinite.allFinite(y, 0, rows, planned.K());
    }

    /** Forward: P and the state after the chunk. */
    private void advance(Operands in, int head, Matrix before, Matrix after, Matrix P) {
        int K = planned.K();
        int V = planned.V();
        writeKeys(in, head);
        in.writeVector.gather(row, rows, head, P, 0);
        for (int i = 0; i < rows; i++) {
            if (in.writeGainIsScalar) {
                Rows.scale(P, i, in.writeGain.scalar(row + i, head), P, i);
            } else {
                in.writeGain.gather(row + i, 1, head, valueGain, 0);
                Rows.multiply(P, i, valueGain, 0, P, i);
            }
            decay.sinceStart(a, i, i, decayed, i);
        }
        OpenBlas.multiply(
                rows,
                V,
                K,
                1,
                decayed.segment(),
                decayed.stride(),
                before.segment(),
                before.stride(),
                1,
                P.segment(),
                P.stride());
        LowerTriangle.solve(scores, rows, P, 0);
        after.segment().copyFrom(before.segment());
        for (int i = 0; i < rows; i++) {
            decay.untilEnd(k, i, decayed);
        }
        ChunkProducts.write(decayed, 0, rows, K, P, V, decay.pass(after), after);
    }

    /** k, −e, the decays and L. */
    private void writeKeys(Operands in, int head) {
        in.k.gather(row, rows, head, k, 0);
        in.eraseVector.gather(row, rows, head, a, 0);
        for (int i = 0; i < rows; i++) {
            if (in.eraseGainIsScalar) {
                Rows.scale(a, i, -in.eraseGain.scalar(row + i, head), a, i);
            } else {
                in.eraseGain.gather(row + i, 1, head, gain, 0);
                Rows.scale(a, i, -1, a, i);
                Rows.multiply(a, i, gain, 0, a, i);
            }
        }
        decay.prepare(in, head, row, rows, k);
        decay.scores(a, ERASE, READ, scores);
        for (int i = 0; i < rows; i++) {
            Rows.scale(scores, i, -1, scores, i);
        }
    }

    private void goBack(GradientOperands in, int head, int chunk) {
        int K = planned.K();
        int V = planned.V();
        Matrix P = pseudoValues.get(chunk);
        Matrix before = states.get(chunk);
        writeKeys(in.forward, head);
        gatherReads(in, head);
        meetStates(P, before, READ, blocks);
        if (planned.crossRead()) {
            soften();
        }
        decay.scores(a, READ, blocks, scores);
        for (int i = 0; i < rows; i++) {
            decay.untilEnd(k, i, decayed);
        }
        ChunkProducts.readState(decayed, rows, K, stateGradient, V, b);
        OpenBlas.multiplyLeftTransposed(
                rows,
                V,
                (blocks - READ) * rows,
                1,
                scores.from(READ * rows),
                scores.stride(),
                b.from(READ * rows),
                b.stride(),
                1,
                b.segment(),
                b.stride());
        solveTransposed();
        meetStates(P, before, ERASE, READ);
        ChunkProducts.multiplyTransposed(P, 0, rows, stateGradient.segment(), K, V, y, 0);
        for (int d = 0; d < K && in.forward.g != null; d++) {
            crossing.set(0, d, Rows.dot(stateGradient, d, before, d));
        }
        decay.accumulateAfter(overlaps, blocks, a, z0, crossing, y);
        addOwnWrites();
        writeReads(in, head, P, before);
        writeMicroSteps(in, head);
        for (int i = 0; i < blocks * rows; i++) {
            decay.sinceStart(a, i, i % rows, decayed, i);
        }
        ChunkProducts.write(decayed, 0, blocks * rows, K, b, V, decay.pass(stateGradient), stateGradient);
    }

    /** dP ← (I + L)⁻ᵀ dP, which upside down is a forward substitution with L turned about its other diagonal. */
    private void solveTransposed() {
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < i; j++) {
                turned.set(i, j, scores.get(rows - 1 - j, rows - 1 - i));
            }
            Rows.scale(b, i, 1, upsideDown, rows - 1 - i);
        }
        LowerTriangle.solve(turned, rows, upsideDown, 0);
        for (int i = 0; i < rows; i++) {
            Rows.scale(upsideDown, rows - 1 - i, 1, b, i);
        }
    }

    /** Whether micro-step i is its token's last. */
    private boolean reads(Operands in, int i) {
        return (row + i + 1) % in.householders() == 0;
    }

    private long token(Operands in, int i) {
        return (row + i) / in.householders();
    }

    /** Rows of a and b that come from the caller: scale q, dO, dX, r. */
    private void gatherReads(GradientOperands in, int head) {
        for (int i = 0; i < rows; i++) {
            boolean reads = reads(in.forward, i);
            gather(reads ? in.forward.q : null, head, i, a, READ);
            Rows.scale(a, READ * rows + i, in.forward.scale, a, READ * rows + i);
            gather(reads ? in.o : null, head, i, b, READ);
            if (planned.crossRead()) {
                gather(reads ? in.oCross : null, head, i, b, CROSS);
                gather(reads ? in.forward.r : null, head, i, b, LOGIT);
            }
        }
    }

    private void gather(RowView from, int head, int i, Matrix to, int block) {
        if (from == null) {
            Rows.fill(to, block * rows + i, 0);
        } else {
            from.gather((row + i) / planned.householders(), 1, head, to, block * rows + i);
        }
    }

    /** T, b·P and z of the blocks [first, end). */
    private void meetStates(Matrix P, Matrix before, int first, int end) {
        int count = (end - first) * rows;
        ChunkProducts.multiplyTransposed(b, first * rows, count, P.segment(), rows, planned.V(), overlaps, 0);
        ChunkProducts.multiplyTransposed(b, first * rows, count, before.segment(), planned.K(), planned.V(), z0, 0);
        for (int i = first * rows; i < end * rows; i++) {
            own[i] = overlaps.get(i, i % rows);
        }
        decay.accumulateBefore(overlaps, first, end, z0, z);
    }

    /** π and dℓ/√V from S r and S dx, which are z and what their own write adds; π takes a row of its own block. */
    private void soften() {
        int K = planned.K();
        for (int i = 0; i < rows; i++) {
            int pi = CROSS * rows + i;
            int logit = LOGIT * rows + i;
            Rows.scale(z, logit, 1, a, pi);
            Rows.accumulate(a, pi, own[logit], k, i);
        }
        RowSoftmax.apply(a, CROSS * rows, rows, K, perRoot);
        for (int i = 0; i < rows; i++) {
            int pi = CROSS * rows + i;
            int logit = LOGIT * rows + i;
            Rows.scale(z, pi, 1, decayed, 0);
            Rows.accumulate(decayed, 0, own[pi], k, i); // S dx
            float mean = Rows.dot(a, pi, decayed, 0);
            Rows.multiply(a, pi, decayed, 0, a, logit);
            Rows.accumulate(a, logit, -mean, a, pi);
            Rows.scale(a, logit, perRoot[0], a, logit);
        }
    }

    /** From z and y to da and dk. */
    private void addOwnWrites() {
        for (int m = READ; m < blocks; m++) {
            for (int i = 0; i < rows; i++) {
                Rows.accumulate(z, m * rows + i, own[m * rows + i], k, i);
                Rows.accumulate(y, i, own[m * rows + i], a, m * rows + i);
            }
        }
    }

    private void writeReads(GradientOperands in, int head, Matrix P, Matrix before) {
        if (planned.crossRead()) {
            for (int i = 0; i < rows; i++) {
                decay.sinceStart(a, LOGIT * rows + i, i, decayed, i);
            }
            ChunkProducts.readState(decayed, rows, planned.K(), before, planned.V(), readGradient);
            OpenBlas.multiply(
                    rows,
                    planned.V(),
                    rows,
                    1,
                    scores.from(LOGIT * rows),
                    scores.stride(),
                    P.segment(),
                    P.stride(),
                    1,
                    readGradient.segment(),
                    readGradient.stride());
        }
        for (int i = 0; i < rows; i++) {
            if (reads(in.forward, i)) {
                Rows.scale(z, READ * rows + i, in.forward.scale, z, READ * rows + i);
                sums.write(in.gradients.get(Input.Q), z, READ * rows + i, token(in.forward, i), head);
                if (planned.crossRead()) {
                    sums.write(in.gradients.get(Input.R), readGradient, i, token(in.forward, i), head);
                }
            }
        }
    }

    private void writeMicroSteps(GradientOperands in, int head) {
        Operands f = in.forward;
        sums.begin(in, y, rows);
        for (int i = 0; i < rows; i++) {
            if (ChunkDecay.decays(f, row, i)) {
                sums.write(in.gradients.get(Input.G), decay.gateGradients(), i, token(f, i), head);
            }
            sums.add(in.erase, f.eraseVector, f.eraseGain, head, row + i, i, z, ERASE * rows + i, -1);
            sums.add(in.write, f.writeVector, f.writeGain, head, row + i, i, b, ERASE * rows + i, 1);
        }
        sums.finish(in, head, row, rows);
    }
}
