package io.deltarule.core.cpu;

import io.deltarule.core.PlanSpec;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * The recurrence, micro-step by micro-step.
 *
 * <pre>
 *   p   = u − Σ_d (a_d e_d) S_d          one sweep over the state's rows S_d, a = exp g
 *   S_d = a_d S_d + k_d p                a second sweep, which also reads
 *   o   = scale Σ_d q_d S_d
 * </pre>
 *
 * q, k, e, a [K], u, p, o [V], S [K, V]. Swept four vectors of columns at a time: such a strip of a 128 × 128 state
 * stays in the first-level cache between the sweeps, so main memory sees one read and one write of the state. Arithmetic
 * is float32. Source: docs/math, section "one recurrence".
 */
final class RecurrentWorker extends HeadWorker {
    /** Rows of the scratch matrices of key and value width. */
    private static final int KEY = 0;

    private static final int QUERY = 1;
    private static final int ERASE = 2;
    private static final int DECAY = 3;
    private static final int KEY_GAIN = 4;
    private static final int KEY_ROWS = 5;

    private static final int WRITE = 0;
    private static final int OUT = 1;
    private static final int VALUE_GAIN = 2;
    private static final int VALUE_ROWS = 3;

    private final Matrix keys;
    private final Matrix values;

    RecurrentWorker(PlanSpec spec, Matrix[] kept, Arena arena) {
        super(spec, kept, 1, arena);
        keys = Matrix.allocate(arena, KEY_ROWS, planned.K());
        values = Matrix.allocate(arena, VALUE_ROWS, planned.V());
    }

    @Override
    void run(Operands in, int sequence, int firstHead, int endHead) {
        for (int head = firstHead; head < endHead; head++) {
            Matrix state = begin(in, sequence, head, 0);
            for (int token = in.begin(sequence); token < in.end(sequence); token++) {
                step(in, token, head, state);
                if (!NonFinite.allFinite(values, OUT, 1, planned.V())) {
                    throw NonFinite.diagnose(in, sequence, head, (long) token * in.householders(), in.householders());
                }
                in.o.scatter(values, OUT, 1, token, head);
            }
            finish(in, sequence, head, state);
        }
    }

    private void step(Operands in, int token, int head, Matrix state) {
        int n = in.householders();
        for (int micro = 0; micro < n; micro++) {
            long row = (long) token * n + micro;
            in.k.gather(row, 1, 1, head, keys, KEY);
            in.eraseVector.gather(row, 1, 1, head, keys, ERASE);
            if (in.eraseGainIsScalar) {
                Rows.scale(keys, ERASE, in.eraseGain.scalar(row, head), keys, ERASE);
            } else {
                in.eraseGain.gather(row, 1, 1, head, keys, KEY_GAIN);
                Rows.multiply(keys, ERASE, keys, KEY_GAIN, keys, ERASE);
            }
            in.writeVector.gather(row, 1, 1, head, values, WRITE);
            if (in.writeGainIsScalar) {
                Rows.scale(values, WRITE, in.writeGain.scalar(row, head), values, WRITE);
            } else {
                in.writeGain.gather(row, 1, 1, head, values, VALUE_GAIN);
                Rows.multiply(values, WRITE, values, VALUE_GAIN, values, WRITE);
            }
            decay(in, token, micro, head);
            Rows.multiply(keys, ERASE, keys, DECAY, keys, ERASE);
            if (micro == n - 1) {
                in.q.gather(token, 1, 1, head, keys, QUERY);
                Rows.scale(keys, QUERY, in.scale, keys, QUERY);
            } else {
                Rows.fill(keys, QUERY, 0);
            }
            update(state);
        }
    }

    private void decay(Operands in, int token, int micro, int head) {
        if (in.g == null || micro > 0) {
            Rows.fill(keys, DECAY, 1);
        } else if (in.g.width() == 1) {
            Rows.fill(keys, DECAY, Rows.exp(in.g.scalar(token, head)));
        } else {
            in.g.gather(token, 1, 1, head, keys, KEY_GAIN);
            Rows.exp(keys, KEY_GAIN, keys, DECAY);
        }
    }

    private void update(Matrix state) {
        long width = state.rowBytes();
        long column = 0;
        for (; column + 4L * Lanes.BYTES <= width; column += 4L * Lanes.BYTES) {
            fourColumns(state, column);
        }
        for (; column < width; column += Lanes.BYTES) {
            oneColumn(state, column);
        }
    }

