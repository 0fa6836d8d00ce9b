package io.deltarule.core.cpu.delta;

import io.deltarule.core.DeltaShape;
import io.deltarule.core.Input;
import io.deltarule.core.PlanSpec;
import io.deltarule.core.cpu.delta.kernel.ChunkProducts;
import io.deltarule.core.cpu.delta.kernel.ChunkSpan;
import io.deltarule.core.cpu.delta.kernel.LowerTriangle;
import io.deltarule.core.cpu.math.Matrix;
import io.deltarule.core.cpu.math.Rows;
import io.deltarule.core.cpu.memory.Columns;
import io.deltarule.core.cpu.product.Factors;
import io.deltarule.core.cpu.product.Products;
import io.deltarule.core.engine.LevelChunks;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The chunkwise backward pass on log-linear states of one thread: once through the chunks for the states before them, then
 * back. What {@link LevelChunkWorker} computes is a sum of parts, and so are the gradients of the scores (T), of the rows that meet
 * states (z0), of the keys (y) and dg, before {@link ChunkDecay} makes those of the inputs of them:
 *
 * <pre>
 *   a state R_b, with D_b its gradient after the chunk and dO_b = λ^(b+1) ⊙ dO
 *     dP_b = A' [ (k ⊙ exp(G_C − G)) D_b + Mᵀ dO_b ]         A' = (I + L)⁻ᵀ        pairs b of rows: dO_b, −dP_b
 *     T += b P_bᵀ     z0 += b R_bᵀ     y += P_b D_bᵀ     dλ^(b+1) = dO · (what R_b gives to O)
 *     D_b ← exp(G_C) ⊙ D_b + Σ (f x ⊙ exp G)ᵀ b
 *   the new state X = K̂ᵀ P, P = A u, with D_X
 *     du = A' (k ⊙ exp(G_C − G)) D_X       T −= du Pᵀ in the erasure's rows       y += P D_Xᵀ
 *   the chunk itself, O = (N ⊙ Λ) u, N = M A
 *     dΛ = N ⊙ (dO uᵀ)     dN = Λ ⊙ (dO uᵀ)     du += (N ⊙ Λ)ᵀ dO     dM = dN Aᵀ     dL = −Aᵀ (Mᵀ dN) Aᵀ
 * </pre>
 *
 * A merge hands its gradient to each of its parts. Arithmetic is float32. Source: docs/math/log-linear.md. Checked against
 * LevelBackwardReference.
 */
final class LevelBackwardWorker implements GradientRun.HeadGradients {
    private final DeltaShape planned;
    private final int tokens; // per chunk, at most
    private final Products products;
    private final ChunkProducts chunkProducts;
    private final Chunk chunk;
    private final ChunkSpan span;
    private final ChunkDecay decay;
    private final LevelScores levels;
    private final ChunkGradients sums;
    private final Matrix dO; // [C, V]
    private final Matrix b; // [2C, V]
    private final Matrix overlaps; // T [2C, C]
    private final Matrix part; // of T
    private final float[] own; // T of a read with its own write, by row
    private final Matrix z0; // [2C, K]
    private final Matrix zPart;
    private final Matrix z;
    private final Matrix y; // [C, K]
    private final Matrix yPart;
    private final Matrix pseudoValues; // [C, V]
    private final Matrix scaled; // [C, V]
    private final Matrix writes; // u [C, V]
    private final Matrix writeGradients; // du [C, V]
    private final Matrix crossing; // [1, K]
    private final Matrix weightGradients; // dλ [C, L]
    private final Matrix pairs; // dO uᵀ, then dN [C, C]
    private final Matrix inner; // Mᵀ dN and what becomes of it [C, C]
    private final Matrix innerPart;
    private final ValueHead[] heads;

    /** What one value head carries through its sequence. */
    private static final class ValueHead {
        private final LevelStates states;
        private final Matrix[] gradients; // D by level
        private final List<Matrix[]> before = new ArrayList<>(); // R_b by bit, before each chunk

        ValueHead(DeltaShape s) {
            states = new LevelStates(s);
            gradients = Matrix.allocate(s.levels(), s.K(), s.V());
        }
    }

