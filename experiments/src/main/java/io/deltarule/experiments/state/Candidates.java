package io.deltarule.experiments.state;

import io.deltarule.experiments.Vectors;
import java.util.List;

/** Finds out which of several vectors of length 1 is nearest to what was read. */
final class Candidates {
    private Candidates() {}

    /** The index of the one with the greatest cosine; the first of equals. */
    static int nearest(double[] read, List<double[]> candidates) {
        int best = 0;
        double most = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < candidates.size(); i++) {
            double found = Vectors.dot(read, candidates.get(i));
            if (found > most) {
                most = found;
                best = i;
            }
        }
        return best;
    }
}
