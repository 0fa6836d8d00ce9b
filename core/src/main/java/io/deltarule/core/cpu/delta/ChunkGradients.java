package io.deltarule.core.cpu.delta;

import io.deltarule.core.DeltaShape;
import io.deltarule.core.Input;
import io.deltarule.core.Term;
import io.deltarule.core.cpu.delta.kernel.ChunkSpan;
import io.deltarule.core.cpu.math.Matrix;
import io.deltarule.core.cpu.math.Rows;
import io.deltarule.core.cpu.memory.RowView;
import java.util.EnumMap;
import java.util.Map;

/**
 * From the gradients of k, e and u of one chunk to those of a variant's tensors, and from there to the caller's: the chain
 * rule of e = vector ⊙ gain and u = vector ⊙ gain. Value heads that share a tensor's head add up; a worker takes them one
 * after the other, the first of them overwrites.
 */
final class ChunkGradients {
    private final DeltaShape planned;
    private final Map<Input, Matrix> sums = new EnumMap<>(Input.class); // of the tensors with a row per micro-step
    private final int C;
    private final Matrix keyRows; // [2, K]
    private final Matrix valueRows; // [2, V]

    ChunkGradients(DeltaShape planned, int C) {
        this.planned = planned;
        this.C = C;
        keyRows = Matrix.allocate(2, planned.K());
        valueRows = Matrix.allocate(2, planned.V());
    }

    /** Begins with the gradients of the write keys, one row per micro-step. */
    private void begin(GradientOperands in, Matrix dk, int rows) {
        in.gradients.forEach((input, view) -> {
            if (!input.perToken()) {
                Matrix sum = sums.computeIfAbsent(input, i -> Matrix.allocate(C, view.width()));
                for (int i = 0; i < rows; i++) {
                    if (input == Input.K) {
                        Rows.scale(dk, i, 1, sum, i);
                    } else {
                        Rows.fill(sum, i, 0);
                    }
                }
            }
        });
    }

    /**
     * Adds what micro-step i gives through a term.
     *
     * @param vectors the tensor of the term's vector
     * @param gains that of its gain
     * @param row the micro-step among all
     * @param gradient rows of the term's gradient times sign
     */
    private void add(
            Term term, RowView vectors, RowView gains, int head, long row, int i, Matrix gradient, int at, float sign) {
        Matrix work = vectors.width() == planned.K() ? keyRows : valueRows;
        Matrix toVector = sums.get(term.vector());
        Matrix toGain = sums.get(term.gain());
        vectors.gather(row, 1, head, work, 0);
        if (term.scalarGain()) {
            Rows.accumulate(toVector, i, sign * gains.scalar(row, head), gradient, at);
            toGain.set(i, 0, toGain.get(i, 0) + sign * Rows.dot(gradient, at, work, 0));
        } else {
            gains.gather(row, 1, head, work, 1);
            Rows.accumulateProduct(toVector, i, sign, gradient, at, work, 1);
            Rows.accumulateProduct(toGain, i, sign, gradient, at, work, 0);
        }
    }

    /**
     * Writes the gradients of a chunk's micro-steps.
     *
     * @param y of the write keys
     * @param z of the erase keys, in the erasure's rows
     * @param u of the write values, from a row on, times sign
     */
    void writeMicroSteps(
            GradientOperands in, ChunkDecay decay, Matrix y, Matrix z, Matrix u, int firstWrite, float sign, int head) {
        Operands f = in.forward;
        ChunkSpan span = decay.span;
        int e = span.eraseAt();
        begin(in, y, span.rows);
        for (int i = 0; i < span.rows; i++) {
            if (f.g != null && span.beginsToken(i)) {
                write(in.gradients.get(Input.G), decay.gateGradients(), i, span.tokenOf(i), head);
            }
            long row = span.row + i;
            if (span.erases()) {
                add(in.erase, f.eraseVector, f.eraseGain, head, row, i, z, e + i, 1);
            }
            add(in.write, f.writeVector, f.writeGain, head, row, i, u, firstWrite + i, sign);
        }
        finish(in, head, span.row, span.rows);
    }

    /** Hands the sums over. */
    private void finish(GradientOperands in, int head, long row, int rows) {
        sums.forEach((input, sum) -> {
            RowView to = in.gradients.get(input);
            for (int i = 0; i < rows; i++) {
                write(to, sum, i, row + i, head);
            }
        });
    }

    /** Writes a row, or adds it where an earlier value head has written its part. */
    void write(RowView to, Matrix from, int row, long toRow, int head) {
        if (!to.isFirst(head)) {
            Matrix work = from.stride() == keyRows.stride() ? keyRows : valueRows;
            to.gather(toRow, 1, head, work, 0);
            Rows.accumulate(from, row, 1, work, 0);
        }
        to.scatterRow(from, row, toRow, head);
    }
}
