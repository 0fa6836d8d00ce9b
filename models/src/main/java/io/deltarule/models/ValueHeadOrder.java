package io.deltarule.models;

import io.deltarule.core.layer.ChannelOp;
import io.deltarule.core.layer.Slot;

/**
 * The two orders of value heads: grouped, where those of one key head are neighbours, and tiled, where one of each key head
 * comes before the next of each.
 *
 * <pre>  grouped head i·r + j  =  tiled head j·H + i        r = HV / H</pre>
 *
 * @param heads key heads, H
 * @param valueHeads HV, a multiple of H
 */
record ValueHeadOrder(int heads, int valueHeads) {
    private int perKeyHead() {
        return valueHeads / heads;
    }

    /** A tiled slot's heads grouped. */
    Slot grouped(ProgramBuilder to, Slot x, String name) {
        return moved(to, x, name, 1, heads);
    }

    /** A grouped slot's heads tiled. */
    Slot tiled(ProgramBuilder to, Slot x, String name) {
        return moved(to, x, name, heads, 1);
    }

    /** Cuts what belongs together out of so many groups and joins it again in so many others. */
    private Slot moved(ProgramBuilder to, Slot x, String name, int from, int into) {
        int r = perKeyHead();
        int part = x.width() / r; // of all groups together
        Slot all = to.slice(x, r == 1 ? name : name + "_0", from, 0, part / from);
        for (int i = 1; i < r; i++) {
            Slot next = to.slice(x, name + "_" + i, from, i * (part / from), part / from);
            Slot joined = to.slot(i == r - 1 ? name : name + "_to_" + i, (i + 1) * part);
            to.add(new ChannelOp.Join(all, next, joined, into));
            all = joined;
        }
        return all;
    }
}
