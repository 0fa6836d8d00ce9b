package io.deltarule.core.cpu.delta;

import io.deltarule.core.DeltaShape;
import io.deltarule.core.cpu.math.Matrix;
import io.deltarule.core.cpu.math.Rows;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One value head's states while a worker goes through its chunks: R_b for each bit b of the position, level b + 1, and the newest, which
 * becomes one of them when it is carried over or level 0 at the end.
 */
final class LevelStates {
    private final DeltaShape shape;
    private final Matrix[] byBit;
    private final List<Matrix> free = new ArrayList<>();
    private Matrix newest; // null for none

    LevelStates(DeltaShape shape) {
        this.shape = shape;
        byBit = new Matrix[shape.levels()];
    }

    /**
     * Takes up what a run begins with.
     *
     * @param goesOn whether tokens follow, so that the levels are merged
     */
    void begin(Operands in, int sequence, int head, int position, boolean goesOn) {
        for (int bit = 0; bit < byBit.length; bit++) {
            release(bit);
        }
        if (newest != null) {
            free.add(newest);
            newest = null;
        }
        if (position == 0 || in.before == null) {
            return;
        }
        int last = position - 1;
        for (int bit = 0; bit < shape.levels() - 1; bit++) {
            if ((last >> bit & 1) == 1) {
                byBit[bit] = room();
                in.before.copyTo(sequence, head, bit + 1, in.columns, byBit[bit]);
            }
        }
        newest = room();
        in.before.copyTo(sequence, head, 0, in.columns, newest);
        if (goesOn) {
            carry(0, last);
        }
    }

    private Matrix room() {
        return free.isEmpty() ? Matrix.allocate(shape.K(), shape.V()) : free.removeLast();
    }

    private void release(int bit) {
        if (byBit[bit] != null) {
            free.add(byBit[bit]);
            byBit[bit] = null;
        }
    }

    /** The state of a bit of the position. */
    Matrix of(int bit) {
        return byBit[bit];
    }

    /** The newest state, zeros to be written to. */
    Matrix fresh() {
        newest = room();
        Arrays.fill(newest.data(), 0);
        return newest;
    }

    /** The newest state. */
    Matrix newest() {
        return newest;
    }

    /** Merges the newest state into those of the bits from one on that are set in a position, as a counter carries. */
    void carry(int from, int position) {
        int bit = from;
        for (; (position >> bit & 1) == 1; bit++) {
            for (int d = 0; d < shape.K(); d++) {
                Rows.accumulate(newest, d, 1, byBit[bit], d);
            }
            release(bit);
        }
        byBit[bit] = newest;
        newest = null;
    }

    boolean allFinite() {
        boolean finite = newest == null || NonFinite.allFinite(newest, 0, shape.K(), shape.V());
        for (int bit = 0; bit < byBit.length; bit++) {
            finite &= byBit[bit] == null || NonFinite.allFinite(byBit[bit], 0, shape.K(), shape.V());
        }
        return finite;
    }

    /** Hands the states over as they are after the last token, not merged yet. */
    void end(Operands in, int sequence, int head) {
        Matrix zeros = room();
        Arrays.fill(zeros.data(), 0);
        in.after.copyFrom(sequence, head, 0, in.columns, newest == null ? zeros : newest);
        for (int bit = 0; bit < shape.levels() - 1; bit++) {
            in.after.copyFrom(sequence, head, bit + 1, in.columns, byBit[bit] == null ? zeros : byBit[bit]);
        }
        free.add(zeros);
    }
}