    private void fourColumns(Matrix state, long column) {
        MemorySegment s = state.data();
        MemorySegment f = keys.data();
        MemorySegment uo = values.data();
        long stride = state.rowBytes();
        long toDecay = keys.row(DECAY) - keys.row(ERASE);
        long toKey = keys.row(KEY) - keys.row(ERASE);
        long toQuery = keys.row(QUERY) - keys.row(ERASE);
        long begin = keys.row(ERASE);
        long end = begin + (long) planned.K() * Float.BYTES;
        long u = values.row(WRITE) + column;
        FloatVector p0 = Lanes.load(uo, u);
        FloatVector p1 = Lanes.load(uo, u + Lanes.BYTES);
        FloatVector p2 = Lanes.load(uo, u + 2L * Lanes.BYTES);
        FloatVector p3 = Lanes.load(uo, u + 3L * Lanes.BYTES);
        long at = column;
        for (long d = begin; d < end; d += Float.BYTES, at += stride) {
            FloatVector e = FloatVector.broadcast(Lanes.SPECIES, -Rows.at(f, d));
            p0 = Lanes.load(s, at).fma(e, p0);
            p1 = Lanes.load(s, at + Lanes.BYTES).fma(e, p1);
            p2 = Lanes.load(s, at + 2L * Lanes.BYTES).fma(e, p2);
            p3 = Lanes.load(s, at + 3L * Lanes.BYTES).fma(e, p3);
        }
        FloatVector o0 = FloatVector.zero(Lanes.SPECIES);
        FloatVector o1 = o0;
        FloatVector o2 = o0;
        FloatVector o3 = o0;
        at = column;
        for (long d = begin; d < end; d += Float.BYTES, at += stride) {
            FloatVector a = FloatVector.broadcast(Lanes.SPECIES, Rows.at(f, d + toDecay));
            FloatVector k = FloatVector.broadcast(Lanes.SPECIES, Rows.at(f, d + toKey));
            FloatVector q = FloatVector.broadcast(Lanes.SPECIES, Rows.at(f, d + toQuery));
            FloatVector s0 = Lanes.load(s, at).fma(a, p0.mul(k));
            FloatVector s1 = Lanes.load(s, at + Lanes.BYTES).fma(a, p1.mul(k));
            FloatVector s2 = Lanes.load(s, at + 2L * Lanes.BYTES).fma(a, p2.mul(k));
            FloatVector s3 = Lanes.load(s, at + 3L * Lanes.BYTES).fma(a, p3.mul(k));
            Lanes.store(s0, s, at);
            Lanes.store(s1, s, at + Lanes.BYTES);
            Lanes.store(s2, s, at + 2L * Lanes.BYTES);
            Lanes.store(s3, s, at + 3L * Lanes.BYTES);
            o0 = s0.fma(q, o0);
            o1 = s1.fma(q, o1);
            o2 = s2.fma(q, o2);
            o3 = s3.fma(q, o3);
        }
        long o = values.row(OUT) + column;
        Lanes.store(o0, uo, o);
        Lanes.store(o1, uo, o + Lanes.BYTES);
        Lanes.store(o2, uo, o + 2L * Lanes.BYTES);
        Lanes.store(o3, uo, o + 3L * Lanes.BYTES);
    }

    private void oneColumn(Matrix state, long column) {
        MemorySegment s = state.data();
        MemorySegment f = keys.data();
        MemorySegment uo = values.data();
        long stride = state.rowBytes();
        long toDecay = keys.row(DECAY) - keys.row(ERASE);
        long toKey = keys.row(KEY) - keys.row(ERASE);
        long toQuery = keys.row(QUERY) - keys.row(ERASE);
        long begin = keys.row(ERASE);
        long end = begin + (long) planned.K() * Float.BYTES;
        FloatVector p = Lanes.load(uo, values.row(WRITE) + column);
        long at = column;
        for (long d = begin; d < end; d += Float.BYTES, at += stride) {
            p = Lanes.load(s, at).fma(FloatVector.broadcast(Lanes.SPECIES, -Rows.at(f, d)), p);
        }
        FloatVector o = FloatVector.zero(Lanes.SPECIES);
        at = column;
        for (long d = begin; d < end; d += Float.BYTES, at += stride) {
            FloatVector a = FloatVector.broadcast(Lanes.SPECIES, Rows.at(f, d + toDecay));
            FloatVector next = Lanes.load(s, at).fma(a, p.mul(Rows.at(f, d + toKey)));
            Lanes.store(next, s, at);
            o = next.fma(FloatVector.broadcast(Lanes.SPECIES, Rows.at(f, d + toQuery)), o);
        }
        Lanes.store(o, uo, values.row(OUT) + column);
    }
}
