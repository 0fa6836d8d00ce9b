package io.deltarule.cli.bench;

import io.deltarule.bench.result.BenchResults;
import io.deltarule.bench.result.DeviceCeilings;
import io.deltarule.bench.result.DeviceStatus;
import io.deltarule.bench.result.Measurement;
import io.deltarule.bench.result.SpeedRatio;
import io.deltarule.bench.result.TransferMeasurement;
import io.deltarule.bench.timing.TimeBreakdown;
import io.deltarule.bench.timing.Timing;
import io.deltarule.cli.output.TextTable;
import io.deltarule.core.DeltaShape;
import java.io.PrintWriter;
import java.util.Locale;

/** A benchmark report for people. */
final class BenchText {
    private BenchText() {}

    static void print(BenchResults results, PrintWriter out) {
        out.println(results.machine().processor() + ", " + results.machine().processors() + " processors, "
                + results.machine().system() + ", Java " + results.machine().java());
        for (DeviceStatus status : results.devices()) {
            if (status.ceilings() != null) {
                out.println(ceilings(status));
            }
        }
        if (!results.signs().isEmpty()) {
            out.println("the machine was busy; times may be longer than it needs:");
            results.signs().forEach(sign -> out.println("  " + sign.text()));
        }
        out.println();
        if (results.model() != null) {
            ModelText.print(results.model(), out);
        }
        if (!results.measurements().isEmpty()) {
            measurements(results, out);
        }
        if (results.measurements().stream().anyMatch(m -> m.breakdown() != null)) {
            out.println();
            whereTimeGoes(results, out);
        }
        if (!results.transfers().isEmpty()) {
            out.println();
            transfers(results, out);
        }
        if (!results.ratios().isEmpty()) {
            out.println();
            for (SpeedRatio ratio : results.ratios()) {
                out.println(text(
                        "%s %.3f (%.4g / %.4g %s)",
                        ratio.name(), ratio.value(), ratio.subject(), ratio.baseline(), ratio.unit()));
            }
        }
        out.println();
        out.println("error: worst RMS error / RMS value against float64 on some heads over all tokens, before timing;"
                + " what is counted: docs/benchmarks.md");
    }

    private static void measurements(BenchResults results, PrintWriter out) {
        TextTable table = new TextTable(
                "what",
                "engine",
                "shape",
                "median",
                "p10..p90",
                "tokens/s",
                "GFLOP/s",
                "of processor",
                "GB/s",
                "of copy",
                "error");
        for (Measurement m : results.measurements()) {
            table.row(row(m, results.ceilings(m.workload())));
        }
        table.print(out);
        for (Measurement m : results.measurements()) {
            if (m.problem() != null) {
                out.println(m.workload().name() + " on " + where(m) + ": not timed: " + m.problem());
            }
        }
    }

    private static String[] row(Measurement m, DeviceCeilings ceilings) {
        Timing t = m.timing();
        String where = where(m);
        String error = m.verification() == null
                ? "-"
                : text("%.1e", m.verification().worst().ratio());
        if (t == null) {
            String verdict = m.status() == Measurement.Status.WRONG
                    ? "WRONG"
                    : m.status().id();
            return new String[] {m.workload().name(), where, shape(m), verdict, "-", "-", "-", "-", "-", "-", error};
        }
        return new String[] {
            m.workload().name(),
            where,
            shape(m),
            time(t.medianNanos()),
            time(t.p10Nanos()) + ".." + time(t.p90Nanos()),
            text("%,.0f", m.tokensPerSecond()),
            text("%.1f", m.gflops()),
            share(m.gflops(), ceilings == null ? Double.NaN : ceilings.gflops()),
            text("%.1f", m.gbytes()),
            share(m.gbytes(), ceilings == null ? Double.NaN : ceilings.copyGbytes()),
            error
        };
    }

    private static String share(double of, double ceiling) {
        return Double.isNaN(ceiling) ? "-" : text("%.0f%%", 100 * of / ceiling);
    }

