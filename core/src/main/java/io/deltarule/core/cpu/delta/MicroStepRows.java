package io.deltarule.core.cpu.delta;

import io.deltarule.core.DeltaShape;
import io.deltarule.core.cpu.math.Matrix;
import io.deltarule.core.cpu.math.Rows;

/** The vectors of the micro-step at hand, as the recurrence takes them: rows of one matrix of key and one of value width. */
final class MicroStepRows {
    /** Rows of {@link #keys}. */
    static final int KEY = 0;

    static final int QUERY = 1;
    static final int ERASE = 2;
    static final int DECAY = 3;
    static final int LAST_KEY = 4;
    private static final int KEY_GAIN = 5;
    private static final int KEY_ROWS = 6;

    /** Rows of {@link #values}; WRITE is u, and what a sweep makes of it p. */
    static final int WRITE = 0;

    static final int OUT = 1;
    static final int READ = 2;
    static final int CROSS = 3;
    static final int LAST_WRITE = 4;
    static final int LEVEL_WRITE = 5;
    static final int LEVEL_OUT = 6;
    private static final int VALUE_GAIN = 7;
    private static final int VALUE_ROWS = 8;

    final Matrix keys;
    final Matrix values;

    MicroStepRows(DeltaShape shape) {
        keys = Matrix.allocate(KEY_ROWS, shape.K());
        values = Matrix.allocate(VALUE_ROWS, shape.V());
    }

    /**
     * Fetches k, e, u, exp g and scale · q of one micro-step of a value head; exp g is 1 but in a token's first micro-step, q 0 but
     * in its last, and e is left alone where nothing is erased.
     */
    void gather(Operands in, int token, int micro, int head) {
        int n = in.householders();
        long row = (long) token * n + micro;
        in.k.gather(row, 1, head, keys, KEY);
        if (in.erases) {
            in.eraseVector.gather(row, 1, head, keys, ERASE);
            if (in.eraseGainIsScalar) {
                Rows.scale(keys, ERASE, in.eraseGain.scalar(row, head), keys, ERASE);
            } else {
                in.eraseGain.gather(row, 1, head, keys, KEY_GAIN);
                Rows.multiply(keys, ERASE, keys, KEY_GAIN, keys, ERASE);
            }
        }
        in.writeVector.gather(row, 1, head, values, WRITE);
        if (in.writeGainIsScalar) {
            Rows.scale(values, WRITE, in.writeGain.scalar(row, head), values, WRITE);
        } else {
            in.writeGain.gather(row, 1, head, values, VALUE_GAIN);
            Rows.multiply(values, WRITE, values, VALUE_GAIN, values, WRITE);
        }
        decay(in, token, micro, head);
        if (micro == n - 1) {
            in.q.gather(token, 1, head, keys, QUERY);
            Rows.scale(keys, QUERY, in.scale, keys, QUERY);
        } else {
            Rows.fill(keys, QUERY, 0);
        }
    }

    private void decay(Operands in, int token, int micro, int head) {
        if (in.g == null || micro > 0) {
            Rows.fill(keys, DECAY, 1);
        } else if (in.g.width() == 1) {
            Rows.fill(keys, DECAY, (float) Math.exp(in.g.scalar(token, head)));
        } else {
            in.g.gather(token, 1, head, keys, KEY_GAIN);
            Rows.exp(keys, KEY_GAIN, 1, keys, DECAY);
        }
    }
}
