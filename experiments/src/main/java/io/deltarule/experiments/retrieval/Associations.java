package io.deltarule.experiments.retrieval;

import io.deltarule.experiments.Vectors;
import java.util.SplittableRandom;

/**
 * One trial: N associations of a tag with a payload, and the cues that ask for some of them.
 *
 * <pre>
 *   tag c_i, payload y_i        random, length 1
 *   value  v_i = [c_i ; y_i]    written under key k_i
 *   cue    c' = unit(c_i + noise)
 *   asks   q = key of c'        r = √V · sharpness · [c' ; 0]
 * </pre>
 *
 * Both reads know the cue and nothing else. The same seed gives the same tags, payloads and noise directions whatever
 * the keys and the noise's length.
 */
final class Associations {
    /** No more cues than this per trial: the rest tells little more and costs as much. */
    static final int MOST_CUES = 64;

    final double[][] tags;
    final double[][] payloads;
    final double[][] keys;
    /** Which association each cue asks for. */
    final int[] asked;

    final double[][] cues;
    final double[][] queries;

    Associations(RetrievalSizes sizes, RetrievalSetting setting, SplittableRandom trial) {
        SplittableRandom contents = trial.split();
        SplittableRandom noise = trial.split();
        SplittableRandom choice = trial.split();
        KeySource.Projection projection =
                setting.keys().projection(sizes.K(), sizes.half(), setting.power(), trial.split());
        int N = setting.stored();
        tags = new double[N][];
        payloads = new double[N][];
        keys = new double[N][];
        for (int i = 0; i < N; i++) {
            tags[i] = Vectors.unit(Vectors.gaussian(sizes.half(), contents));
            payloads[i] = Vectors.unit(Vectors.gaussian(sizes.half(), contents));
            keys[i] = setting.keys() == KeySource.SLOTS ? oneHot(i % sizes.K(), sizes.K()) : projection.key(tags[i]);
        }
        asked = someOf(N, choice);
        cues = new double[asked.length][];
        queries = new double[asked.length][];
        for (int j = 0; j < asked.length; j++) {
            cues[j] = tags[asked[j]].clone();
            double[] direction = Vectors.gaussian(sizes.half(), noise);
            Vectors.addScaled(cues[j], setting.noise() / Math.sqrt(sizes.half()), direction);
            Vectors.unit(cues[j]);
            queries[j] = projection.key(cues[j]);
        }
    }

    static int cues(int stored) {
        return Math.min(stored, MOST_CUES);
    }

    private static double[] oneHot(int at, int size) {
        double[] x = new double[size];
        x[at] = 1;
        return x;
    }

    /** A random choice without repetition. */
    private static int[] someOf(int N, SplittableRandom random) {
        int[] order = new int[N];
        for (int i = 0; i < N; i++) {
            order[i] = i;
        }
        int[] chosen = new int[cues(N)];
        for (int j = 0; j < chosen.length; j++) {
            int from = random.nextInt(j, N);
            chosen[j] = order[from];
            order[from] = order[j];
        }
        return chosen;
    }
}