    private static String where(Measurement m) {
        return where(m.workload().engine().name(), m.workload().device());
    }

    private static String where(String engine, String device) {
        return device == null || device.equals(engine) ? engine : engine + " " + device;
    }

    private static String ceilings(DeviceStatus status) {
        DeviceCeilings c = status.ceilings();
        String where = status.engine().equals("cpu")
                ? ""
                : where(status.engine(), status.device().id()) + ": ";
        String on = c.threads() > 0 ? " on " + c.threads() + " threads" : "";
        return text(
                        "%sceilings%s: %s %s, %scopy %s (read + written)%s",
                        where,
                        on,
                        c.threads() > 0 ? "multiply-adds" : "matrix product",
                        Double.isNaN(c.gflops()) ? "none" : text("%.1f GFLOP/s", c.gflops()),
                        Double.isNaN(c.readGbytes()) ? "" : text("read %.1f GB/s, ", c.readGbytes()),
                        Double.isNaN(c.copyGbytes()) ? "none" : text("%.1f GB/s", c.copyGbytes()),
                        Double.isNaN(c.sgemmGflops())
                                ? ""
                                : text("; the library's sgemm %.1f GFLOP/s", c.sgemmGflops()))
                + (c.problem() == null ? "" : "; not timed: " + c.problem());
    }

    /** What the engine measured itself, in runs of their own. */
    private static void whereTimeGoes(BenchResults results, PrintWriter out) {
        TextTable table = new TextTable(
                "where the time goes",
                "engine",
                "median",
                "kernels",
                "copies in",
                "copies out",
                "energy",
                "first run",
                "compiling");
        for (Measurement m : results.measurements()) {
            TimeBreakdown parts = m.breakdown();
            if (parts != null) {
                table.row(
                        m.workload().name(),
                        where(m),
                        time(m.timing().medianNanos()),
                        time(parts.kernelNanos()),
                        time(parts.copyInNanos()),
                        time(parts.copyOutNanos()),
                        Double.isNaN(parts.joules()) ? "-" : text("%.3g mJ", 1e3 * parts.joules()),
                        m.first() == null ? "-" : time(m.first().nanos()),
                        m.first() == null ? "-" : time(m.first().compileNanos()));
            }
        }
        table.print(out);
    }

    private static void transfers(BenchResults results, PrintWriter out) {
        TextTable table = new TextTable("transfer", "engine", "there and back", "in GB/s", "out GB/s");
        for (TransferMeasurement t : results.transfers()) {
            String bytes = t.bytes() >= 1 << 20 ? (t.bytes() >> 20) + " MiB" : (t.bytes() >> 10) + " KiB";
            String where = where(t.engine().name(), t.device());
            if (t.timing() == null) {
                table.row(bytes, where, "not timed: " + t.problem(), "-", "-");
            } else {
                table.row(
                        bytes,
                        where,
                        time(t.timing().medianNanos()),
                        Double.isNaN(t.inGbytes()) ? "-" : text("%.2f", t.inGbytes()),
                        Double.isNaN(t.outGbytes()) ? "-" : text("%.2f", t.outGbytes()));
            }
        }
        table.print(out);
    }

    private static String shape(Measurement m) {
        DeltaShape s = m.workload().shape();
        return "B" + s.B() + " T" + s.T() + " H" + (s.H() == s.HV() ? "" : s.H() + "/") + s.HV() + " K" + s.K() + " V"
                + s.V() + (s.householders() > 1 ? " n" + s.householders() : "");
    }

    private static String time(double nanos) {
        return nanos < 1e6
                ? text("%.1f us", nanos / 1e3)
                : nanos < 1e9 ? text("%.2f ms", nanos / 1e6) : text("%.2f s", nanos / 1e9);
    }

    @SuppressWarnings("AnnotateFormatMethod") // not worth a dependency for one private method
    private static String text(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
