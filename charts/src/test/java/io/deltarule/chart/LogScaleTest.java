package io.deltarule.chart;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class LogScaleTest {
    private static List<String> labels(Scale scale) {
        return scale.ticks().stream().map(Scale.Tick::label).toList();
    }

    @Test
    void endsLieWhereTheyShouldAndTicksBetweenThem() {
        LogScale scale = LogScale.around(512, 65536, 60, 460);
        assertEquals(60, scale.at(scale.least()), 1e-9);
        assertEquals(460, scale.at(scale.most()), 1e-9);
        assertEquals(List.of("512", "1k", "2k", "4k", "8k", "16k", "32k", "64k"), labels(scale.inOctaves()));
        assertEquals(
                List.of("1/8", "1/4", "1/2", "1", "2"),
                labels(LogScale.around(0.125, 2, 0, 1).inOctaves()));
        assertTrue(LogScale.around(1e-3, 1e9, 0, 1).ticks().size() <= 8);
        assertTrue(!LogScale.around(5, 5, 0, 1).ticks().isEmpty());
    }

    @Test
    void linearTicksAreRoundAndFewEnough() {
        assertEquals(List.of("0.0", "0.2", "0.4", "0.6", "0.8", "1.0"), labels(LinearScale.around(0, 1, 0, 1)));
        assertEquals(List.of("-1.0", "-0.5", "0.0", "0.5", "1.0", "1.5"), labels(LinearScale.around(-1.2, 1.7, 0, 1)));
        for (double span : new double[] {1e-3, 0.07, 3, 8, 9, 123, 4567}) {
            int count = LinearScale.around(0, span, 0, 1).ticks().size();
            assertTrue(count >= 3 && count <= 8, span + ": " + count);
        }
        assertEquals(0, LinearScale.around(3, 3, -1, 1).at(3), 1e-9);
    }
}
