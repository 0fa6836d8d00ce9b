package io.deltarule.experiments.state;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.deltarule.core.Engines;
import io.deltarule.experiments.Vectors;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** That each rule is the recurrence that {@link WriteRule} says, written out in float64. */
class StateRunTest {
    private static final int K = 6;
    private static final int V = 5;
    private static final int T = 20;

    @ParameterizedTest
    @CsvSource({
        "reference, false, 0.5, 1",
        "reference, false, 0.5, 0.9",
        "reference, true, 0.7, 1",
        "reference, true, 0.7, 0.9",
        "cpu, false, 0.5, 0.9",
        "cpu, true, 0.7, 0.9"
    })
    void aRuleIsItsRecurrence(String engine, boolean erases, double strength, double decay) {
        WriteRule rule = new WriteRule(erases, strength, decay);
        SplittableRandom random = new SplittableRandom(7);
        List<Episode> episodes = List.of(episode(random, strength), episode(random, strength));
        StateRun run = StateRun.of(Engines.named(engine), rule, episodes, K, V);
        for (int e = 0; e < episodes.size(); e++) {
            double[][] S = new double[K][V];
            for (int t = 0; t < T; t++) {
                double[] expected = step(S, rule, episodes.get(e), t);
                double[] found = run.read(e, t);
                for (int i = 0; i < V; i++) {
                    assertEquals(expected[i], found[i], 1e-5, "token " + t);
                }
            }
        }
    }

    private static Episode episode(SplittableRandom random, double strength) {
        Episode episode = new Episode(T);
        for (int t = 0; t < T; t++) {
            if (t % 5 != 4) { // every fifth only reads
                episode.write(t, Vectors.unit(Vectors.gaussian(K, random)), Vectors.gaussian(V, random), strength);
            }
            episode.ask(t, Vectors.gaussian(K, random));
        }
        return episode;
    }

    private static double[] step(double[][] S, WriteRule rule, Episode episode, int t) {
        for (double[] row : S) {
            for (int j = 0; j < V; j++) {
                row[j] *= rule.decay();
            }
        }
        if (episode.keys[t] != null) {
            double[] found = Vectors.combine(episode.keys[t], S);
            for (int i = 0; i < K; i++) {
                for (int j = 0; j < V; j++) {
                    double erased = rule.erases() ? found[j] : 0;
                    S[i][j] += rule.strength() * episode.keys[t][i] * (episode.values[t][j] - erased);
                }
            }
        }
        return Vectors.combine(episode.queries[t], S);
    }
}
