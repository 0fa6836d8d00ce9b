package io.deltarule.tornado.delta;

import io.deltarule.core.DeltaShape;
import io.deltarule.core.Form;
import io.deltarule.core.PlanSpec;
import io.deltarule.tornado.graph.ChunkCounts;

/**
 * How the walk through the chunks of sequences is cut, so that a device has something to do everywhere: by value channels and, where there
 * are few heads and many chunks, by segments of sequences too.
 *
 * @param columns value channels of the state per work-group; 0 where there is no walk by chunks
 * @param segment chunks per segment, 0 where every sequence is one
 */
public record StateWalk(int columns, int segment) {
    /** Without chunks. */
    public static final StateWalk NONE = new StateWalk(0, 0);

    /** Fewer segments than this do not pay for the two walks more that they take. */
    private static final int FEWEST = 4;

    /**
     * The walk for a shape.
     *
     * <p>A work-group has the most value channels that leave three work-groups for each two compute units. With segments every chunk is
     * walked through twice, the first time with K channels more, and the segments one after the other in between: of n chunks that takes
     * as long as 2 n / segments + segments do, least for √(2 n). There are as many as that, or as two work-groups per compute unit allow,
     * if they are at least {@value #FEWEST}. States of levels are not cut, nor those whose product with themselves is too large for local memory.
     *
     * @param longest micro-steps of a chunk
     * @param units compute units of the device
     */
    public static StateWalk of(DeltaShape s, int C, int longest, boolean erases, int units) {
        StateWalk whole = whole(s, C, units);
        long heads = (long) s.sequences() * s.HV();
        int span = whole.columns == 0 ? 0 : Math.ceilDiv(span(s, erases), whole.columns);
        if (span == 0 || s.logLinear() || s.K() > SegmentStartKernel.MAX_K) {
            return whole;
        }
        int chunks = Math.ceilDiv(s.microTokens() / s.sequences(), longest);
        int segments = (int) Math.min(2L * units / (heads * span), (long) Math.sqrt(2.0 * chunks));
        return segments < FEWEST ? whole : new StateWalk(whole.columns, Math.ceilDiv(chunks, segments));
    }

    /** The walk of an operation; none in the recurrent form. */
    public static StateWalk of(PlanSpec spec, boolean erases, int units) {
        return spec.form() == Form.RECURRENT
                ? NONE
                : of(spec.shape(), spec.chunkSize(), ChunkLaunches.longest(spec), erases, units);
    }

    /** The same with every sequence as one. */
    static StateWalk whole(DeltaShape s, int C, int units) {
        return new StateWalk(StateTiles.columns(s.K(), s.V(), C, (long) s.sequences() * s.HV(), units), 0);
    }

    /** Value channels of what a segment makes of a state: its own write, and what it leaves of each key channel. */
    static int span(DeltaShape s, boolean erases) {
        return s.V() + (erases ? s.K() : 1);
    }

    /** How many states that takes the place of, all segments and heads together. */
    public long places(DeltaShape s, int longest, boolean erases) {
        long segments = segment == 0 ? 0 : ChunkCounts.walks(s, longest, segment);
        return Math.ceilDiv(segments * s.HV() * span(s, erases), s.V());
    }
}
