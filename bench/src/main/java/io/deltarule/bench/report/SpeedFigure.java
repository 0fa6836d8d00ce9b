package io.deltarule.bench.report;

import io.deltarule.chart.Figure;
import io.deltarule.chart.SvgFigure;
import io.deltarule.core.InvalidInputException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Results files as one picture for a document: what a token costs over what was read before it, and over a prompt's length. */
public final class SpeedFigure {
    private static final List<ReportCurve> CURVES = List.of(ReportCurve.CONTEXT, ReportCurve.LENGTH);

    private SpeedFigure() {}

    /**
     * The picture of some results files.
     *
     * @param paths files that {@code bench --json} wrote, at least one
     * @return an SVG document
     * @throws InvalidInputException naming a file that is not one, or where none has what the picture shows
     */
    public static String of(List<Path> paths) {
        ResultsSet results = ResultsSet.read(paths);
        List<Figure.Panel> panels = new ArrayList<>();
        Set<Figure.Entry> legend = new LinkedHashSet<>();
        for (ReportCurve curve : CURVES) {
            CurveFigure figure = curve.figure(results.rows());
            if (figure != null) {
                panels.add(new Figure.Panel(figure.chart().title(), "", figure.chart()));
                legend.addAll(figure.legend());
            }
        }
        if (panels.isEmpty()) {
            throw new InvalidInputException(
                    "expected results with several lengths or contexts to draw but found none in " + paths
                            + "; ./deltarule bench --suite quick measures them");
        }
        return SvgFigure.of(new Figure("What a token costs", List.copyOf(legend), panels));
    }
}
