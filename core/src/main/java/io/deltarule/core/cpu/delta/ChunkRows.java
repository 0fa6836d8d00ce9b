package io.deltarule.core.cpu.delta;

import io.deltarule.core.Input;
import io.deltarule.core.PlanSpec;
import io.deltarule.core.cpu.delta.kernel.ChunkSpan;
import io.deltarule.core.cpu.math.Matrix;
import io.deltarule.core.cpu.math.Rows;
import java.util.Arrays;

/**
 * The rows of a chunk that meet its keys, as they come from the caller: q, e and k, and the numbers that multiply them. What
 * the value heads of a key head share is fetched once for all of them; scale and a β are not multiplied into rows but kept
 * as factors, so that products of rows are shared as well.
 */
final class ChunkRows {
    /** The rows of all blocks, see {@link ChunkSpan} [stacked, K]; e with its gain where that is one per channel. */
    final Matrix x;

    /** By row of x, what it is still to be multiplied by: scale for q, β for e, 1 for further reads. */
    final float[] factors;

    /** By micro-step, what u is still to be multiplied by. */
    final float[] writeFactors;

    /** The keys, from {@link #firstKey} on: rows of x where e is k times a number. */
    final Matrix keys;

    private final boolean eraseIsKey;
    private final Matrix keyGain; // one row, [1, K]
    private final Matrix valueGain; // one row, [1, V]
    private final float[] strengths; // β of the micro-steps

    /**
     * Room for the largest chunk.
     *
     * @param blocks of reads, at most
     */
    ChunkRows(PlanSpec spec, int C, int blocks) {
        int K = spec.shape().K();
        x = Matrix.allocate((blocks + 1) * C, K);
        factors = new float[(blocks + 1) * C];
        writeFactors = new float[C];
        Arrays.fill(writeFactors, 1);
        eraseIsKey = spec.variant().erases()
                && spec.variant().eraseKey().vector() == Input.K
                && spec.variant().eraseKey().scalarGain();
        keys = eraseIsKey ? x : Matrix.allocate(C, K);
        keyGain = Matrix.allocate(1, K);
        valueGain = Matrix.allocate(1, spec.shape().V());
        strengths = new float[C];
    }

    /** The row of {@link #keys} that is the chunk's first key. */
    int firstKey(ChunkSpan span) {
        return eraseIsKey ? span.eraseAt() : 0;
    }

    private static boolean eraseIsShared(Operands in) {
        return !in.erases
                || (in.eraseVector.sharedBy(in.group()) && (in.eraseGainIsScalar || in.eraseGain.sharedBy(in.group())));
    }

    /**
     * Fetches the rows of a value head.
     *
     * @param first whether none of the value heads that share its key head was fetched before it
     * @return whether q, e or k have changed, and products of them with them
     */
    boolean gather(Operands in, ChunkSpan span, int head, boolean first) {
        if (first) {
            if (span.blocks > 0) {
                in.q.gather(span.token, span.queries, head, x, span.readAt());
            }
            if (!eraseIsKey) {
                in.k.gather(span.row, span.rows, head, keys, 0);
            }
        }
        boolean changed = first || !eraseIsShared(in);
        if (changed && in.erases) {
            gatherErasures(in, span, head);
        }
        gatherFactors(in, span, head);
        return changed;
    }

    private void gatherErasures(Operands in, ChunkSpan span, int head) {
        int at = span.eraseAt();
        in.eraseVector.gather(span.row, span.rows, head, x, at);
        if (!in.eraseGainIsScalar) {
            for (int i = 0; i < span.rows; i++) {
                in.eraseGain.gather(span.row + i, 1, head, keyGain, 0);
                Rows.multiply(x, at + i, keyGain, 0, x, at + i);
            }
        }
    }

    private void gatherFactors(Operands in, ChunkSpan span, int head) {
        int at = span.eraseAt();
        Arrays.fill(factors, 0, span.readAt(), 1);
        Arrays.fill(factors, span.readAt(), at, in.scale);
        if (in.eraseGainIsScalar) {
            in.eraseGain.gatherScalars(span.row, span.rows, head, strengths);
            System.arraycopy(strengths, 0, factors, at, span.rows);
        } else {
            Arrays.fill(factors, at, at + span.erasures(), 1);
        }
        if (in.writeGain == in.eraseGain && in.writeGainIsScalar) {
            System.arraycopy(strengths, 0, writeFactors, 0, span.rows);
        } else if (in.writeGainIsScalar) {
            in.writeGain.gatherScalars(span.row, span.rows, head, writeFactors);
        }
    }

    /** Fetches the write values u of a value head, still to be multiplied by {@link #writeFactors}. */
    void gatherWrites(Operands in, ChunkSpan span, int head, Matrix writes) {
        in.writeVector.gather(span.row, span.rows, head, writes, 0);
        if (!in.writeGainIsScalar) {
            for (int i = 0; i < span.rows; i++) {
                in.writeGain.gather(span.row + i, 1, head, valueGain, 0);
                Rows.multiply(writes, i, valueGain, 0, writes, i);
            }
        }
    }
}
