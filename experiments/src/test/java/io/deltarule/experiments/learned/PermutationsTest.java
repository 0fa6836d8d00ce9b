package io.deltarule.experiments.learned;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.experiments.ExperimentResult;
import io.deltarule.experiments.Found;
import io.deltarule.experiments.ResultCurve;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("thorough")
class PermutationsTest {
    /** A few steps: what is there, not what is learned. */
    @Test
    void everyContenderIsTestedAtFourTimesItsLength() {
        ExperimentResult result = Found.run(new Permutations(4, 8), 2);
        List<ResultCurve> curves = Found.panel(result, "s3_up_to_length").curves();
        assertEquals(
                List.of(
                        "2 factors, β below 2",
                        "1 factor, β below 2",
                        "2 factors, β below 1",
                        "1 factor, β below 1",
                        "chance"),
                curves.stream().map(ResultCurve::name).toList());
        for (ResultCurve curve : curves.subList(0, 4)) {
            assertEquals(128, curve.points().getLast().x());
            assertEquals(2, curve.points().getLast().samples().size());
            double right = curve.points().getLast().mean();
            assertTrue(right > 0 && right < 0.6, () -> "after four steps: " + right);
        }
    }
}
