package io.deltarule.core.cpu.delta;

import io.deltarule.core.DeltaShape;
import io.deltarule.core.Input;
import io.deltarule.core.PlanSpec;
import io.deltarule.core.cpu.math.Matrix;
import io.deltarule.core.cpu.math.RowSoftmax;
import io.deltarule.core.cpu.math.Rows;
import io.deltarule.core.cpu.memory.Columns;
import io.deltarule.core.cpu.memory.RowView;
import io.deltarule.core.cpu.memory.States;
import io.deltarule.core.cpu.product.Products;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The chunkwise backward pass of one thread, on scratch of its own: once through the chunks for the states before them and
 * the pseudo-values P, then back with the gradients D of the states after the chunk. The value heads of a key head go
 * through a chunk together, so that what they share is fetched and multiplied once.
 *
 * <p>The reads and the erasure are pairs (f x, b) of rows that add f x bᵀ to the gradient of the state, in the blocks of
 * {@link ChunkSpan}:
 *
 * <pre>
 *   linear read (scale q, dO)      with a selective read before it: 0: (π, dX)    1: (dℓ/√V, r)      erasure (e, −dP)
 *
 *   N  = scores of f x and k; L those of the erasure    T = b Pᵀ    z = S' b, rows of the states before their writes
 *   dP = (I + L)⁻ᵀ [ (k ⊙ exp(G_C − G)) D + Σ_reads Nᵐᵀ bᵐ ]
 *   d(f x) = z + (b·P) k for reads, z for the erasure      y_j = (gradient of S_j less its own reads) P_j
 *   dk = y + Σ_reads (b·P) f x                             dg = see ChunkDecay
 *   D  ← exp(G_C) ⊙ D + Σ_pairs (f x ⊙ exp G)ᵀ b           dr = (x₁ ⊙ exp G) S0 + N₁ P
 * </pre>
 *
 * [C, K] are k, y, a block of x and z; [C, V] P and a block of b; [C, C] a block of N and T. What the decays do to N, z
 * and y, and dg, is {@link ChunkDecay}'s; P and the states are {@link Chunk}'s. Arithmetic is float32. Source:
 * docs/math/backward.md. Checked against BackwardReference.
 */
final class BackwardWorker {
    private static final int CROSS = 0; // blocks of a selective read
    private static final int LOGIT = 1;

    private final DeltaShape planned;
    private final int C;
    private final int blocks; // of reads
    private final Chunk chunk;
    private final ChunkProducts chunkProducts;
    private final ChunkSpan span;
    private final ChunkDecay decay;
    private final Matrix x;
    private final ChunkGradients sums;
    private final Matrix b;
    private final Matrix overlaps; // T
    private final float[] own; // b_r·P_i, by row of b
    private final Matrix z0; // S0 b
    private final Matrix z;
    private final Matrix y;
    private final Matrix scaled; // P times a number each [C, V]
    private final Matrix work; // [1, K]
    private final Matrix crossing; // Σ_v D ⊙ S0 [1, K]
    private final Matrix readGradient; // dr [C, V], null without a selective read
    private final float[] perRoot; // 1 / √V, by row
    private final ValueHead[] heads; // of one key head

    /** What one value head carries through its sequence. */
    private static final class ValueHead {
        private final Matrix stateGradient; // D [K, V]
        private final List<Matrix> states = new ArrayList<>(); // before each chunk, and the last
        private final List<Matrix> pseudoValues = new ArrayList<>(); // of each chunk

        ValueHead(int K, int V) {
            stateGradient = Matrix.allocate(K, V);
        }
    }

