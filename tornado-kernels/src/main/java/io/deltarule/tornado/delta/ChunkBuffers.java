package io.deltarule.tornado.delta;

import io.deltarule.core.DeltaShape;
import io.deltarule.tornado.graph.ChunkCounts;
import io.deltarule.tornado.graph.DeviceMemory;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/** What the stages of one delta rule hand on to each other on the device; operations of one shape may share them. */
public final class ChunkBuffers {
    /** Micro-steps that a chunk has room for. */
    public final int C;
    /** Decay from the chunk's start to each row [chunks, HV, C, G]; one value without a gate. */
    public final FloatArray into;
    /** Decay from each row to the chunk's end, likewise. */
    public final FloatArray outOf;
    /** Scores of the read at hand [chunks, HV, C, C]. */
    public final FloatArray scores;
    /** Pseudo-values [chunks, HV, C, V]; with levels after those of the chunks' writes those of the live states, where they have any. */
    public final FloatArray values;
    /** State before each chunk [chunks, HV, K, V]; after these the live states of levels, or what segments make of states. */
    public final FloatArray states;
    /** Logits, then weights, of the selective read [tokens, HV, K]; null without one. */
    public final FloatArray weights;
    /** L, then its inverse [chunks, HV, C, C]; null where no chunk is solved. */
    public final FloatArray lower;
    /** W [chunks, HV, C, K]; null where no chunk is solved. */
    public final FloatArray keys;
    /** N = M A [chunks, HV, C, C]; null for one state, like all below. */
    public final FloatArray products;
    /** N weighed by levels, likewise. */
    public final FloatArray masked;
    /** Write values [chunks, HV, C, V]: the pseudo-values where nothing is erased. */
    public final FloatArray writes;
    /** What is read of each live state [live states, HV, C, V]. */
    public final FloatArray reads;

    /** How states are walked through. */
    final StateWalk walk;

    /** @param solves whether chunks are solved: the write goes by chunks, not only the reads, and erases */
    public ChunkBuffers(DeltaShape s, int C, boolean solves, DeviceMemory memory) {
        this(s, C, C, solves, memory);
    }

    /** @param longest how many micro-steps a chunk has at most, where it has fewer than there is room for */
    public ChunkBuffers(DeltaShape s, int C, int longest, boolean solves, DeviceMemory memory) {
        this(s, C, longest, solves, StateWalk.whole(s, C, memory.units()), memory);
    }

    /** @param walk the run table's segments are its */
    public ChunkBuffers(DeltaShape s, int C, int longest, boolean solves, StateWalk walk, DeviceMemory memory) {
        this.walk = walk;
        this.C = C;
        long blocks = (long) ChunkCounts.chunks(s, longest) * s.HV();
        long live = (long) ChunkCounts.live(s, longest) * s.HV();
        int G = s.gateWidth();
        into = memory.floats("decays", G == 0 ? 0 : blocks, C, G);
        outOf = memory.floats("decays", G == 0 ? 0 : blocks, C, G);
        scores = memory.numbers("scores", blocks, C, C);
        values = memory.numbers("chunk values", solves ? blocks + live : blocks, C, s.V());
        long places = blocks + live + walk.places(s, longest, solves);
        // states that are read only may be rounded, not those that others are made of
        states = live == 0 && places == blocks && !s.crossRead()
                ? memory.numbers("chunk states", places, s.K(), s.V())
                : memory.floats("chunk states", places, s.K(), s.V());
        weights = s.crossRead() ? memory.floats("row weights", s.tokens(), s.HV(), s.K()) : null;
        lower = solves ? memory.floats("scores", blocks, C, C) : null;
        keys = solves ? memory.numbers("chunk keys", blocks, C, s.K()) : null;
        if (s.logLinear()) {
            products = memory.numbers("scores", blocks, C, C);
            masked = memory.numbers("scores", blocks, C, C);
            writes = solves ? memory.numbers("chunk values", blocks, C, s.V()) : values;
            reads = memory.numbers("level reads", live, C, s.V());
        } else {
            products = null;
            masked = null;
            writes = null;
            reads = null;
        }
    }
}
