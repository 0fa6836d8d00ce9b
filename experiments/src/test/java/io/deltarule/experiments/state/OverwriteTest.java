package io.deltarule.experiments.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.experiments.ExperimentResult;
import io.deltarule.experiments.Found;
import io.deltarule.experiments.ResultPoint;
import java.util.List;
import org.junit.jupiter.api.Test;

class OverwriteTest {
    private static final int DRAWS = 20;
    private static final int SEEDS = 4;
    private final ExperimentResult result = Found.run(new Overwrite(64, List.of(8, 16), DRAWS), SEEDS);

    private List<ResultPoint> points(String panel, String rule) {
        return Found.curve(Found.panel(result, panel), rule).points();
    }

    @Test
    void theDeltaRuleReadsTheLatestValue() {
        for (ResultPoint point : points("latest", "delta β 1")) {
            assertTrue(point.least() > 0.98, () -> "found " + point);
        }
    }

    /** Under a sum the three values of a key are alike. */
    @Test
    void aSumReadsEachOfTheThreeAsOften() {
        for (int i = 0; i < 2; i++) {
            ResultPoint latest = points("latest", "linear β 1").get(i);
            double own = latest.mean() + points("old", "linear β 1").get(i).mean();
            assertTrue(own > 0.9, "one of its own values is nearest as a rule, but found " + own);
            double reads = latest.x() * DRAWS * SEEDS;
            double error = Math.sqrt(1.0 / 3 * (2.0 / 3) / reads);
            assertEquals(1.0 / 3, latest.mean() / own, 4 * error);
        }
    }

    @Test
    void everySeedIsThere() {
        for (ResultPoint point : points("latest", "linear β 1")) {
            assertEquals(SEEDS, point.samples().size());
        }
        assertTrue(points("latest", "linear β 1").getFirst().samples().stream()
                        .distinct()
                        .count()
                > 1);
    }
}