    BackwardWorker(PlanSpec spec, Products products) {
        planned = spec.shape();
        int K = planned.K();
        int V = planned.V();
        C = Chunk.size(spec);
        blocks = planned.crossRead() ? 3 : 1;
        chunk = new Chunk(spec, blocks, true, products);
        chunkProducts = chunk.chunkProducts;
        span = chunk.span;
        decay = chunk.decay;
        x = chunk.rows.x;
        sums = new ChunkGradients(planned, C);
        int stacked = (blocks + 1) * C;
        b = Matrix.allocate(stacked, V);
        overlaps = Matrix.allocate(stacked, C);
        own = new float[stacked];
        z0 = Matrix.allocate(stacked, K);
        z = Matrix.allocate(stacked, K);
        y = Matrix.allocate(C, K);
        scaled = Matrix.allocate(C, V);
        work = Matrix.allocate(1, K);
        crossing = Matrix.allocate(1, K);
        readGradient = planned.crossRead() ? Matrix.allocate(C, V) : null;
        perRoot = new float[C];
        Arrays.fill(perRoot, (float) (1 / Math.sqrt(V)));
        heads = new ValueHead[planned.HV() / planned.H()];
        Arrays.setAll(heads, h -> new ValueHead(K, V));
    }

    /** Bytes of what grows with the longest sequence: a state and pseudo-values for each chunk. */
    long bytes() {
        long floats = 0;
        for (ValueHead head : heads) {
            for (List<Matrix> matrices : List.of(head.states, head.pseudoValues)) {
                floats += matrices.stream().mapToLong(m -> m.data().length).sum();
            }
        }
        return floats * Float.BYTES;
    }

    /** All value heads of one key head of one sequence. */
    void run(GradientOperands in, int sequence, int keyHead) {
        int firstHead = keyHead * heads.length;
        for (int h = 0; h < heads.length; h++) {
            load(in.after, sequence, firstHead + h, heads[h].stateGradient);
            load(in.forward.before, sequence, firstHead + h, state(heads[h], 0));
        }
        int n = in.forward.householders();
        long begin = (long) in.forward.begin(sequence) * n;
        long end = (long) in.forward.end(sequence) * n;
        int chunks = Math.toIntExact(Math.ceilDiv(end - begin, C));
        for (int index = 0; index < chunks; index++) {
            enter(begin, end, index, 0);
            for (int h = 0; h < heads.length; h++) {
                advance(in.forward, firstHead + h, heads[h], index, in.forward.before == null);
                if (!NonFinite.allFinite(heads[h].pseudoValues.get(index), 0, span.rows, planned.V())) {
                    throw NonFinite.diagnose(in.forward, sequence, firstHead + h, span.row, span.rows);
                }
            }
        }
        for (int index = chunks - 1; index >= 0; index--) {
            enter(begin, end, index, blocks);
            for (int h = 0; h < heads.length; h++) {
                goBack(in, firstHead + h, heads[h], index);
                if (!finite()) {
                    throw in.diagnose(sequence, firstHead + h, span.row, span.rows);
                }
            }
        }
        for (int h = 0; h < heads.length; h++) {
            finish(in, sequence, firstHead + h, heads[h], chunks == 0);
        }
    }

    private void finish(GradientOperands in, int sequence, int head, ValueHead mine, boolean empty) {
        if (!NonFinite.allFinite(mine.stateGradient, 0, planned.K(), planned.V())) {
            int n = in.forward.householders();
            long row = empty ? (long) in.forward.begin(sequence) * n : span.row;
            throw in.diagnose(sequence, head, row, empty ? 0 : span.rows);
        }
        if (in.before != null) {
            in.before.copyFrom(sequence, head, in.forward.columns, mine.stateGradient);
        }
    }

    private void enter(long begin, long end, int index, int readBlocks) {
        long row = begin + (long) index * C;
        span.set(row, (int) Math.min(C, end - row), planned.householders(), readBlocks);
    }

    private void load(States from, int sequence, int head, Matrix to) {
        if (from == null) {
            Arrays.fill(to.data(), 0);
        } else {
            from.copyTo(sequence, head, Columns.all(planned.V()), to);
        }
    }

    private Matrix state(ValueHead head, int index) {
        while (head.states.size() <= index) {
            head.states.add(Matrix.allocate(planned.K(), planned.V()));
        }
        return head.states.get(index);
    }

