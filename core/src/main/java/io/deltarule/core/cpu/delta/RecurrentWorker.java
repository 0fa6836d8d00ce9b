package io.deltarule.core.cpu.delta;

import io.deltarule.core.DeltaShape;
import io.deltarule.core.PlanSpec;
import io.deltarule.core.StateShape;
import io.deltarule.core.cpu.math.Matrix;
import io.deltarule.core.cpu.math.Rows;
import io.deltarule.core.cpu.memory.PendingWrites;
import io.deltarule.core.cpu.memory.State;
import io.deltarule.core.cpu.memory.States;
import java.lang.foreign.Arena;

/**
 * The recurrence, micro-step by micro-step.
 *
 * <pre>
 *   p   = u − Σ_d (a_d e_d) S_d          a = exp g: the decay first, without a sweep of its own
 *   S_d = a_d S_d + k_d p
 *   o   = scale Σ_d q_d S_d
 * </pre>
 *
 * q, k, e, a [K], u, p, o [V], S [K, V] of rows S_d; {@link StateSweep} does the work. These are two sweeps over the state.
 * Where a micro-step follows, in this run or the next, one is enough: the write is left to it, and with S̃ for the state that
 * lacks k′ p′ᵀ of the micro-step before,
 *
 * <pre>
 *   S̃_d = a_d (S̃_d + k′_d p′)
 *   p   = u − Σ_d e_d S̃_d
 *   o   = scale (Σ_d q_d S̃_d + (q · k) p)
 * </pre>
 *
 * A selective read wants the state itself, so there each micro-step takes its two sweeps; where nothing is erased the write takes
 * the only one. The state is read from main
 * memory once and written once per micro-step, which is all that a decode step costs once states outgrow the cache.
 * Arithmetic is float32. Source: docs/math/recurrence.md.
 */
public final class RecurrentWorker extends HeadWorker {
    /** Rows of the scratch matrices of key and value width. */
    private static final int KEY = 0;

    private static final int QUERY = 1;
    private static final int ERASE = 2;
    private static final int DECAY = 3;
    private static final int KEY_GAIN = 4;
    private static final int LAST_KEY = 5;
    private static final int KEY_ROWS = 6;

    private static final int WRITE = 0;
    private static final int OUT = 1;
    private static final int VALUE_GAIN = 2;
    private static final int READ = 3;
    private static final int CROSS = 4;
    private static final int LAST_WRITE = 5;
    private static final int VALUE_ROWS = 6;

    private final DeltaShape planned;
    private final Arena arena;
    private State scratch; // made where states cannot be updated where they lie
    private final Matrix keys;
    private final Matrix values;
    private final StateRowRead rowRead;

    /**
     * Room for one head.
     *
     * @param arena holds a state where callers' states cannot be updated where they lie
     */
    public RecurrentWorker(PlanSpec spec, Arena arena) {
        planned = spec.shape();
        this.arena = arena;
        keys = Matrix.allocate(KEY_ROWS, planned.K());
        values = Matrix.allocate(VALUE_ROWS, planned.V());
        rowRead = new StateRowRead(planned.K(), planned.V());
    }

    @Override
    public void run(Operands in, int sequence, int firstHead, int endHead) {
        boolean inPlace = in.before != null && in.before.updatedInPlace(in.after);
        int tokens = in.end(sequence) - in.begin(sequence);
        if (inPlace && tokens == 0) {
            return;
        }
        PendingWrites pending = inPlace && in.r == null && in.erases ? in.after.pending() : null;
        boolean defers = in.r == null && in.erases && (pending != null || (long) tokens * in.householders() > 1);
        for (int head = firstHead; head < endHead; head++) {
            State state = inPlace ? in.after.at(sequence, head) : load(in, sequence, head);
            int index = Math.toIntExact(planned.state().index(sequence, head));
            if (pending != null) {
                pending.take(index, keys, LAST_KEY, values, LAST_WRITE);
            } else {
                Rows.fill(keys, LAST_KEY, 0);
                Rows.fill(values, LAST_WRITE, 0);
            }
            for (int token = in.begin(sequence); token < in.end(sequence); token++) {
                step(in, token, head, state, defers);
                if (!NonFinite.allFinite(values, OUT, 1, planned.V())) {
                    throw NonFinite.diagnose(in, sequence, head, (long) token * in.householders(), in.householders());
                }
                in.o.scatterRow(values, OUT, token, head);
                if (in.r != null) {
                    crossRead(in, sequence, token, head, state);
                }
            }
            if (pending != null) {
                pending.put(index, keys, LAST_KEY, values, LAST_WRITE);
            } else if (defers && in.after != null) {
                StateSweep.add(state, planned.K(), keys, LAST_KEY, values, LAST_WRITE);
            }
            if (in.after != null && !inPlace) {
                in.after.copyFrom(sequence, head, state);
            }
        }
    }

    private State load(Operands in, int sequence, int head) {
        if (scratch == null) {
            States one = States.allocate(arena, new StateShape(1, 1, planned.K(), planned.V()));
            scratch = new State(one.data(), one.stride());
        }
        if (in.before == null) {
            scratch.data().fill((byte) 0);
        } else {
            in.before.copyTo(sequence, head, scratch);
        }
        return scratch;
    }

    private void crossRead(Operands in, int sequence, int token, int head, State state) {
        in.r.gather(token, 1, head, values, READ);
        rowRead.read(state, values, READ, CROSS);
        if (!NonFinite.allFinite(values, CROSS, 1, planned.V())) {
            throw NonFinite.diagnose(in, sequence, head, (long) token * in.householders(), in.householders());
        }
        in.oCross.scatterRow(values, CROSS, token, head);
    }

    private void step(Operands in, int token, int head, State state, boolean defers) {
        int n = in.householders();
        for (int micro = 0; micro < n; micro++) {
            long row = (long) token * n + micro;
            in.k.gather(row, 1, head, keys, KEY);
            if (in.erases) {
                gatherErasure(in, row, head);
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
            if (defers) {
                sweepOnce(state);
            } else {
                if (in.erases) {
                    Rows.multiply(keys, ERASE, keys, DECAY, keys, ERASE);
                    StateSweep.erase(state, planned.K(), keys, ERASE, values, WRITE);
                }
                StateSweep.write(state, planned.K(), keys, DECAY, KEY, QUERY, values, WRITE, OUT);
            }
        }
    }

    private void gatherErasure(Operands in, long row, int head) {
        in.eraseVector.gather(row, 1, head, keys, ERASE);
        if (in.eraseGainIsScalar) {
            Rows.scale(keys, ERASE, in.eraseGain.scalar(row, head), keys, ERASE);
        } else {
            in.eraseGain.gather(row, 1, head, keys, KEY_GAIN);
            Rows.multiply(keys, ERASE, keys, KEY_GAIN, keys, ERASE);
        }
    }

    private void sweepOnce(State state) {
        Rows.multiply(keys, LAST_KEY, keys, DECAY, keys, LAST_KEY);
        StateSweep.advance(state, planned.K(), keys, DECAY, LAST_KEY, ERASE, QUERY, values, LAST_WRITE, WRITE, OUT);
        Rows.accumulate(values, OUT, Rows.dot(keys, QUERY, keys, KEY), values, WRITE);
        Rows.copy(keys, KEY, planned.K(), keys, LAST_KEY);
        Rows.copy(values, WRITE, planned.V(), values, LAST_WRITE);
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
