package io.deltarule.core.cpu.delta;

import io.deltarule.core.DeltaShape;
import io.deltarule.core.Levels;
import io.deltarule.core.cpu.delta.kernel.ChunkSpan;
import io.deltarule.core.cpu.delta.kernel.LowerTriangle;
import io.deltarule.core.cpu.math.Matrix;
import io.deltarule.core.cpu.math.Rows;
import io.deltarule.core.cpu.product.Factors;
import java.util.Arrays;

/**
 * What pairs of a chunk's tokens give to log-linear reads: (M A) ⊙ Λ, Λ_ij = λ_i at the level of the two tokens. The mask is for
 * the product, so that A has to be there: u cannot be solved first, as it is where there is one state.
 */
final class LevelScores {
    private final Matrix identity; // becomes A [C, C]
    private final Matrix scores; // N = M A, a row per query [C, C]
    private final Matrix masked; // N ⊙ Λ
    private final Matrix weights; // λ, a row per query [C, L]

    LevelScores(DeltaShape shape, int C) {
        identity = Matrix.allocate(C, C);
        scores = Matrix.allocate(C, C);
        masked = Matrix.allocate(C, C);
        weights = Matrix.allocate(C, shape.levels());
    }

    /** Takes in a chunk whose scores are there. */
    void take(Operands in, int head, Chunk chunk, int position) {
        ChunkSpan span = chunk.span;
        in.lambda.gather(span.token, span.queries, head, weights, 0);
        int q = span.readAt();
        if (span.erases()) {
            for (int i = 0; i < span.rows; i++) {
                Rows.fill(identity, i, 0);
                identity.set(i, i, 1);
            }
            LowerTriangle.solve(chunk.scores, span.eraseAt(), span.rows, identity, 0);
            Arrays.fill(scores.data(), 0, scores.row(span.queries), 0);
            LowerTriangle.addReads(chunk.scores, q, span, identity, 0, Factors.ONE, scores, 0);
        } else {
            for (int a = 0; a < span.queries; a++) {
                Rows.copy(chunk.scores, q + a, scores.stride(), scores, a);
            }
        }
        for (int a = 0; a < span.queries; a++) {
            Rows.fill(masked, a, 0);
            for (int j = 0; j <= span.position(a); j++) {
                masked.set(a, j, scores.get(a, j) * weight(a, level(span, a, j)));
            }
        }
    }

    /** The level at which query a sees micro-step j: chunks begin where the levels' blocks do. */
    static int level(ChunkSpan span, int a, int j) {
        return Levels.of(a, j / span.n);
    }

    /** λ of a query at a level. */
    float weight(int a, int level) {
        return weights.get(a, level);
    }

    /** O ← [(M A) ⊙ Λ] u. */
    void read(ChunkSpan span, Matrix writes, Matrix out) {
        Arrays.fill(out.data(), 0, out.row(span.queries), 0);
        LowerTriangle.addReads(masked, 0, span, writes, 0, Factors.ONE, out, 0);
    }

    /** A [C, C], where the variant erases. */
    Matrix inverse() {
        return identity;
    }

    /** M A, a row per query. */
    Matrix scores() {
        return scores;
    }

    /** The same weighed. */
    Matrix masked() {
        return masked;
    }
}