    private Matrix pseudoValue(ValueHead head, int index) {
        while (head.pseudoValues.size() <= index) {
            head.pseudoValues.add(Matrix.allocate(C, planned.V()));
        }
        return head.pseudoValues.get(index);
    }

    private boolean finite() {
        Matrix gates = decay.gateGradients();
        return (gates == null || NonFinite.allFinite(gates, 0, span.rows, gates.stride()))
                && (readGradient == null || NonFinite.allFinite(readGradient, 0, span.queries, planned.V()))
                && NonFinite.allFinite(b, span.eraseAt(), span.rows, planned.V())
                && NonFinite.allFinite(z, 0, span.stacked(), planned.K())
                && NonFinite.allFinite(y, 0, span.rows, planned.K());
    }

    /** Forward: P and the state after the chunk. */
    private void advance(Operands in, int head, ValueHead mine, int index, boolean fromZero) {
        Matrix before = state(mine, index);
        Matrix after = state(mine, index + 1);
        Matrix P = pseudoValue(mine, index);
        chunk.take(in, head, in.k.isFirst(head));
        chunk.solve(in, head, fromZero && index == 0 ? null : before, P);
        System.arraycopy(before.data(), 0, after.data(), 0, after.data().length);
        chunk.write(P, scaled, after);
    }

    private void goBack(GradientOperands in, int head, ValueHead mine, int index) {
        int K = planned.K();
        int V = planned.V();
        Matrix P = mine.pseudoValues.get(index);
        Matrix before = mine.states.get(index);
        Matrix D = mine.stateGradient;
        int e = span.eraseAt();
        chunk.take(in.forward, head, in.forward.k.isFirst(head));
        gatherReads(in, head);
        meetReads(P, before);
        if (planned.crossRead()) {
            soften();
            decay.readScores(blocks - 1, chunk.scores);
        }
        chunkProducts.readState(decay.endKeys(), decay.firstEndKey(), span.rows, K, D, V, b, e);
        for (int i = 0; i < span.rows; i++) {
            Rows.scale(b, e + i, decay.endFactor(i), b, e + i);
        }
        LowerTriangle.addTransposed(chunk.scores, b, span, false, b, e);
        LowerTriangle.solveTransposed(chunk.scores, e, span.rows, b, e);
        for (int i = 0; i < span.rows; i++) {
            Rows.scale(b, e + i, -1, b, e + i);
        }
        meetErasures(P, before);
        chunkProducts.multiplyTransposed(P, 0, span.rows, D.from(0), K, V, y, 0);
        for (int d = 0; d < K && in.forward.g != null; d++) {
            crossing.set(0, d, Rows.dot(D, d, before, d));
        }
        decay.accumulateAfter(overlaps, z0, crossing, y);
        addOwnWrites();
        writeReads(in, head, P, before);
        writeMicroSteps(in, head);
        passGradient(D);
    }

    /** D ← the gradient of the state before the chunk. */
    private void passGradient(Matrix D) {
        for (int r = 0; r < span.stacked(); r++) {
            Rows.scale(b, r, decay.startFactor(r), b, r);
        }
        Matrix rows = decay.startRows();
        chunkProducts.write(rows, 0, span.stacked(), planned.K(), b.from(0), planned.V(), decay.pass(D), D);
    }

    /** Rows of b that come from the caller: dO, and with a selective read dX and r. */
    private void gatherReads(GradientOperands in, int head) {
        gather(in.o, head, span.readAt());
        if (planned.crossRead()) {
            gather(in.oCross, head, CROSS * span.queries);
            gather(in.forward.r, head, LOGIT * span.queries);
        }
    }

    private void gather(RowView from, int head, int at) {
        if (from == null) {
            Arrays.fill(b.data(), b.row(at), b.row(at + span.queries), 0);
        } else {
            from.gather(span.token, span.queries, head, b, at);
        }
    }

