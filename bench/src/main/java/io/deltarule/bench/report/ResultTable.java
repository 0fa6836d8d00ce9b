package io.deltarule.bench.report;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Every row, as the page's last table shows it. */
final class ResultTable {
    private ResultTable() {}

    static List<Map<String, Object>> of(List<LocatedRow> rows) {
        return rows.stream().map(ResultTable::cells).toList();
    }

    private static Map<String, Object> cells(LocatedRow placed) {
        ResultsFile.Row r = placed.row();
        Map<String, Object> cells = new LinkedHashMap<>();
        cells.put("place", placed.place().name());
        cells.put("colour", placed.place().colour());
        cells.put("name", r.name());
        cells.put("what", r.variant() + ", " + form(r) + ", " + numbers(r) + AmountText.shape(r));
        cells.put("timed", r.timed());
        cells.put("status", r.status());
        cells.put("problem", r.problem());
        cells.put("ms", AmountText.raw(r.medianMs()));
        cells.put("median", AmountText.time(r.medianMs()));
        cells.put(
                "spread",
                r.timed()
                        ? AmountText.time(r.p10Ms()) + " – " + AmountText.time(r.p90Ms()) + " in " + r.repeats()
                                + " runs"
                        : "");
        cells.put("kernel", AmountText.time(r.parts().kernelMs()));
        boolean moves = r.timed() && r.tokens() > 0;
        cells.put("tokens", moves ? AmountText.value(r.tokensPerSecond()) : "");
        cells.put("rawTokens", moves ? r.tokensPerSecond() : "");
        boolean counts = r.timed() && r.flops() > 0;
        cells.put("gflops", counts ? AmountText.operations(r.gflops()) : "");
        cells.put("rawGflops", counts ? r.gflops() : "");
        cells.put("gbytes", r.timed() && r.bytes() > 0 ? AmountText.transferRate(r.gbytes()) : "");
        cells.put("rawGbytes", r.timed() ? r.gbytes() : "");
        cells.put("error", Double.isNaN(r.error()) ? "" : String.format(Locale.ROOT, "%.1e", r.error()));
        return cells;
    }

    private static String numbers(ResultsFile.Row r) {
        return r.numbers().float32() ? "" : r.numbers().text() + ", ";
    }

    private static String form(ResultsFile.Row r) {
        if (r.form().equals("recurrent")) {
            return "token by token";
        }
        return r.chunkSize() > 0 ? "chunks of " + r.chunkSize() : "chunks";
    }
}
