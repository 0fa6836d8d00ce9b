package io.deltarule.core.cpu.delta;

import io.deltarule.core.DeltaShape;
import io.deltarule.core.NumericException;
import io.deltarule.core.PlanSpec;
import io.deltarule.core.cpu.delta.kernel.ChunkSpan;
import io.deltarule.core.cpu.delta.kernel.LowerTriangle;
import io.deltarule.core.cpu.math.Matrix;
import io.deltarule.core.cpu.math.Rows;
import io.deltarule.core.cpu.product.Factors;
import io.deltarule.core.cpu.product.Products;
import io.deltarule.core.engine.LevelChunks;
import java.util.Arrays;

/**
 * The chunkwise form on log-linear states. A chunk is 2^c tokens at a multiple of 2^c; the states from before it, one for
 * each bit b of its position, keep their levels throughout, and within it {@link LevelScores} weighs every pair:
 *
 * <pre>
 *   O = [(M A) ⊙ Λ] u + Σ_b λ^(b+1) ⊙ [ (scale q ⊙ exp G) R_b + M P_b ]         P_b = −A (e ⊙ exp G) R_b
 *   R_b ← exp(G_C) ⊙ R_b + K̂ᵀ P_b           X = K̂ᵀ A u
 * </pre>
 *
 * X is then merged with the states of the bits that a counter would carry over. Source: docs/math/log-linear.md.
 */
final class LevelChunkWorker extends HeadWorker {
    private final DeltaShape planned;
    private final int tokens; // per chunk, at most
    private final Chunk chunk;
    private final LevelScores levels;
    private final Matrix pseudoValues; // [C, V]
    private final Matrix writes; // u [C, V]
    private final Matrix out; // O [C, V]
    private final LevelStates[] states; // per value head
    private boolean spoiled;

    /** @param heads value heads that share a query/key head, at most */
    LevelChunkWorker(PlanSpec spec, int heads, Products products) {
        planned = spec.shape();
        int rows = Math.max(Chunk.size(spec), planned.householders()); // a chunk has whole tokens
        tokens = rows / planned.householders();
        chunk = new Chunk(spec, rows, 1, false, products);
        levels = new LevelScores(planned, rows);
        pseudoValues = Matrix.allocate(rows, planned.V());
        writes = Matrix.allocate(rows, planned.V());
        out = Matrix.allocate(rows, planned.V());
        states = new LevelStates[heads];
        Arrays.setAll(states, h -> new LevelStates(planned));
    }

    @Override
    public void run(Operands in, int sequence, int firstHead, int endHead) {
        int begin = in.begin(sequence);
        int end = in.end(sequence);
        int position = in.position(sequence);
        for (int head = firstHead; head < endHead; head++) {
            states[head - firstHead].begin(in, sequence, head, position, end > begin);
        }
        int n = in.householders();
        for (int token = begin, length; token < end; token += length, position += length) {
            length = LevelChunks.length(position, end - 1 - token, tokens);
            chunk.span.set((long) token * n, length * n, n, 1);
            for (int head = firstHead; head < endHead; head++) {
                chunk.take(in, head, head == firstHead || in.k.isFirst(head));
                advance(in, head, states[head - firstHead], position, token + length < end);
                if (!NonFinite.allFinite(out, 0, chunk.span.queries, planned.V())) {
                    throw spoil(in, sequence, head);
                }
                in.o.scatter(out, chunk.span.queries, token, head);
            }
        }
        for (int head = firstHead; head < endHead; head++) {
            if (end > begin && !states[head - firstHead].allFinite()) {
                throw spoil(in, sequence, head);
            }
            if (in.after != null) {
                states[head - firstHead].end(in, sequence, head);
            }
        }
    }

    /** O in {@link #out}, and the states after the chunk. */
    private void advance(Operands in, int head, LevelStates mine, int position, boolean merges) {
        ChunkSpan span = chunk.span;
        Matrix P = pseudoValues;
        levels.take(in, head, chunk, position);
        chunk.solve(in, head, null, P); // A u
        chunk.rows.gatherWrites(in, span, head, writes);
        for (int i = 0; i < span.rows; i++) {
            Rows.scale(writes, i, chunk.rows.writeFactors[i], writes, i);
        }
        levels.read(span, writes, out);
        Matrix X = mine.fresh();
        chunk.write(P, P, X);
        for (int bit = 0; bit < planned.levels() - 1; bit++) {
            if ((position >> bit & 1) == 1) {
                Matrix R = mine.of(bit);
                read(bit + 1, R);
                if (span.erases()) {
                    chunk.write(P, P, R);
                } else {
                    chunk.fade(R);
                }
            }
        }
        if (merges) {
            mine.carry(Integer.numberOfTrailingZeros(span.queries), position);
        }
    }

    /** Adds what a level's state gives to O; leaves its pseudo-values. */
    private void read(int level, Matrix R) {
        ChunkSpan span = chunk.span;
        chunk.solveUnwritten(R, pseudoValues);
        if (span.erases()) {
            LowerTriangle.addReads(
                    chunk.scores, span.readAt(), span, pseudoValues, 0, Factors.ONE, chunk.stateReads, 0);
        }
        for (int a = 0; a < span.queries; a++) {
            Rows.accumulate(out, a, levels.weight(a, level), chunk.stateReads, a);
        }
    }

    private NumericException spoil(Operands in, int sequence, int head) {
        spoiled = true;
        return NonFinite.diagnose(in, sequence, head, chunk.span.row, chunk.span.rows);
    }

    @Override
    public boolean spoiled() {
        return spoiled;
    }
}
