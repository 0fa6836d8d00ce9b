package io.deltarule.experiments.speed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.experiments.ExperimentResult;
import io.deltarule.experiments.Found;
import io.deltarule.experiments.ResultCurve;
import io.deltarule.experiments.ResultPanel;
import java.util.List;
import org.junit.jupiter.api.Test;

class LevelCostTest {
    /** Only that it measures what it says: times are no matter of tests. */
    @Test
    void everyLengthAndPassHasATimeAndTheRatioOfADoublingFollows() {
        ExperimentResult result = Found.run(new LevelCost(1, 8, List.of(16, 32, 64), 0.01), 2);
        assertEquals(
                List.of("prefill", "doubling", "decode"),
                result.panels().stream().map(ResultPanel::id).toList());
        List<ResultCurve> prefill = result.panels().getFirst().curves();
        List<ResultCurve> doubling = result.panels().get(1).curves();
        assertEquals("gated_delta_rule with lambda", prefill.get(1).name());
        assertEquals("ssd", prefill.get(2).name());
        for (int c = 0; c < 4; c++) {
            for (int pass = 0; pass < 2; pass++) {
                double before =
                        prefill.get(c).points().get(1).samples().get(pass).value();
                double after =
                        prefill.get(c).points().get(2).samples().get(pass).value();
                assertTrue(before > 0);
                assertEquals(
                        2 * after / before,
                        doubling.get(c).points().get(1).samples().get(pass).value(),
                        1e-9);
                double one = prefill.get(c / 2 * 2)
                        .points()
                        .get(2)
                        .samples()
                        .get(pass)
                        .value();
                assertEquals(
                        after / one,
                        (double) prefill.get(c)
                                .points()
                                .get(2)
                                .samples()
                                .get(pass)
                                .details()
                                .get("over_one_state"),
                        1e-9);
                assertTrue(result.panels()
                                .getLast()
                                .curves()
                                .get(c)
                                .points()
                                .get(2)
                                .samples()
                                .get(pass)
                                .value()
                        > 0);
            }
        }
    }
}
