package io.deltarule.cli.bench;

import io.deltarule.bench.result.ModelSpeeds;
import io.deltarule.bench.result.ProgramSpeed;
import io.deltarule.bench.timing.Timing;
import io.deltarule.cli.output.TextTable;
import java.io.PrintWriter;
import java.util.Locale;

/** A model's file on one or more programs, for people. */
final class ModelText {
    private ModelText() {}

    static void print(ModelSpeeds speeds, PrintWriter out) {
        out.println(String.format(
                Locale.ROOT,
                "%s, %.1fM parameters in %.1f MB: a prompt of %d tokens, %d new ones, on %d threads",
                speeds.file(),
                speeds.parameters() / 1e6,
                speeds.bytes() / 1e6,
                speeds.prompt(),
                speeds.fresh(),
                speeds.threads()));
        TextTable table = new TextTable(
                "program", "version", "prefill tokens/s", "p10..p90", "decode tokens/s", "p10..p90", "error");
        for (ProgramSpeed speed : speeds.programs()) {
            String error = speed.verification() == null
                    ? "-"
                    : String.format(
                            Locale.ROOT, "%.1e", speed.verification().worst().ratio());
            if (speed.prefill() == null) {
                table.row(speed.program(), speed.version(), "WRONG", "-", "-", "-", error);
            } else {
                table.row(
                        speed.program(),
                        speed.version(),
                        String.format(Locale.ROOT, "%.1f", speeds.prefillRate(speed)),
                        range(speed.prefill(), speeds.prompt()),
                        String.format(Locale.ROOT, "%.2f", speeds.decodeRate(speed)),
                        range(speed.decode(), 1),
                        error);
            }
        }
        table.print(out);
    }

    /** Tokens per second of the slowest tenth to those of the fastest. */
    private static String range(Timing timing, int tokens) {
        return String.format(
                Locale.ROOT, "%.1f..%.1f", tokens * 1e9 / timing.p90Nanos(), tokens * 1e9 / timing.p10Nanos());
    }
}
