package io.deltarule.experiments.speed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.experiments.ExperimentResult;
import io.deltarule.experiments.Found;
import io.deltarule.experiments.ResultCurve;
import java.util.List;
import org.junit.jupiter.api.Test;

class SpeedupTest {
    /** Only that it measures what it says: times are no matter of tests. */
    @Test
    void everyHeadSizeLengthAndPassHasARatioOfBothTimes() {
        Speedup.Sizes tiny = new Speedup.Sizes(1, List.of(8, 16), List.of(16, 32), 0.01);
        ExperimentResult result = Found.run(new Speedup(tiny, tiny), 2);
        List<ResultCurve> curves = result.panels().getFirst().curves();
        assertEquals(
                List.of("D 8", "D 16"), curves.stream().map(ResultCurve::name).toList());
        curves.forEach(curve -> {
            assertEquals(2, curve.points().size());
            curve.points().forEach(point -> {
                assertEquals(2, point.samples().size());
                point.samples().forEach(sample -> {
                    double token = (double) sample.details().get("recurrent_ms");
                    double chunk = (double) sample.details().get("chunk_ms");
                    assertTrue(chunk > 0);
                    assertEquals(token / chunk, sample.value(), 1e-9);
                });
            });
        });
    }
}
