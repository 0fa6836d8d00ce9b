package io.deltarule.experiments.retrieval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.core.Engines;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What docs/math/deltalens.md says the experiment shows, at a quarter of its size. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Tag("thorough") // takes seconds; see CONTRIBUTING
class RetrievalExperimentTest {
    private static final RetrievalSizes SMALL = new RetrievalSizes(32, 32, 8, 1, 16);
    private static final String LINEAR_CONTENT = "linear read, content keys";
    private static final String LINEAR_SUMS = "linear read, content keys, nothing erased (ssd)";
    private static final String SELECTIVE_SLOTS = "selective read, slot keys";
    private static final String LINEAR_SLOTS = "linear read, slot keys";
    private static final String SELECTIVE_CONTENT = "selective read, content keys";

    private List<FigurePanel> panels;

    @BeforeAll
    void run() {
        panels = new RetrievalExperiment(SMALL, Engines.named("cpu"), step -> {}).run();
    }

    private ReadScore score(String panel, String curve, double x) {
        return panels.stream()
                .filter(p -> p.name().equals(panel))
                .flatMap(p -> p.curves().stream())
                .filter(c -> c.name().equals(curve))
                .flatMap(c -> c.points().stream())
                .filter(p -> p.x() == x)
                .findFirst()
                .orElseThrow()
                .score();
    }

    private double accuracy(String panel, String curve, double x) {
        return score(panel, curve, x).accuracy();
    }

    private static void above(double more, double less, double margin) {
        assertTrue(more > less + margin, () -> "expected " + more + " above " + less + " by more than " + margin);
    }

    @Test
    void exactCuesRetrieveEveryRowCleanly() {
        ReadScore full = score("load_exact_cues", SELECTIVE_SLOTS, 1);
        assertEquals(1, full.accuracy());
        above(full.cosine(), 0.99, 0);
        above(1, accuracy("load_exact_cues", LINEAR_CONTENT, 1), 0.15);
        above(0.75, score("load_exact_cues", LINEAR_CONTENT, 1).cosine(), 0);
    }

    @Test
    void noisyCuesLoseTheLinearReadMoreThanTheSelectiveOne() {
        above(accuracy("load_noisy_cues", SELECTIVE_SLOTS, 1), accuracy("load_noisy_cues", LINEAR_CONTENT, 1), 0.3);
        above(accuracy("noise", SELECTIVE_SLOTS, 0.75), accuracy("noise", LINEAR_CONTENT, 0.75), 0.3);
    }

    /** What a row held before is gone: K of N remain, whatever the read; with noisy cues still more than linearly. */
    @Test
    void pastTheRowsTheSelectiveReadKeepsTheLastK() {
        assertEquals(0.5, accuracy("load_exact_cues", SELECTIVE_SLOTS, 2), 0.06);
        assertEquals(0.25, accuracy("load_exact_cues", SELECTIVE_SLOTS, 4), 0.08);
        above(accuracy("load_noisy_cues", SELECTIVE_SLOTS, 2), accuracy("load_noisy_cues", LINEAR_CONTENT, 2), 0.2);
    }

    @Test
    void keysMadeOfTheContentAreTheLinearReadsOwn() {
        for (double load : new double[] {0.5, 0.75, 1, 1.5, 2}) {
            above(
                    accuracy("load_exact_cues", LINEAR_CONTENT, load),
                    accuracy("load_exact_cues", SELECTIVE_CONTENT, load),
                    0.15);
        }
    }

    /** All that is stored counts alike where nothing is erased; at its best strength the delta rule finds more past a full state. */
    @Test
    void pastAFullStateErasingFindsMoreThanAdding() {
        for (double load : new double[] {2, 4}) {
            above(
                    accuracy("load_exact_cues", LINEAR_CONTENT, load),
                    accuracy("load_exact_cues", LINEAR_SUMS, load),
                    0.03);
        }
        assertEquals(1, accuracy("load_exact_cues", LINEAR_SUMS, 0.125));
    }

    @Test
    void aLinearReadCannotGuessTheSlot() {
        for (double load : new double[] {0.5, 1, 2, 4}) {
            assertEquals(1 / (32 * load), accuracy("load_exact_cues", LINEAR_SLOTS, load), 0.06);
        }
    }

    @Test
    void oneHotKeysOfNoisyContentMissTheirSlot() {
        above(accuracy("concentration", "selective read", 32), accuracy("concentration", "linear read", 32), 0.1);
    }

    /** The best gate is chosen after the fact, so it gains a little; more would contradict the page. */
    @Test
    void aConstantMixAddsLittle() {
        for (ReadCurve.Point point : panels.getLast().curves().getLast().points()) {
            double mix = point.score().accuracy();
            double better = Math.max(
                    accuracy("concentration", "linear read", point.x()),
                    accuracy("concentration", "selective read", point.x()));
            assertEquals(better, mix, 0.1);
        }
    }
}
