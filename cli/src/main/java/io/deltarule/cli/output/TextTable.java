package io.deltarule.cli.output;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/** Columns as wide as their widest cell. */
public final class TextTable {
    private final List<String[]> rows = new ArrayList<>();

    public TextTable(String... titles) {
        rows.add(titles);
    }

    public void row(String... cells) {
        rows.add(cells);
    }

    public void print(PrintWriter out) {
        int columns = rows.getFirst().length;
        int[] widths = new int[columns];
        for (String[] row : rows) {
            for (int c = 0; c < columns; c++) {
                widths[c] = Math.max(widths[c], row[c].length());
            }
        }
        for (String[] row : rows) {
            StringBuilder line = new StringBuilder();
            for (int c = 0; c < columns; c++) {
                line.append(row[c]).repeat(" ", widths[c] - row[c].length() + 2);
            }
            out.println(line.toString().stripTrailing());
        }
    }
}
