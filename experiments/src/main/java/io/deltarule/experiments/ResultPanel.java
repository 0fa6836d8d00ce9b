package io.deltarule.experiments;

import io.deltarule.chart.Axis;
import java.util.List;

/**
 * Curves over one axis.
 *
 * @param id in documents
 * @param title for people
 * @param detail what is fixed, for people; may be empty
 * @param x what is varied
 * @param y what was found
 * @param curves in reading order
 */
public record ResultPanel(String id, String title, String detail, Measure x, Measure y, List<ResultCurve> curves) {
    public ResultPanel {
        curves = List.copyOf(curves);
    }

    /**
     * A quantity.
     *
     * @param id in documents
     * @param axis its name for people, and how its values lie in the figure
     */
    public record Measure(String id, Axis axis) {}
}
