package io.deltarule.tornado;

import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** Which sequence a token of a run belongs to, as kernels look it up. */
final class Sequences {
    private Sequences() {}

    /** The sequence of a token; the run has the token. */
    static int of(IntArray table, int token) {
        int sequence = 0;
        while (table.get(RunTable.SEQUENCES + 2 * sequence + 2) <= token) {
            sequence++;
        }
        return sequence;
    }
}
