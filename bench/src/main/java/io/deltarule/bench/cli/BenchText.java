package io.deltarule.bench.cli;

import io.deltarule.bench.Ceilings;
import io.deltarule.bench.Measurement;
import io.deltarule.bench.Place;
import io.deltarule.bench.Ratio;
import io.deltarule.bench.Report;
import io.deltarule.bench.Timing;
import io.deltarule.core.DeltaShape;
import java.io.PrintWriter;
import java.util.Locale;

/** A benchmark report for people. */
final class BenchText {
    private BenchText() {}

    static void print(Report report, PrintWriter out) {
        out.println(report.machine().processor() + ", " + report.machine().processors() + " processors, "
                + report.machine().system() + ", Java " + report.machine().java());
        for (Place place : report.places()) {
            Ceilings ceilings = place.ceilings();
            if (ceilings != null) {
                out.println(text(
                        "%sceilings on %d threads: sgemm %.1f GFLOP/s, copy %.1f GB/s (read + written)",
                        place.engine().equals("cpu") ? "" : place.engine() + ": ",
                        ceilings.threads(),
                        ceilings.sgemmGflops(),
                        ceilings.copyGbytes()));
            }
        }
        out.println();
        TextTable table = new TextTable(
                "what",
                "engine",
                "shape",
                "median",
                "p10..p90",
                "tokens/s",
                "GFLOP/s",
                "of sgemm",
                "GB/s",
                "of copy",
                "error");
        for (Measurement m : report.measurements()) {
            table.row(row(m, report.ceilings(m.workload())));
        }
        table.print(out);
        for (Measurement m : report.measurements()) {
            if (m.problem() != null) {
                out.println(
                        m.workload().name() + " on " + m.workload().engine().name() + ": not timed: " + m.problem());
            }
        }
        report.wrongModels().forEach(out::println);
        if (!report.ratios().isEmpty()) {
            out.println();
            for (Ratio ratio : report.ratios()) {
                out.println(text(
                        "%s %.3f (%.4g / %.4g %s)",
                        ratio.name(), ratio.value(), ratio.subject(), ratio.baseline(), ratio.unit()));
            }
        }
        out.println();
        out.println("error: worst RMS error / RMS value against float64 on some heads over all tokens, before timing;"
                + " what is counted: docs/benchmarks.md");
    }

    private static String[] row(Measurement m, Ceilings ceilings) {
        Timing t = m.timing();
        String device = m.workload().device();
        String engine = m.workload().engine().name();
        String where = device == null || device.equals(engine) ? engine : engine + " " + device;
        String error = m.verification() == null
                ? "-"
                : text("%.1e", m.verification().worst().ratio());
        if (t == null) {
            String verdict = m.wrong() ? "WRONG" : "failed";
            return new String[] {m.workload().name(), where, shape(m), verdict, "-", "-", "-", "-", "-", "-", error};
        }
        boolean cpu = ceilings != null;
        return new String[] {
            m.workload().name(),
            where,
            shape(m),
            time(t.medianNanos()),
            time(t.p10Nanos()) + ".." + time(t.p90Nanos()),
            text("%,.0f", m.tokensPerSecond()),
            text("%.1f", m.gflops()),
            cpu ? text("%.0f%%", 100 * m.gflops() / ceilings.sgemmGflops()) : "-",
            text("%.1f", m.gbytes()),
            cpu ? text("%.0f%%", 100 * m.gbytes() / ceilings.copyGbytes()) : "-",
            error
        };
    }

    private static String shape(Measurement m) {
        DeltaShape s = m.workload().shape();
        return "B" + s.B() + " T" + s.T() + " H" + (s.H() == s.HV() ? "" : s.H() + "/") + s.HV() + " K" + s.K() + " V"
                + s.V() + (s.householders() > 1 ? " n" + s.householders() : "");
    }

    private static String time(double nanos) {
        return nanos < 1e6 ? text("%.1f us", nanos / 1e3) : text("%.2f ms", nanos / 1e6);
    }

    @SuppressWarnings("AnnotateFormatMethod") // not worth a dependency for one private method
    private static String text(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
