package io.deltarule.bench.timing;

import io.deltarule.core.measure.Profiled;
import io.deltarule.core.measure.RunTimes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/**
 * Where the time of a run goes, by runs of their own after the timed ones: medians, as the engine measured them.
 *
 * @param runs how many
 * @param kernelNanos kernels on the device
 * @param copyInNanos copies to the device
 * @param copyOutNanos copies back
 * @param bytesIn bytes copied to the device in a run
 * @param bytesOut bytes copied back
 * @param joules energy of the kernels, the mean; NaN where the backend does not report power
 */
public record TimeBreakdown(
        int runs,
        double kernelNanos,
        double copyInNanos,
        double copyOutNanos,
        long bytesIn,
        long bytesOut,
        double joules) {
    private static final int LEAST = 3;
    private static final int MOST = 25;
    private static final double SECONDS = 0.5;

    /** Runs the plan with profiling on; empty where it cannot be profiled. */
    public static Optional<TimeBreakdown> of(Optional<Profiled> plan, Runnable run) {
        return plan.map(profiled -> measured(profiled, run));
    }

    private static TimeBreakdown measured(Profiled profiled, Runnable run) {
        List<RunTimes> all = new ArrayList<>();
        profiled.profile(true);
        try {
            run.run(); // the first one after switching also switches the device's queue
            long begun = System.nanoTime();
            while (all.size() < LEAST || (all.size() < MOST && System.nanoTime() - begun < SECONDS * 1e9)) {
                run.run();
                all.add(profiled.lastRun());
            }
        } finally {
            profiled.profile(false);
        }
        return new TimeBreakdown(
                all.size(),
                median(all, RunTimes::kernelNanos),
                median(all, RunTimes::copyInNanos),
                median(all, RunTimes::copyOutNanos),
                all.getLast().bytesIn(),
                all.getLast().bytesOut(),
                all.stream().mapToDouble(RunTimes::joules).average().orElseThrow());
    }

    private static double median(List<RunTimes> all, ToDoubleFunction<RunTimes> part) {
        return Timing.of(all.stream().mapToDouble(part).toArray()).medianNanos();
    }
}
