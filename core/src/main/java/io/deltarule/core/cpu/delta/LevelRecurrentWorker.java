package io.deltarule.core.cpu.delta;

import static io.deltarule.core.cpu.delta.MicroStepRows.DECAY;
import static io.deltarule.core.cpu.delta.MicroStepRows.ERASE;
import static io.deltarule.core.cpu.delta.MicroStepRows.KEY;
import static io.deltarule.core.cpu.delta.MicroStepRows.LEVEL_OUT;
import static io.deltarule.core.cpu.delta.MicroStepRows.LEVEL_WRITE;
import static io.deltarule.core.cpu.delta.MicroStepRows.OUT;
import static io.deltarule.core.cpu.delta.MicroStepRows.QUERY;
import static io.deltarule.core.cpu.delta.MicroStepRows.WRITE;

import io.deltarule.core.DeltaShape;
import io.deltarule.core.Levels;
import io.deltarule.core.PlanSpec;
import io.deltarule.core.cpu.delta.kernel.StateSweep;
import io.deltarule.core.cpu.math.Matrix;
import io.deltarule.core.cpu.math.Rows;
import io.deltarule.core.cpu.memory.State;
import io.deltarule.core.cpu.memory.States;
import java.lang.foreign.Arena;

/**
 * The recurrence on log-linear states, micro-step by micro-step: every level that holds something takes the step, the lowest
 * with the write, and the read-out weighs them ({@link Levels}). A token costs as many steps as its position has bits set, and
 * one; levels that hold nothing are not looked at.
 */
final class LevelRecurrentWorker extends HeadWorker {
    private final DeltaShape planned;
    private final Arena arena;
    private final MicroStepRows rows;
    private final Matrix keys; // of the rows
    private final Matrix values; // likewise
    private final Matrix weights; // λ of one token
    private final State[] levels;
    private States scratch; // made where states cannot be updated where they lie

    /** @param arena holds states where callers' states cannot be updated where they lie */
    LevelRecurrentWorker(PlanSpec spec, Arena arena) {
        planned = spec.shape();
        this.arena = arena;
        rows = new MicroStepRows(planned);
        keys = rows.keys;
        values = rows.values;
        weights = Matrix.allocate(1, planned.levels());
        levels = new State[planned.levels()];
    }

    @Override
    public void run(Operands in, int sequence, int firstHead, int endHead) {
        boolean inPlace = in.before != null && in.before.updatedInPlace(in.after);
        if (inPlace && in.end(sequence) == in.begin(sequence)) {
            return;
        }
        for (int head = firstHead; head < endHead; head++) {
            load(in, sequence, head, inPlace);
            int position = in.position(sequence);
            for (int token = in.begin(sequence); token < in.end(sequence); token++, position++) {
                step(in, token, position, head);
                if (!NonFinite.allFinite(values, OUT, 1, planned.V())) {
                    throw NonFinite.diagnose(in, sequence, head, (long) token * in.householders(), in.householders());
                }
                in.o.scatterRow(values, OUT, token, head);
            }
            for (int level = 0; level < levels.length && in.after != null && !inPlace; level++) {
                in.after.copyFrom(sequence, head, level, levels[level]);
            }
        }
    }

    private void load(Operands in, int sequence, int head, boolean inPlace) {
        if (!inPlace && scratch == null) {
            DeltaShape one = new DeltaShape(1, 1, 1, 1, planned.K(), planned.V(), 1, 1, planned.gate());
            scratch = States.allocate(arena, one.withLevels(levels.length).state());
        }
        for (int level = 0; level < levels.length; level++) {
            levels[level] = inPlace ? in.after.at(sequence, head, level) : scratch.at(0, 0, level);
            if (!inPlace && in.before == null) {
                levels[level].data().fill((byte) 0);
            } else if (!inPlace) {
                in.before.copyTo(sequence, head, level, levels[level]);
            }
        }
    }

    private void step(Operands in, int token, int position, int head) {
        merge(position);
        in.lambda.gather(token, 1, head, weights, 0);
        for (int micro = 0; micro < in.householders(); micro++) {
            rows.gather(in, token, micro, head);
            if (in.erases) {
                Rows.multiply(keys, ERASE, keys, DECAY, keys, ERASE);
                StateSweep.erase(levels[0], planned.K(), keys, ERASE, values, WRITE);
            }
            StateSweep.write(levels[0], planned.K(), keys, DECAY, KEY, QUERY, values, WRITE, OUT);
            Rows.scale(values, OUT, weights.get(0, 0), values, OUT);
            for (int level = 1; level < levels.length; level++) {
                if (Levels.live(position, level)) {
                    Rows.fill(values, LEVEL_WRITE, 0);
                    if (in.erases) {
                        StateSweep.erase(levels[level], planned.K(), keys, ERASE, values, LEVEL_WRITE);
                    }
                    StateSweep.write(
                            levels[level], planned.K(), keys, DECAY, KEY, QUERY, values, LEVEL_WRITE, LEVEL_OUT);
                    Rows.accumulate(values, OUT, weights.get(0, level), values, LEVEL_OUT);
                }
            }
        }
    }

    /** S^(m) ← Σ S^(ℓ) over the levels up to m, of which the lower ones begin again. */
    private void merge(int position) {
        int into = position == 0 ? 0 : Levels.mergedInto(position);
        for (int level = 0; level < into; level++) {
            StateSweep.moveInto(levels[into], levels[level], planned.K());
        }
    }
}
