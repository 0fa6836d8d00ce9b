package io.deltarule.experiments;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.chart.Axis;
import io.deltarule.chart.Chart;
import io.deltarule.chart.Figure;
import io.deltarule.core.Engines;
import io.deltarule.core.InvalidInputException;
import io.deltarule.experiments.ResultPanel.Measure;
import io.deltarule.experiments.ResultPoint.Sample;
import java.util.List;
import org.junit.jupiter.api.Test;

class ResultFigureTest {
    private static final Claim CLAIM = new Claim("it holds", "somebody", "somehow", List.of());

    private static Figure figure(Sample... samples) {
        List<ResultPoint> points = List.of(ResultPoint.of(1, List.of(samples)), ResultPoint.of(2, List.of(samples)));
        ResultPanel panel = new ResultPanel(
                "p",
                "Panel",
                "",
                new Measure("x", Axis.linear("x")),
                new Measure("y", Axis.linear("y")),
                List.of(
                        ResultCurve.measured("one", 0, points),
                        ResultCurve.law("law of one", 0, List.of(ResultPoint.fixed(1, 5)))));
        return ResultFigure.of(CLAIM, new ExperimentResult("", List.of(), List.of(panel)));
    }

    @Test
    void everySeedIsDrawnAndTheMeanAboveThem() {
        Figure figure = figure(Sample.of(1), Sample.of(3), Sample.of(8));
        List<Chart.Series> series = figure.panels().getFirst().chart().series();
        List<Double> heights =
                series.stream().map(s -> s.points().getFirst().y()).toList();
        assertEquals(List.of(1.0, 3.0, 8.0, 4.0, 5.0), heights, "three seeds, their mean, the law");
        assertEquals(3, figure.legend().size());
        assertTrue(figure.title().contains("same claim, smaller model"));
    }

    @Test
    void aSingleSeedIsDrawnOnce() {
        Figure figure = figure(Sample.of(1));
        assertEquals(2, figure.panels().getFirst().chart().series().size());
        assertEquals(2, figure.legend().size());
    }

    @Test
    void seedsFollowEachOther() {
        assertEquals(List.of(7L, 8L, 9L), new Conditions(List.of(Engines.named("cpu")), 7, 3, step -> {}).everySeed());
        for (int seeds : new int[] {0, -1, 1001}) {
            assertTrue(assertThrows(
                            InvalidInputException.class,
                            () -> new Conditions(List.of(Engines.named("cpu")), 1, seeds, step -> {}))
                    .getMessage()
                    .contains("found " + seeds));
        }
    }
}