    LevelBackwardWorker(PlanSpec spec, Products products) {
        planned = spec.shape();
        int K = planned.K();
        int V = planned.V();
        int C = Math.max(Chunk.size(spec), planned.householders());
        tokens = C / planned.householders();
        chunk = new Chunk(spec, C, 1, true, products);
        this.products = products;
        chunkProducts = chunk.chunkProducts;
        span = chunk.span;
        decay = chunk.decay;
        levels = new LevelScores(planned, C);
        sums = new ChunkGradients(planned, C);
        dO = Matrix.allocate(C, V);
        b = Matrix.allocate(2 * C, V);
        overlaps = Matrix.allocate(2 * C, C);
        part = Matrix.allocate(2 * C, C);
        own = new float[C];
        z0 = Matrix.allocate(2 * C, K);
        zPart = Matrix.allocate(2 * C, K);
        z = Matrix.allocate(2 * C, K);
        y = Matrix.allocate(C, K);
        yPart = Matrix.allocate(C, K);
        pseudoValues = Matrix.allocate(C, V);
        scaled = Matrix.allocate(C, V);
        writes = Matrix.allocate(C, V);
        writeGradients = Matrix.allocate(C, V);
        crossing = Matrix.allocate(1, K);
        weightGradients = Matrix.allocate(C, planned.levels());
        pairs = Matrix.allocate(C, C);
        inner = Matrix.allocate(C, C);
        innerPart = Matrix.allocate(C, C);
        heads = new ValueHead[planned.HV() / planned.H()];
        Arrays.setAll(heads, h -> new ValueHead(planned));
    }

    @Override
    public void run(GradientOperands in, int sequence, int keyHead) {
        int firstHead = keyHead * heads.length;
        int begin = in.forward.begin(sequence);
        int end = in.forward.end(sequence);
        int start = in.forward.position(sequence);
        List<Integer> lengths = new ArrayList<>();
        for (int token = begin; token < end; token += lengths.getLast()) {
            lengths.add(LevelChunks.length(start + token - begin, end - 1 - token, tokens));
        }
        for (int h = 0; h < heads.length; h++) {
            heads[h].states.begin(in.forward, sequence, firstHead + h, start, end > begin);
            heads[h].before.clear();
            for (int level = 0; level < planned.levels(); level++) {
                load(in, sequence, firstHead + h, level, heads[h].gradients[level]);
            }
        }
        int token = begin;
        for (int index = 0; index < lengths.size(); index++) {
            enter(token, lengths.get(index), 0);
            for (int h = 0; h < heads.length; h++) {
                advance(in.forward, firstHead + h, heads[h], start + token - begin, index < lengths.size() - 1);
                if (!heads[h].states.allFinite()) {
                    throw NonFinite.diagnose(in.forward, sequence, firstHead + h, span.row, span.rows);
                }
            }
            token += lengths.get(index);
        }
        for (int index = lengths.size() - 1; index >= 0; index--) {
            token -= lengths.get(index);
            enter(token, lengths.get(index), 1);
            int position = start + token - begin;
            for (int h = 0; h < heads.length; h++) {
                if (index < lengths.size() - 1) {
                    unmerge(heads[h], position, Integer.numberOfTrailingZeros(lengths.get(index)));
                }
                goBack(in, firstHead + h, heads[h], heads[h].before.get(index), position);
                if (!finite()) {
                    throw in.diagnose(sequence, firstHead + h, span.row, span.rows);
                }
            }
        }
        for (int h = 0; h < heads.length; h++) {
            finish(in, sequence, firstHead + h, heads[h], start, end > begin);
        }
    }

    /** The states before each chunk. */
    @Override
    public long bytes() {
        long floats = 0;
        for (ValueHead head : heads) {
            for (Matrix[] before : head.before) {
                for (Matrix state : before) {
                    floats += state == null ? 0 : state.data().length;
                }
            }
        }
        return floats * Float.BYTES;
    }

    private void load(GradientOperands in, int sequence, int head, int level, Matrix to) {
        if (in.after == null) {
            Arrays.fill(to.data(), 0);
        } else {
            in.after.copyTo(sequence, head, level, Columns.all(planned.V()), to);
        }
    }

    private void finish(GradientOperands in, int sequence, int head, ValueHead mine, int start, boolean merged) {
        if (in.before == null) {
            return;
        }
        if (merged && start > 0) { // the states that the run began with were merged first
            spread(mine, 0, Integer.numberOfTrailingZeros(start));
        }
        for (int level = 0; level < planned.levels(); level++) {
            in.before.copyFrom(sequence, head, level, in.forward.columns, mine.gradients[level]);
        }
    }

    private void enter(int token, int length, int readBlocks) {
        int n = planned.householders();
        span.set((long) token * n, length * n, n, readBlocks);
    }

    /** Forward: the states after the chunk; keeps those before it. */
    private void advance(Operands in, int head, ValueHead mine, int position, boolean merges) {
        Matrix[] before = new Matrix[planned.levels()];
        chunk.take(in, head, in.k.isFirst(head));
        chunk.solve(in, head, null, pseudoValues);
        Matrix X = mine.states.fresh();
        chunk.write(pseudoValues, scaled, X);
        for (int bit = 0; bit < planned.levels() - 1; bit++) {
            if ((position >> bit & 1) == 1) {
                Matrix R = mine.states.of(bit);
                before[bit] = Matrix.allocate(planned.K(), planned.V());
                System.arraycopy(R.data(), 0, before[bit].data(), 0, R.data().length);
                if (span.erases()) {
                    chunk.solveUnwritten(R, pseudoValues);
                    chunk.write(pseudoValues, scaled, R);
                } else {
                    chunk.fade(R);
                }
            }
        }
        mine.before.add(before);
        if (merges) {
            mine.states.carry(Integer.numberOfTrailingZeros(span.rows / span.n), position);
        }
    }

