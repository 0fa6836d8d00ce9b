package io.deltarule.core.cpu.delta;

import io.deltarule.core.DeltaShape;
import io.deltarule.core.NumericException;
import io.deltarule.core.PlanSpec;
import io.deltarule.core.cpu.math.Matrix;
import io.deltarule.core.cpu.product.Factors;
import io.deltarule.core.cpu.product.Products;
import java.util.Arrays;

/**
 * The chunkwise form: walks the chunks of a sequence in order, carrying the states S0 of some value heads from one to the
 * next, and reads.
 *
 * <pre>  O = scale · [(q ⊙ exp G) S0 + M P] </pre>
 *
 * {@link Chunk} has P, M and the new state, {@link ChunkRowRead} the selective read.
 */
public final class ChunkWorker extends HeadWorker {
    private final DeltaShape planned;
    private final int C;
    private final Chunk chunk;
    private final Matrix pseudoValues; // u [C, V], which becomes P
    private final ChunkRowRead rowRead; // null without a selective read
    private final Matrix[] states; // per value head, S [K, V]
    private boolean spoiled;

    /**
     * Room for the largest chunk.
     *
     * @param heads value heads that share a query/key head, at most
     */
    public ChunkWorker(PlanSpec spec, int heads, Products products) {
        planned = spec.shape();
        C = Chunk.size(spec);
        chunk = new Chunk(spec, planned.crossRead() ? 2 : 1, false, products);
        pseudoValues = Matrix.allocate(C, planned.V());
        rowRead = planned.crossRead() ? new ChunkRowRead(planned, C) : null;
        states = Matrix.allocate(heads, planned.K(), planned.V());
    }

    @Override
    public void run(Operands in, int sequence, int firstHead, int endHead) {
        for (int head = firstHead; head < endHead; head++) {
            begin(in, sequence, head, states[head - firstHead]);
        }
        int n = in.householders();
        long begin = (long) in.begin(sequence) * n;
        long end = (long) in.end(sequence) * n;
        for (long row = begin; row < end; row += C) {
            chunk.span.set(row, (int) Math.min(C, end - row), n, rowRead == null ? 1 : 2);
            boolean blank = in.before == null && row == begin;
            for (int head = firstHead; head < endHead; head++) {
                chunk.take(in, head, head == firstHead || in.k.isFirst(head));
                advance(in, head, states[head - firstHead], blank);
                if (!finite()) {
                    throw spoil(in, sequence, head);
                }
                in.o.scatter(chunk.stateReads, chunk.span.queries, chunk.span.token, head);
                if (rowRead != null) {
                    in.oCross.scatter(rowRead.reads, chunk.span.queries, chunk.span.token, head);
                }
            }
        }
        for (int head = firstHead; head < endHead; head++) {
            Matrix state = states[head - firstHead];
            if (end > begin && !NonFinite.allFinite(state, 0, planned.K(), planned.V())) {
                throw spoil(in, sequence, head);
            }
            if (in.after != null) {
                in.after.copyFrom(sequence, head, in.columns, state);
            }
        }
    }

    private static void begin(Operands in, int sequence, int head, Matrix state) {
        if (in.before == null) {
            Arrays.fill(state.data(), 0);
        } else {
            in.before.copyTo(sequence, head, in.columns, state);
        }
    }

    /** Advances one value head's state over the chunk; leaves O in the first rows of Y, X in those of the selective read. */
    private void advance(Operands in, int head, Matrix state, boolean blank) {
        ChunkSpan span = chunk.span;
        Matrix O = chunk.stateReads;
        Matrix P = pseudoValues;
        chunk.solve(in, head, blank ? null : state, P);
        int q = span.readAt();
        LowerTriangle.addReads(chunk.scores, q, span, P, 0, Factors.ONE, O, 0);
        if (rowRead != null) {
            in.r.gather(span.token, span.queries, head, rowRead.reads, 0);
            rowRead.read(chunk, state, P);
        }
        chunk.write(P, P, state);
    }

    private boolean finite() {
        int queries = chunk.span.queries;
        return NonFinite.allFinite(chunk.stateReads, 0, queries, planned.V())
                && (rowRead == null || NonFinite.allFinite(rowRead.reads, 0, queries, planned.V()));
    }

    /** NaN times the zeros of a row's padding is NaN there too. */
    private NumericException spoil(Operands in, int sequence, int head) {
        spoiled = true;
        return NonFinite.diagnose(in, sequence, head, chunk.span.row, chunk.span.rows);
    }

    @Override
    public boolean spoiled() {
        return spoiled;
    }
}
