package io.deltarule.tornado.graph;

import io.deltarule.core.measure.RunTimes;
import io.deltarule.tornado.quirks.ProfileLog;
import java.util.function.Supplier;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.TornadoExecutionResult;
import uk.ac.manchester.tornado.api.TornadoProfilerResult;
import uk.ac.manchester.tornado.api.enums.ProfilerMode;

/**
 * Adds up where the time of a run goes: TornadoVM's own measurements of each execution, read before a transfer on demand
 * resets them, and the clock for those transfers, of which TornadoVM tells no time. Off until it is switched on.
 */
final class Stopwatch {
    private boolean on;
    private RunTimes run = RunTimes.NONE;

    /** Switches TornadoVM's measurements on or off; on, each operation waits for its end. */
    void profile(TornadoExecutionPlan plan, boolean wanted) {
        if (wanted) {
            plan.withProfiler(ProfilerMode.SILENT);
        } else {
            plan.withoutProfiler();
        }
        on = wanted;
        run = RunTimes.NONE;
    }

    /** Another run begins. */
    void begin() {
        run = RunTimes.NONE;
    }

    /** Adds an execution, the last one there was. */
    TornadoExecutionResult add(TornadoExecutionResult result) {
        if (on) {
            TornadoProfilerResult p = result.getProfilerResult();
            run = run.plus(new RunTimes(
                    p.getDeviceKernelTime(),
                    p.getDeviceWriteTime(),
                    p.getDeviceReadTime(),
                    p.getCompileTime(),
                    p.getTotalBytesCopyIn(),
                    p.getTotalBytesCopyOut(),
                    ProfileLog.joules(p.getProfileLog())));
        }
        return result;
    }

    /** Does a transfer on demand and adds it. */
    <T> T copyOut(long bytes, Supplier<T> transfer) {
        long begun = System.nanoTime();
        T result = transfer.get();
        if (on) {
            run = run.plus(new RunTimes(0, 0, System.nanoTime() - begun, 0, 0, bytes, 0));
        }
        return result;
    }

    /** The run begun last. */
    RunTimes times() {
        return run;
    }
}
