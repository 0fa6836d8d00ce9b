package io.deltarule.core.layer;

import io.deltarule.core.InvalidInputException;
import java.util.List;

/** Channels of a token taken apart and put together; no number changes. */
public sealed interface ChannelOp extends LayerOp {
    /**
     * Part of each group's channels: y[i·length + j] = x[i·stride + offset + j] for i &lt; groups, j &lt; length. Takes fused
     * projections apart.
     *
     * @param in x, width groups · stride
     * @param out y, width groups · length
     * @param groups how many
     * @param offset where the part begins in its group
     */
    record Slice(Slot in, Slot out, int groups, int offset) implements ChannelOp {
        /** Checks the sizes. */
        public Slice {
            OpChecks.atLeast("slice: groups", groups, 1);
            OpChecks.divides("slice: groups", groups, in);
            OpChecks.divides("slice: groups", groups, out);
            OpChecks.atLeast("slice: offset", offset, 0);
            OpChecks.atMost("slice: end", offset + out.width() / groups, in.width() / groups);
        }

        @Override
        public List<Slot> reads() {
            return List.of(in);
        }

        @Override
        public List<Carried> carried(int maxContext) {
            return List.of();
        }
    }

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
    record Join(Slot first, Slot second, Slot out, int groups) implements ChannelOp {
        /** Checks the widths. */
        public Join {
            OpChecks.atLeast("join: groups", groups, 1);
            OpChecks.divides("join: groups", groups, first);
            OpChecks.divides("join: groups", groups, out);
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

        @Override
        public List<Carried> carried(int maxContext) {
            return List.of();
        }
    }
}
