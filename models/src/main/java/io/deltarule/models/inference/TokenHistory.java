package io.deltarule.models.inference;

import java.util.Arrays;

/**
 * The ids that a sequence has had, and where each run of them ended. Whoever replays them feeds the same runs again, since an
 * engine may round differently when the same tokens come in other runs.
 */
final class TokenHistory {
    private int[] ids;
    private int length;
    private int[] ends;
    private int runs;

    TokenHistory() {
        this(new int[16], 0, new int[16], 0);
    }

    private TokenHistory(int[] ids, int length, int[] ends, int runs) {
        this.ids = ids;
        this.length = length;
        this.ends = ends;
        this.runs = runs;
    }

    /** From the ids and the runs' ends of a saved state. */
    static TokenHistory of(int[] ids, int[] ends) {
        return new TokenHistory(ids.clone(), ids.length, ends.clone(), ends.length);
    }

    TokenHistory copy() {
        return new TokenHistory(Arrays.copyOf(ids, length), length, ends(), runs);
    }

    int length() {
        return length;
    }

    void append(int[] from, int begin, int count) {
        if (length + count > ids.length) {
            ids = Arrays.copyOf(ids, Math.max(2 * length, length + count));
        }
        System.arraycopy(from, begin, ids, length, count);
        length += count;
        if (runs == ends.length) {
            ends = Arrays.copyOf(ends, Math.max(16, 2 * runs));
        }
        ends[runs++] = length;
    }

    int[] ids() {
        return Arrays.copyOf(ids, length);
    }

    int[] ids(int from, int to) {
        return Arrays.copyOfRange(ids, from, to);
    }

    int[] ends() {
        return Arrays.copyOf(ends, runs);
    }

    /** The end of the run that begins at, or holds, this place; at most the limit. */
    int nextEnd(int place, int limit) {
        int at = Arrays.binarySearch(ends, 0, runs, place + 1);
        return Math.min(limit, ends[at >= 0 ? at : -at - 1]);
    }
}
