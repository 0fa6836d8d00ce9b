package io.deltarule.core.cpu.delta;

import static io.deltarule.core.cpu.delta.MicroStepRows.CROSS;
import static io.deltarule.core.cpu.delta.MicroStepRows.DECAY;
import static io.deltarule.core.cpu.delta.MicroStepRows.ERASE;
import static io.deltarule.core.cpu.delta.MicroStepRows.KEY;
import static io.deltarule.core.cpu.delta.MicroStepRows.LAST_KEY;
import static io.deltarule.core.cpu.delta.MicroStepRows.LAST_WRITE;
import static io.deltarule.core.cpu.delta.MicroStepRows.OUT;
import static io.deltarule.core.cpu.delta.MicroStepRows.QUERY;
import static io.deltarule.core.cpu.delta.MicroStepRows.READ;
import static io.deltarule.core.cpu.delta.MicroStepRows.WRITE;

import io.deltarule.core.DeltaShape;
import io.deltarule.core.PlanSpec;
import io.deltarule.core.StateShape;
import io.deltarule.core.cpu.delta.kernel.StateRowRead;
import io.deltarule.core.cpu.delta.kernel.StateSweep;
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
    private final DeltaShape planned;
    private final Arena arena;
    private State scratch; // made where states cannot be updated where they lie
    private final MicroStepRows rows;
    private final Matrix keys; // of the rows
    private final Matrix values; // likewise
    private final StateRowRead rowRead;

    /**
     * Room for one head.
     *
     * @param arena holds a state where callers' states cannot be updated where they lie
     */
    public RecurrentWorker(PlanSpec spec, Arena arena) {
        planned = spec.shape();
        this.arena = arena;
        rows = new MicroStepRows(planned);
        keys = rows.keys;
        values = rows.values;
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
        for (int micro = 0; micro < in.householders(); micro++) {
            rows.gather(in, token, micro, head);
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

    private void sweepOnce(State state) {
        Rows.multiply(keys, LAST_KEY, keys, DECAY, keys, LAST_KEY);
        StateSweep.advance(state, planned.K(), keys, DECAY, LAST_KEY, ERASE, QUERY, values, LAST_WRITE, WRITE, OUT);
        Rows.accumulate(values, OUT, Rows.dot(keys, QUERY, keys, KEY), values, WRITE);
        Rows.copy(keys, KEY, planned.K(), keys, LAST_KEY);
        Rows.copy(values, WRITE, planned.V(), values, LAST_WRITE);
    }
}
