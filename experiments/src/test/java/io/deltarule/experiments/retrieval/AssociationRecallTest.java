package io.deltarule.experiments.retrieval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.core.Engines;
import io.deltarule.experiments.Vectors;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Tag("thorough")
class AssociationRecallTest {
    private static final RetrievalSizes SIZES = new RetrievalSizes(16, 16, 3, 7, 16);

    private static List<List<ReadScore>> scores(String engine, RetrievalSetting setting) {
        return new AssociationRecall(SIZES, Engines.named(engine)).scores(setting);
    }

    /** One association, full strength: S = k vᵀ, so every read of it is v or a multiple of it. */
    @Test
    void oneAssociationIsReadByEveryone() {
        for (ReadScore score : scores("reference", new RetrievalSetting(KeySource.CONTENT, 1, 1, 0))
                .getFirst()) {
            assertEquals(1, score.accuracy());
            assertEquals(0, score.deviation());
        }
        ReadScore linear = scores("reference", new RetrievalSetting(KeySource.CONTENT, 1, 1, 0))
                .getFirst()
                .getFirst();
        assertEquals(1, linear.cosine(), 1e-6);
        assertEquals(0, linear.gate());
    }

    /** Orthonormal keys at full strength lose nothing while there are no more than rows. */
    @Test
    void fullStrengthKeepsOneAssociationPerSlot() {
        ReadScore selective = scores("reference", new RetrievalSetting(KeySource.SLOTS, 1, 16, 0))
                .getFirst()
                .getLast();
        assertEquals(1, selective.accuracy());
        assertEquals(1, selective.strength());
        assertEquals(1, selective.gate());
    }

    @ParameterizedTest
    @EnumSource(KeySource.class)
    void theCpuEngineScoresAsTheReferenceDoes(KeySource keys) {
        RetrievalSetting setting = new RetrievalSetting(keys, 3, 12, 0.5);
        List<List<ReadScore>> expected = scores("reference", setting);
        List<List<ReadScore>> found = scores("cpu", setting);
        for (int h = 0; h < expected.size(); h++) {
            for (int g = 0; g <= AssociationRecall.GATES; g++) {
                // A near tie may fall either way in float32: one of 3 x 12 cues.
                assertEquals(
                        expected.get(h).get(g).accuracy(), found.get(h).get(g).accuracy(), 1.01 / 36);
                assertEquals(
                        expected.get(h).get(g).cosine(), found.get(h).get(g).cosine(), 1e-4);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(KeySource.class)
    void keysHaveLengthOne(KeySource keys) {
        Associations trial = new Associations(SIZES, new RetrievalSetting(keys, 32, 40, 1), new SplittableRandom(3));
        for (double[] key : trial.keys) {
            assertEquals(1, Vectors.dot(key, key), 1e-12);
        }
        for (double[] query : trial.queries) {
            assertEquals(1, Vectors.dot(query, query), 1e-12);
        }
    }

    @Test
    void exactCuesAskWithTheKeyThatWrote() {
        for (KeySource keys : List.of(KeySource.CONTENT, KeySource.LIFTED, KeySource.CONCENTRATED)) {
            Associations trial = new Associations(SIZES, new RetrievalSetting(keys, 2, 10, 0), new SplittableRandom(5));
            for (int j = 0; j < trial.asked.length; j++) {
                for (int i = 0; i < SIZES.K(); i++) {
                    assertEquals(trial.keys[trial.asked[j]][i], trial.queries[j][i], 1e-12);
                }
            }
        }
    }

    @Test
    void noCueIsAskedTwiceAndNoMoreThanTheLimit() {
        Associations trial =
                new Associations(SIZES, new RetrievalSetting(KeySource.SLOTS, 1, 200, 0), new SplittableRandom(9));
        assertEquals(Associations.MOST_CUES, trial.asked.length);
        assertEquals(
                Associations.MOST_CUES, Arrays.stream(trial.asked).distinct().count());
        assertTrue(Arrays.stream(trial.asked).allMatch(i -> i >= 0 && i < 200));
        assertTrue(Arrays.stream(trial.asked).anyMatch(i -> i >= 100), "also late ones");
    }
}
