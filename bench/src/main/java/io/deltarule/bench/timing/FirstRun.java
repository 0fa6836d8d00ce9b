package io.deltarule.bench.timing;

import io.deltarule.core.measure.Profiled;
import java.util.Optional;

/**
 * A plan's first run, in which kernels are compiled.
 *
 * @param nanos by the clock
 * @param compileNanos of them compiling, as the engine measured it
 */
public record FirstRun(double nanos, double compileNanos) {
    /** Runs a plan for the first time; null where it cannot say how long it compiled. */
    public static FirstRun of(Optional<Profiled> plan, Runnable run) {
        Profiled profiled = plan.orElse(null);
        if (profiled == null) {
            return null;
        }
        profiled.profile(true);
        try {
            long begun = System.nanoTime();
            run.run();
            return new FirstRun(System.nanoTime() - begun, profiled.lastRun().compileNanos());
        } finally {
            profiled.profile(false);
        }
    }
}
