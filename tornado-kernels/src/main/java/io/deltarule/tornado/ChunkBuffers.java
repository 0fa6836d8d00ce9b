package io.deltarule.tornado;

import io.deltarule.core.DeltaShape;
import java.util.ArrayList;
import java.util.List;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/** What a write leaves on the device for the reads: one set, however often it is read. */
final class ChunkBuffers {
    /** Micro-steps per chunk. */
    final int C;
    /** Decay from the chunk's start to each row [chunks, HV, C, G]; one value without a gate. */
    final FloatArray into;
    /** Decay from each row to the chunk's end, likewise. */
    final FloatArray outOf;
    /** Scores of the read at hand [chunks, HV, C, C]. */
    final FloatArray scores;
    /** Pseudo-values [chunks, HV, C, V]. */
    final FloatArray values;
    /** State before each chunk [chunks, HV, K, V]. */
    final FloatArray states;
    /** Logits, then weights, of the selective read [tokens, HV, K]; null without one. */
    final FloatArray weights;

    private final DeltaShape s;

    ChunkBuffers(DeltaShape s, int C, DeviceMemory memory) {
        this.s = s;
        this.C = C;
        long blocks = (long) RunTable.maxChunks(s, C) * s.HV();
        int G = s.gateWidth();
        into = memory.floats("decays", G == 0 ? 0 : blocks, C, G);
        outOf = memory.floats("decays", G == 0 ? 0 : blocks, C, G);
        scores = memory.floats("scores", blocks, C, C);
        values = memory.floats("chunk values", blocks, C, s.V());
        states = memory.floats("chunk states", blocks, s.K(), s.V());
        weights = s.crossRead() ? memory.floats("row weights", s.tokens(), s.HV(), s.K()) : null;
    }

    /** Those that some kernel uses. */
    List<FloatArray> used() {
        List<FloatArray> all = new ArrayList<>(List.of(scores, values, states));
        if (s.gateWidth() > 0) {
            all.addAll(List.of(into, outOf));
        }
        if (s.crossRead()) {
            all.add(weights);
        }
        return all;
    }
}