    /** The gradient of a merge's sum for each of its parts: the newest state, and those of the bits from one on that carry. */
    private static void unmerge(ValueHead mine, int position, int from) {
        int into = from;
        while ((position >> into & 1) == 1) {
            into++;
        }
        spread(mine, from, into);
    }

    private static void spread(ValueHead mine, int from, int into) {
        copy(mine.gradients[into + 1], mine.gradients[0]);
        for (int bit = from; bit < into; bit++) {
            copy(mine.gradients[into + 1], mine.gradients[bit + 1]);
        }
    }

    private static void copy(Matrix from, Matrix to) {
        System.arraycopy(from.data(), 0, to.data(), 0, from.data().length);
    }

    private void goBack(GradientOperands in, int head, ValueHead mine, Matrix[] before, int position) {
        chunk.take(in.forward, head, in.forward.k.isFirst(head));
        levels.take(in.forward, head, chunk, position);
        if (in.o == null) {
            Arrays.fill(dO.data(), 0, dO.row(span.queries), 0);
        } else {
            in.o.gather(span.token, span.queries, head, dO, 0);
        }
        Arrays.fill(weightGradients.data(), 0);
        Arrays.fill(z0.data(), 0, z0.row(span.stacked()), 0);
        Arrays.fill(crossing.data(), 0);
        within(in.forward, head);
        written(mine.gradients[0]);
        for (int bit = 0; bit < planned.levels() - 1; bit++) {
            if (before[bit] != null) {
                stateBefore(before[bit], mine.gradients[bit + 1], bit + 1, in.forward.g != null);
            }
        }
        for (int a = 0; a < span.queries; a++) {
            own[a] = overlaps.get(a, span.position(a));
        }
        decay.meetReads(1, overlaps, z0, z, false);
        if (span.erases()) {
            decay.meetErasures(overlaps, z0, z);
        }
        decay.accumulateAfter(overlaps, z0, crossing, y);
        for (int a = 0; a < span.queries; a++) {
            int i = span.position(a);
            Rows.accumulate(z, a, own[a], decay.keys, decay.firstKey + i);
            Rows.accumulate(y, i, own[a] * decay.factors[a], decay.x, a);
        }
        write(in, head);
    }

    /** O = (N ⊙ Λ) u: begins T, du and dλ. */
    private void within(Operands in, int head) {
        int rows = span.rows;
        int queries = span.queries;
        chunk.rows.gatherWrites(in, span, head, writes);
        for (int i = 0; i < rows; i++) {
            Rows.scale(writes, i, chunk.rows.writeFactors[i], writes, i);
        }
        chunkProducts.readScores(dO, 0, span, planned.V(), writes, 0, pairs);
        for (int a = 0; a < queries; a++) {
            int last = span.position(a);
            for (int j = 0; j <= last; j++) {
                int level = LevelScores.level(span, a, j);
                float pair = pairs.get(a, j);
                weightGradients.set(
                        a,
                        level,
                        weightGradients.get(a, level) + levels.scores().get(a, j) * pair);
                pairs.set(a, j, levels.weight(a, level) * pair);
            }
            Arrays.fill(pairs.data(), pairs.row(a) + last + 1, pairs.row(a + 1), 0);
        }
        Arrays.fill(writeGradients.data(), 0, writeGradients.row(rows), 0);
        LowerTriangle.addTransposed(levels.masked(), dO, span, false, writeGradients, 0);
        if (!span.erases()) {
            for (int a = 0; a < queries; a++) {
                Rows.copy(pairs, a, pairs.stride(), overlaps, a);
            }
            return;
        }
        Matrix A = levels.inverse();
        products.multiplyRightTransposed(queries, rows, rows, pairs.from(0), A.from(0), 0, overlaps.from(0));
        products.multiplyLeftTransposed(
                rows, rows, queries, chunk.scores.from(span.readAt()), pairs.from(0), 0, inner.from(0));
        products.multiplyRightTransposed(rows, rows, rows, inner.from(0), A.from(0), 0, innerPart.from(0));
        products.multiplyLeftTransposed(
                rows, rows, rows, A.from(0), innerPart.from(0), 0, overlaps.from(span.eraseAt()));
        for (int i = 0; i < rows; i++) {
            Rows.scale(overlaps, span.eraseAt() + i, -1, overlaps, span.eraseAt() + i);
        }
    }

