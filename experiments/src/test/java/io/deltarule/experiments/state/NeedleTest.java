package io.deltarule.experiments.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.experiments.ExperimentResult;
import io.deltarule.experiments.Found;
import io.deltarule.experiments.ResultCurve;
import io.deltarule.experiments.ResultPoint;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NeedleTest {
    private static final int D = 32;
    private static final int SEEDS = 8;
    private static final ExperimentResult RESULT = Found.run(new Needle(D, 128, 25, 100), SEEDS);

    private static List<ResultPoint> points(String panel, String rule) {
        return Found.curve(Found.panel(RESULT, panel), rule).points();
    }

    @ParameterizedTest
    @CsvSource({
        "'linear β 0.5', 0, 1",
        "'linear β 0.5, α 0.98', 0, 0.98",
        "'delta β 0.5', 0.5, 1",
        "'delta β 0.5, α 0.98', 0.5, 0.98",
        "'delta β 0.5, α 0.998', 0.5, 0.998",
        "'delta β 0.05', 0.05, 1"
    })
    void freshNoiseLeavesWhatTheLawSays(String rule, double erased, double decay) {
        for (ResultPoint point : points("amplitude_fresh", rule)) {
            double law = Math.pow(decay * (1 - erased / D), point.x());
            assertEquals(law, point.mean(), 5 * Found.standardError(point) + 1e-5, rule + " after " + point.x());
        }
    }

    /** The tolerance above tells the laws apart. */
    @Test
    void theDeltaRuleIsNotASum() {
        ResultPoint delta = points("amplitude_fresh", "delta β 0.5").getLast();
        assertTrue(1 - delta.mean() > 20 * Found.standardError(delta), delta::toString);
    }

    @Test
    void theLawShownIsNearTheExactOne() {
        for (ResultPoint point : Found.curve(Found.panel(RESULT, "amplitude_fresh"), "law of delta β 0.5")
                .points()) {
            assertEquals(Math.pow(1 - 0.5 / D, point.x()), point.mean(), 0.004);
        }
    }

    @Test
    void repeatedNoiseCostsTheDeltaRuleWhatItsKeysSpan() {
        ResultPoint last = points("amplitude_repeated", "delta β 0.5").getLast();
        assertEquals(1 - 8.0 / D, last.mean(), 5 * Found.standardError(last));
        for (ResultPoint point : points("found_repeated", "delta β 0.5")) {
            assertTrue(point.mean() > 0.95, point::toString);
        }
    }

    @Test
    void weakWritesKeepTheNeedleThatStrongOnesLose() {
        assertTrue(points("found_fresh", "delta β 0.05").getLast().mean() > 0.95);
        assertTrue(points("found_fresh", "delta β 0.5").getLast().mean() < 0.6);
    }

    @Test
    void everyPanelHasEveryRuleAndEverySeed() {
        assertEquals(4, RESULT.panels().size());
        RESULT.panels()
                .forEach(panel -> panel.curves().stream()
                        .filter(curve -> curve.kind() == ResultCurve.Kind.MEASURED)
                        .forEach(curve -> {
                            assertEquals(8, curve.points().size(), "N from 1 to 128");
                            curve.points()
                                    .forEach(point ->
                                            assertEquals(SEEDS, point.samples().size()));
                        }));
    }
}
