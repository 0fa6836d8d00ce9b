package io.deltarule.emulator.grid;

import java.util.List;

/** What a warp does together, once for all of its work-items. */
@FunctionalInterface
public interface WarpWork<A, B> {
    /** Work-items of a warp: so many in a row, x first. */
    int WARP = 32;

    /**
     * Does it.
     *
     * @param brought of each work-item, in their order
     * @return what each gets
     */
    List<B> of(List<A> brought);
}