    /** X = K̂ᵀ A u: begins y. */
    private void written(Matrix D) {
        int rows = span.rows;
        int V = planned.V();
        System.arraycopy(writes.data(), 0, pseudoValues.data(), 0, pseudoValues.row(rows));
        if (span.erases()) {
            LowerTriangle.solve(chunk.scores, span.eraseAt(), rows, pseudoValues, 0);
        }
        chunkProducts.multiplyTransposed(pseudoValues, 0, rows, D.from(0), planned.K(), V, y, 0);
        endKeyProducts(D, b, 0);
        if (span.erases()) {
            LowerTriangle.solveTransposed(chunk.scores, span.eraseAt(), rows, b, 0);
        }
        for (int i = 0; i < rows; i++) {
            Rows.accumulate(writeGradients, i, 1, b, i);
        }
        if (span.erases()) {
            chunkProducts.multiplyTransposed(b, 0, rows, pseudoValues.from(0), rows, V, part, 0);
            for (int i = 0; i < rows; i++) {
                Rows.accumulate(overlaps, span.eraseAt() + i, -1, part, i);
            }
        }
    }

    /** (k ⊙ exp(G_C − G)) D, in rows of a matrix from one on. */
    private void endKeyProducts(Matrix D, Matrix to, int at) {
        chunkProducts.readState(decay.endKeys(), decay.firstEndKey(), span.rows, planned.K(), D, planned.V(), to, at);
        for (int i = 0; i < span.rows; i++) {
            Rows.scale(to, at + i, decay.endFactor(i), to, at + i);
        }
    }

    /** A state from before the chunk: adds to all, and makes of its gradient after the chunk that before it. */
    private void stateBefore(Matrix R, Matrix D, int level, boolean gated) {
        int e = span.eraseAt();
        int V = planned.V();
        int K = planned.K();
        chunk.solveUnwritten(R, pseudoValues);
        if (span.erases()) {
            LowerTriangle.addReads(
                    chunk.scores, span.readAt(), span, pseudoValues, 0, Factors.ONE, chunk.stateReads, 0);
        }
        for (int a = 0; a < span.queries; a++) {
            weightGradients.set(a, level, Rows.dot(dO, a, chunk.stateReads, a));
            Rows.scale(dO, a, levels.weight(a, level), b, a);
        }
        if (span.erases()) {
            endKeyProducts(D, b, e);
            LowerTriangle.addTransposed(chunk.scores, b, span, false, b, e);
            LowerTriangle.solveTransposed(chunk.scores, e, span.rows, b, e);
            for (int i = 0; i < span.rows; i++) {
                Rows.scale(b, e + i, -1, b, e + i);
            }
            chunkProducts.multiplyTransposed(b, 0, span.stacked(), pseudoValues.from(0), span.rows, V, part, 0);
            chunkProducts.multiplyTransposed(pseudoValues, 0, span.rows, D.from(0), K, V, yPart, 0);
            for (int r = 0; r < span.stacked(); r++) {
                Rows.accumulate(overlaps, r, 1, part, r);
            }
            for (int i = 0; i < span.rows; i++) {
                Rows.accumulate(y, i, 1, yPart, i);
            }
        }
        chunkProducts.multiplyTransposed(b, 0, span.stacked(), R.from(0), K, V, zPart, 0);
        for (int r = 0; r < span.stacked(); r++) {
            Rows.accumulate(z0, r, 1, zPart, r);
        }
        for (int d = 0; d < K && gated; d++) {
            crossing.set(0, d, crossing.get(0, d) + Rows.dot(D, d, R, d));
        }
        for (int r = 0; r < span.stacked(); r++) {
            Rows.scale(b, r, decay.startFactor(r), b, r);
        }
        chunkProducts.write(decay.startRows(), 0, span.stacked(), K, b.from(0), V, decay.pass(D), D);
    }

    private boolean finite() {
        Matrix gates = decay.gateGradients();
        return (gates == null || NonFinite.allFinite(gates, 0, span.rows, gates.stride()))
                && NonFinite.allFinite(writeGradients, 0, span.rows, planned.V())
                && NonFinite.allFinite(weightGradients, 0, span.queries, planned.levels())
                && NonFinite.allFinite(z, 0, span.stacked(), planned.K())
                && NonFinite.allFinite(y, 0, span.rows, planned.K());
    }

    private void write(GradientOperands in, int head) {
        Operands f = in.forward;
        for (int a = 0; a < span.queries; a++) {
            Rows.scale(z, a, f.scale, z, a);
            sums.write(in.gradients.get(Input.Q), z, a, span.token + a, head);
            sums.write(in.gradients.get(Input.LAMBDA), weightGradients, a, span.token + a, head);
        }
        sums.writeMicroSteps(in, decay, y, z, writeGradients, 0, 1, head);
    }
}
