package io.deltarule.tornado.delta.backward;

import io.deltarule.core.DeltaShape;
import io.deltarule.tornado.delta.ChunkBuffers;
import io.deltarule.tornado.delta.StateWalk;
import io.deltarule.tornado.graph.ChunkCounts;
import io.deltarule.tornado.graph.DeviceMemory;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/** What the stages of a backward pass hand on to each other on the device, besides the forward's {@link ChunkBuffers}. */
public final class GradientBuffers {
    /** What the reads leave for the pseudo-values [chunks, HV, C, V]; with levels one array with values, where it is solved at once. */
    final FloatArray readValues;
    /**
     * U', then dP, the gradients of pseudo-values [chunks, HV, C, V]; where nothing is erased, one array with readValues. With levels those of
     * the live states come after those of the chunks' own, where they have any.
     */
    final FloatArray values;
    /**
     * What the reads leave for the state before each chunk, then D, the gradient of its last state [chunks, HV, K, V]; after
     * these those of the live states of levels, or what segments make of gradients.
     */
    final FloatArray states;
    /** Products of the linear read's cotangents with pseudo-values [chunks, HV, C, C]. */
    final FloatArray overlaps;
    /** Products of the pseudo-values' gradients with pseudo-values [chunks, HV, C, C]; null where nothing is erased. */
    final FloatArray erased;
    /** dq of each value head [tokens, HV, K], without the token's own write. */
    final FloatArray queries;
    /** de, and before it something of the selective read [micro-steps, HV, K]; null without either. */
    final FloatArray erases;
    /** dk of each value head, from the later rows of its chunk [micro-steps, HV, K]. */
    final FloatArray inner;
    /** dk of each value head, from beyond the chunk and from its own row [micro-steps, HV, K]. */
    final FloatArray outer;
    /** What row by row passes through the decays up to it [micro-steps, HV, G]; one number without a gate. */
    final FloatArray gateSums;
    /** What row by row passes through the decays after it to beyond the chunk, likewise. */
    final FloatArray gateOuter;
    /** Products of the selective read's queries with pseudo-values [chunks, HV, C, C]; null without one. */
    final FloatArray readOverlaps;
    /** Products of its cotangents with pseudo-values, likewise. */
    final FloatArray crossOverlaps;
    /** Gradients of its logits, over √V [tokens, HV, K]; null without one. */
    final FloatArray weights;
    /** Products of the read's cotangents with write values [chunks, HV, C, C]; null for one state. */
    final FloatArray pairs;

    /**
     * @param C micro-steps that a chunk has room for
     * @param longest how many it has at most
     * @param erasing whether there is an erase key
     */
    public GradientBuffers(DeltaShape s, int C, int longest, boolean erasing, DeviceMemory memory) {
        this(s, C, longest, erasing, StateWalk.NONE, memory);
    }

    /** @param walk of the forward's buffers */
    public GradientBuffers(DeltaShape s, int C, int longest, boolean erasing, StateWalk walk, DeviceMemory memory) {
        long blocks = (long) ChunkCounts.chunks(s, longest) * s.HV();
        int steps = s.microTokens();
        long live = (long) ChunkCounts.live(s, longest) * s.HV();
        values = memory.floats("chunk value gradients", erasing ? blocks + live : blocks, C, s.V());
        readValues = erasing && !s.logLinear() ? memory.floats("chunk value gradients", blocks, C, s.V()) : values;
        states = memory.floats("chunk state gradients", blocks + live + walk.places(s, longest, erasing), s.K(), s.V());
        overlaps = memory.floats("score gradients", blocks, C, C);
        erased = erasing ? memory.floats("score gradients", blocks, C, C) : null;
        queries = memory.floats("query gradients", s.tokens(), s.HV(), s.K());
        erases = erasing || s.crossRead() ? memory.floats("erase key gradients", steps, s.HV(), s.K()) : null;
        inner = memory.floats("key gradients", steps, s.HV(), s.K());
        outer = memory.floats("key gradients", steps, s.HV(), s.K());
        gateSums = memory.floats("gate gradients", steps, s.HV(), s.gateWidth());
        gateOuter = memory.floats("gate gradients", steps, s.HV(), s.gateWidth());
        readOverlaps = s.crossRead() ? memory.floats("score gradients", blocks, C, C) : null;
        crossOverlaps = s.crossRead() ? memory.floats("score gradients", blocks, C, C) : null;
        weights = s.crossRead() ? memory.floats("row weight gradients", s.tokens(), s.HV(), s.K()) : null;
        pairs = s.logLinear() ? memory.floats("score gradients", blocks, C, C) : null;
    }
}
