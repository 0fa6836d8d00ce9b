package io.deltarule.core.layer;

import java.util.Arrays;

/**
 * One tensor that an operation carries from run to run, per sequence.
 *
 * @param name what it is, in one word: its tensor's name in saved states
 * @param dims its axes for one sequence
 * @param cache whether the second of them counts tokens, of which only those that there have been are filled
 */
@SuppressWarnings("ArrayRecordComponent") // never modified
public record Carried(String name, int[] dims, boolean cache) {
    /** What has the same size however many tokens there have been. */
    static Carried fixed(String name, int... dims) {
        return new Carried(name, dims, false);
    }

    /** The axes for so many sequences, [N, …]. */
    public int[] shape(int sequences) {
        int[] all = new int[dims.length + 1];
        all[0] = sequences;
        System.arraycopy(dims, 0, all, 1, dims.length);
        return all;
    }

    @Override
    public String toString() {
        return name + " " + Arrays.toString(dims);
    }
}
