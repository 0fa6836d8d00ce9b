package io.deltarule.chart;

import java.util.List;

/**
 * Values of named rows over one logarithmic axis: a line of dots per row.
 *
 * @param title what it shows
 * @param axis quantity and unit
 * @param rows from above, at least one value in all
 */
public record DotRows(String title, String axis, List<Row> rows) {
    public DotRows {
        rows = List.copyOf(rows);
    }

    /**
     * A row.
     *
     * @param name at its beginning
     * @param values its dots
     */
    public record Row(String name, List<Value> values) {
        public Row {
            values = List.copyOf(values);
        }
    }

    /**
     * A dot.
     *
     * @param value above 0
     * @param colour place in the palette
     * @param dot how it is drawn
     * @param says what a pointer resting on it shows
     */
    public record Value(double value, int colour, Chart.Dot dot, String says) {}
}
