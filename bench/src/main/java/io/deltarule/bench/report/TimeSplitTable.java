package io.deltarule.bench.report;

import io.deltarule.chart.Quantity;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Where the time of each run goes: kernels, copies, and the rest, in which the host prepares the run and waits. The parts
 * come from runs of their own, so they may add up to more than the median by the clock; the bar then shows their shares
 * alone.
 */
final class TimeSplitTable {
    private TimeSplitTable() {}

    /** One table per device whose runs were profiled. */
    static List<Map<String, Object>> of(List<LocatedRow> rows) {
        Map<Place, List<Map<String, Object>>> byPlace = new LinkedHashMap<>();
        for (LocatedRow placed : rows) {
            if (placed.row().timed() && placed.row().parts().known()) {
                byPlace.computeIfAbsent(placed.place(), p -> new ArrayList<>()).add(line(placed.row()));
            }
        }
        List<Map<String, Object>> tables = new ArrayList<>();
        byPlace.forEach((place, lines) -> tables.add(Map.of(
                "place",
                place.name(),
                "colour",
                place.colour(),
                "lines",
                lines,
                "metered",
                lines.stream().anyMatch(line -> !line.get("energy").equals("")))));
        return tables;
    }

    private static Map<String, Object> line(ResultsFile.Row r) {
        ResultsFile.Parts parts = r.parts();
        double device = parts.kernelMs() + parts.inMs() + parts.outMs();
        double rest = Math.max(0, r.medianMs() - device);
        double whole = device + rest;
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("name", r.name());
        line.put("shape", AmountText.shape(r));
        line.put("median", AmountText.time(r.medianMs()));
        line.put("rawMedian", r.medianMs());
        line.put(
                "bar",
                List.of(
                        part("kernels", parts.kernelMs(), whole),
                        part("copies in", parts.inMs(), whole),
                        part("copies out", parts.outMs(), whole),
                        part("host", rest, whole)));
        line.put("kernel", AmountText.time(parts.kernelMs()));
        line.put("rawKernel", parts.kernelMs());
        line.put("in", AmountText.time(parts.inMs()));
        line.put("rawIn", parts.inMs());
        line.put("out", AmountText.time(parts.outMs()));
        line.put("rawOut", parts.outMs());
        line.put("kernelGflops", parts.kernelMs() > 0 ? AmountText.operations(r.flops() / parts.kernelMs() / 1e6) : "");
        line.put("rawKernelGflops", parts.kernelMs() > 0 ? r.flops() / parts.kernelMs() / 1e6 : "");
        line.put("energy", Double.isNaN(parts.energyMj()) ? "" : Quantity.of(parts.energyMj() / 1e3, "J"));
        line.put("rawEnergy", AmountText.raw(parts.energyMj()));
        return line;
    }

    private static Map<String, Object> part(String name, double ms, double whole) {
        String share = String.format(Locale.ROOT, "%.1f", 100 * ms / whole);
        return Map.of("part", name + " " + share + " %", "style", name.replace(' ', '-'), "share", share);
    }
}
