package io.deltarule.core.cpu.delta;

import io.deltarule.core.DeltaShape;
import io.deltarule.core.Form;
import io.deltarule.core.Gate;
import io.deltarule.core.PlanSpec;

/**
 * From how many tokens on a sequence is computed chunk by chunk. It does not depend on threads, nor on the other sequences
 * of a run.
 *
 * @param fromZeros where there is no state before it
 * @param carried where there is one, which chunks copy and multiply with
 */
public record FormChoice(int fromZeros, int carried) {
    private static final FormChoice NEVER = new FormChoice(Integer.MAX_VALUE, Integer.MAX_VALUE);
    private static final FormChoice ALWAYS = new FormChoice(0, 0);
    private static final FormChoice BUT_SINGLE_TOKENS = new FormChoice(2, 2);

    private static final int SMALL_STATE = 64 * 64;

    /** What a specification asks for, measured where it leaves the choice. */
    public static FormChoice of(PlanSpec spec) {
        return switch (spec.form()) {
            case RECURRENT -> NEVER;
            case CHUNK -> ALWAYS;
            case AUTO -> measured(spec.shape());
        };
    }

    /** The same in a layer, where single tokens are never chunks. */
    public static FormChoice inLayer(PlanSpec spec) {
        return spec.form() == Form.CHUNK ? BUT_SINGLE_TOKENS : of(spec);
    }

    /** The form of a sequence of so many tokens. */
    public Form form(int tokens, boolean blank) {
        return tokens < (blank ? fromZeros : carried) ? Form.RECURRENT : Form.CHUNK;
    }

    /**
     * Chunks pay for themselves after so many micro-steps, as docs/notes/design.md has it measured: sooner where each token
     * also has the state's rows to read and where a first chunk has no state to multiply with; later with states that stay
     * in the first-level cache from token to token and with a decay per channel, whose chunks cost more.
     */
    private static FormChoice measured(DeltaShape s) {
        if (s.crossRead()) {
            return microSteps(4, 8, s);
        }
        int more = s.gate() == Gate.CHANNEL ? 2 : 1;
        return (long) s.K() * s.V() <= SMALL_STATE ? microSteps(24, 48 * more, s) : microSteps(8, 24 * more, s);
    }

    private static FormChoice microSteps(int fromZeros, int carried, DeltaShape s) {
        return new FormChoice(Math.ceilDiv(fromZeros, s.householders()), Math.ceilDiv(carried, s.householders()));
    }
}
