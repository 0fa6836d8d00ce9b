package io.deltarule.experiments.learned;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.experiments.ExperimentResult;
import io.deltarule.experiments.Found;
import io.deltarule.experiments.ResultPoint;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The claim, decided in seconds: fewer steps than the experiment has, and one seed. */
@Tag("thorough")
class ParityTest {
    @Test
    void betaBelowTwoLearnsParityAndBetaBelowOneDoesNot() {
        ExperimentResult result = Found.run(new Parity(250, 32), 1);
        List<ResultPoint> two =
                Found.curve(Found.panel(result, "up_to_length"), "β below 2").points();
        List<ResultPoint> one =
                Found.curve(Found.panel(result, "up_to_length"), "β below 1").points();
        assertEquals(
                List.of(10.0, 20.0, 40.0, 80.0, 160.0, 320.0),
                two.stream().map(ResultPoint::x).toList());
        assertTrue(two.get(2).mean() > 0.95, () -> "up to the trained length: " + two);
        assertTrue(two.get(4).mean() > 0.75, () -> "up to four times that: " + two);
        assertTrue(one.get(2).mean() < 0.8, () -> "up to the trained length: " + one);
        assertTrue(one.get(4).mean() < 0.6, () -> "up to four times that: " + one);
        Found.panel(result, "at_place").curves().getFirst().points().forEach(point -> {
            assertTrue(point.mean() >= 0 && point.mean() <= 1);
        });
    }
}
