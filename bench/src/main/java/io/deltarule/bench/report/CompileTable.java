package io.deltarule.bench.report;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What the first run of each plan took, and how much of it was run-time compilation. */
final class CompileTable {
    private CompileTable() {}

    static List<Map<String, Object>> of(List<LocatedRow> rows) {
        return rows.stream()
                .filter(placed -> Double.isFinite(placed.row().first().ms())
                        && placed.row().timed())
                .map(CompileTable::line)
                .toList();
    }

    private static Map<String, Object> line(LocatedRow placed) {
        ResultsFile.Row r = placed.row();
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("place", placed.place().name());
        line.put("colour", placed.place().colour());
        line.put("name", r.name());
        line.put("first", AmountText.time(r.first().ms()));
        line.put("rawFirst", r.first().ms());
        line.put("median", AmountText.time(r.medianMs()));
        line.put("rawMedian", r.medianMs());
        line.put("compile", AmountText.time(r.first().compileMs()));
        line.put("rawCompile", AmountText.raw(r.first().compileMs()));
        return line;
    }
}
