package io.deltarule.experiments.retrieval;

import java.util.ArrayList;
import java.util.List;

/**
 * How well one way of reading does over one axis of the figure.
 *
 * @param name for people
 * @param read which read
 * @param matched whether the keys are those that this read can use
 * @param points one per value of the axis
 */
record ReadCurve(String name, Read read, boolean matched, List<Point> points) {
    /** Which read. */
    public enum Read {
        /** o = Sᵀ q. */
        LINEAR,
        /** The same of a state from which nothing is erased: linear attention. */
        ACCUMULATED,
        /** x = Sᵀ softmax(S r / √V). */
        SELECTIVE,
        /** γ x + (1 − γ) o with the best constant γ. */
        MIX
    }

    /**
     * One point.
     *
     * @param x on the panel's axis
     * @param stored associations, N; chance is 1 / N
     * @param score the best over write strengths, and over gates for a mix
     */
    public record Point(double x, int stored, ReadScore score) {}

    ReadCurve(String name, Read read, boolean matched) {
        this(name, read, matched, new ArrayList<>());
    }

    /** Adds the best score of this read over all strengths of one or more runs. */
    void add(double x, int stored, List<List<ReadScore>> scores) {
        ReadScore best = null;
        for (List<ReadScore> byGate : scores) {
            ReadScore candidate = switch (read) {
                case LINEAR, ACCUMULATED -> byGate.getFirst();
                case SELECTIVE -> byGate.getLast();
                case MIX -> byGate.stream().reduce(ReadScore::better).orElseThrow();
            };
            best = candidate.better(best);
        }
        points.add(new Point(x, stored, best));
    }
}