    /** T, b·P and z of all reads. */
    private void meetReads(Matrix P, Matrix before) {
        int V = planned.V();
        for (int m = 0; m < blocks; m++) {
            int first = m * span.queries;
            chunkProducts.readScores(b, first, span, V, P, 0, overlaps);
            for (int a = 0; a < span.queries; a++) {
                own[first + a] = overlaps.get(first + a, span.position(a));
            }
        }
        chunkProducts.multiplyTransposed(b, 0, span.eraseAt(), before.from(0), planned.K(), V, z0, 0);
        decay.meetReads(blocks, overlaps, z0, z, false);
    }

    /** T and z of the erasure, of which z is de. */
    private void meetErasures(Matrix P, Matrix before) {
        int e = span.eraseAt();
        chunkProducts.eraseScores(b, e, span, planned.V(), P, 0, overlaps);
        chunkProducts.multiplyTransposed(b, e, span.rows, before.from(0), planned.K(), planned.V(), z0, 0);
        decay.meetErasures(overlaps, z0, z);
    }

    /** π and dℓ/√V from S r and S dx, which are z and what their own write adds. */
    private void soften() {
        int q = span.queries;
        for (int a = 0; a < q; a++) {
            int logit = LOGIT * q + a;
            Rows.copy(z, logit, z.stride(), x, CROSS * q + a);
            Rows.accumulate(x, CROSS * q + a, own[logit], decay.keys, decay.firstKey + span.position(a));
        }
        RowSoftmax.apply(x, CROSS * q, q, planned.K(), perRoot);
        for (int a = 0; a < q; a++) {
            int pi = CROSS * q + a;
            int logit = LOGIT * q + a;
            Rows.copy(z, pi, z.stride(), work, 0);
            Rows.accumulate(work, 0, own[pi], decay.keys, decay.firstKey + span.position(a)); // S dx
            float mean = Rows.dot(x, pi, work, 0);
            Rows.multiply(x, pi, work, 0, x, logit);
            Rows.accumulate(x, logit, -mean, x, pi);
            Rows.scale(x, logit, perRoot[a], x, logit);
        }
    }

    /** From z and y to the gradients of f x and of k. */
    private void addOwnWrites() {
        for (int m = 0; m < blocks; m++) {
            for (int a = 0; a < span.queries; a++) {
                int r = m * span.queries + a;
                int i = span.position(a);
                Rows.accumulate(z, r, own[r], decay.keys, decay.firstKey + i);
                Rows.accumulate(y, i, own[r] * decay.factors[r], x, r);
            }
        }
    }

    private void writeReads(GradientOperands in, int head, Matrix P, Matrix before) {
        int q = span.queries;
        if (planned.crossRead()) {
            int logit = LOGIT * q;
            int V = planned.V();
            chunkProducts.readState(decay.startRows(), logit, q, planned.K(), before, V, readGradient, 0);
            LowerTriangle.addReads(chunk.scores, logit, span, P, 0, chunk.startFactors(logit, q), readGradient, 0);
        }
        for (int a = 0; a < q; a++) {
            int r = span.readAt() + a;
            Rows.scale(z, r, in.forward.scale, z, r);
            sums.write(in.gradients.get(Input.Q), z, r, span.token + a, head);
            if (planned.crossRead()) {
                sums.write(in.gradients.get(Input.R), readGradient, a, span.token + a, head);
            }
        }
    }

    private void writeMicroSteps(GradientOperands in, int head) {
        Operands f = in.forward;
        int e = span.eraseAt();
        sums.begin(in, y, span.rows);
        for (int i = 0; i < span.rows; i++) {
            if (f.g != null && span.beginsToken(i)) {
                sums.write(in.gradients.get(Input.G), decay.gateGradients(), i, span.tokenOf(i), head);
            }
            sums.add(in.erase, f.eraseVector, f.eraseGain, head, span.row + i, i, z, e + i, 1);
            sums.add(in.write, f.writeVector, f.writeGain, head, span.row + i, i, b, e + i, -1);
        }
        sums.finish(in, head, span.row, span.rows);
    }
}
