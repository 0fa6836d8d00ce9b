package io.deltarule.models.rwkv7;

import io.deltarule.core.layer.SequenceOp;
import io.deltarule.core.layer.Slot;
import io.deltarule.models.ProgramBuilder;

/**
 * Rows mixed with those of the token before, channel by channel: x_t + μ ⊙ (x_{t−1} − x_t). One difference serves several μ.
 *
 * @param x the rows
 * @param difference x_{t−1} − x_t
 */
record TokenShift(Slot x, Slot difference) {
    static TokenShift of(ProgramBuilder to, Slot x) {
        Slot difference = to.slot("before", x.width());
        to.add(new SequenceOp.TokenDifference(x, difference));
        return new TokenShift(x, difference);
    }

    /** Mixed by the weight {@code x_name} [hidden]. */
    Slot mixed(ProgramBuilder to, String name) {
        return to.scale(difference, x, "mixed_" + name, "x_" + name, x.width());
    }
}
