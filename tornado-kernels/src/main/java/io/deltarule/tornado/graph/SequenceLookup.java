package io.deltarule.tornado.graph;

import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** Which sequence a token of a run belongs to, as kernels look it up. */
public final class SequenceLookup {
    private SequenceLookup() {}

    /** The sequence of a token; the run has the token. */
    public static int of(IntArray table, int token) {
        int sequence = 0;
        while (table.get(RunTable.SEQUENCES + 2 * sequence + 2) <= token) {
            sequence++;
        }
        return sequence;
    }
}
