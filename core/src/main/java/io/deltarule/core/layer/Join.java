package io.deltarule.core.layer;

import io.deltarule.core.InvalidInputException;
import java.util.List;

/**
 * Two slots' channels one after the other in each group, y_i = (a_i, b_i); the second may be one part that all groups
 * share, y_i = (a_i, b), as multi-head latent attention's rotary keys are.
 *
 * <pre>
 *   y[i·(la + lb) + j] = a[i·la + j]                             j &lt; la
 *   y[i·(la + lb) + la + j] = b[i·lb + j], or b[j] where shared    j &lt; lb
 * </pre>
 *
 * @param first a, width groups · la
 * @param second b, width groups · lb, or lb where shared
 * @param out y, width groups · (la + lb)
 * @param groups how many
 */
public record Join(Slot first, Slot second, Slot out, int groups) implements LayerOp {
    /** Checks the widths. */
    public Join {
        Ops.atLeast("join: groups", groups, 1);
        Ops.divides("join: groups", groups, first);
        Ops.divides("join: groups", groups, out);
        int part = out.width() / groups - first.width() / groups;
        if (part < 1 || (second.width() != part && second.width() != (long) groups * part)) {
            throw new InvalidInputException("join: expected slot " + second.name() + " to be as wide as what "
                    + first.name() + " leaves of " + out.name() + ", " + part + " or " + groups
                    + " times that, but found "
                    + second.width());
        }
    }

    /** Channels per group of the first slot, la. */
    public int firstPart() {
        return first.width() / groups;
    }

    /** Channels per group of the second slot, lb. */
    public int secondPart() {
        return out.width() / groups - firstPart();
    }

    /** Whether all groups share the second slot. */
    public boolean shared() {
        return second.width() == secondPart();
    }

    @Override
    public List<Slot> reads() {
        return List.of(first, second);
    }
}
