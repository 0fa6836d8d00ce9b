package io.deltarule.bench.load;

import io.deltarule.bench.result.BenchResults;
import io.deltarule.bench.result.DeviceCeilings;
import io.deltarule.bench.result.DeviceStatus;
import io.deltarule.bench.result.LoadSign;
import io.deltarule.bench.result.Measurement;
import io.deltarule.bench.timing.LoadAverage;
import io.deltarule.bench.timing.Machine;
import io.deltarule.bench.timing.Timing;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/** What of a measurement says that it did not have the machine to itself. */
public final class LoadSigns {
    /** Of the processors, wanted by others before the measurement began. */
    private static final double BUSY = 0.25;

    /** The 90th percentile over the 10th, from which repeats lie far apart. */
    private static final double SPREAD = 1.5;

    /** Of the timed configurations, whose repeats lie far apart. */
    private static final double MANY = 0.25;

    /** Repeats below which percentiles say nothing. */
    private static final int FEWEST = 5;

    /** Of the best that the machine has shown. */
    private static final double LITTLE = 0.5;

    private LoadSigns() {}

    /**
     * The signs.
     *
     * @param results of a measurement
     * @param memory of the best ceilings, with which the processor's are compared; remembers them
     */
    public static List<LoadSign> of(BenchResults results, CeilingMemory memory) {
        Machine machine = results.machine();
        LoadAverage load = results.load();
        List<LoadSign> signs = new ArrayList<>();
        if (load.before() >= BUSY * machine.processors()) {
            signs.add(new LoadSign(
                    LoadSign.Kind.LOAD_AVERAGE,
                    text(
                            "before the measurement began, a load average of %.2f on %d processors",
                            load.before(), machine.processors())));
        }
        spread(timings(results), signs);
        for (DeviceStatus status : results.devices()) {
            if (status.engine().equals("cpu") && status.ceilings() != null) {
                ceilings(machine, status.ceilings(), memory, signs);
            }
        }
        return signs;
    }

    /** Of everything of ours that was timed. */
    private static List<Timing> timings(BenchResults results) {
        List<Timing> all = new ArrayList<>();
        results.measurements().stream()
                .map(Measurement::timing)
                .filter(Objects::nonNull)
                .forEach(all::add);
        if (results.model() != null && !results.model().faulty()) {
            all.add(results.model().programs().getFirst().prefill());
            all.add(results.model().programs().getFirst().decode());
        }
        return all;
    }

    private static void spread(List<Timing> timings, List<LoadSign> signs) {
        List<Timing> told = timings.stream().filter(t -> t.repeats() >= FEWEST).toList();
        long far =
                told.stream().filter(t -> t.p90Nanos() > SPREAD * t.p10Nanos()).count();
        if (far > 0 && far >= MANY * told.size()) {
            signs.add(new LoadSign(
                    LoadSign.Kind.SPREAD,
                    text(
                            "of %d configurations that were timed %d had a 90th percentile more than %.1f times their 10th",
                            told.size(), far, SPREAD)));
        }
    }

    private static void ceilings(Machine machine, DeviceCeilings found, CeilingMemory memory, List<LoadSign> signs) {
        CeilingMemory.Best best = memory.remember(machine.processor(), found);
        if (found.steadiness() < 1 / SPREAD) {
            signs.add(new LoadSign(
                    LoadSign.Kind.SPREAD,
                    text(
                            "multiply-adds in registers, which wait for nothing, had a 90th percentile %.1f times their 10th",
                            1 / found.steadiness())));
        }
        ceiling("multiply-adds", "GFLOP/s", found.gflops(), best.gflops(), signs);
        ceiling("reading memory", "GB/s", found.readGbytes(), best.readGbytes(), signs);
        ceiling("copying memory", "GB/s", found.copyGbytes(), best.copyGbytes(), signs);
    }

    private static void ceiling(String what, String unit, double found, double best, List<LoadSign> signs) {
        if (found < LITTLE * best) {
            signs.add(new LoadSign(
                    LoadSign.Kind.CEILING,
                    text(
                            "%s reached %.3g %s, %.0f %% of the best that this machine has shown, %.3g",
                            what, found, unit, 100 * found / best, best)));
        }
    }

    @SuppressWarnings("AnnotateFormatMethod") // not worth a dependency for one private method
    private static String text(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
