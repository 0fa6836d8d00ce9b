package io.deltarule.core.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Collection;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Every benchmark runs, verified, and one that computes wrongly is not timed. */
class BenchmarksTest {
    private static ChainedOptionsBuilder tiny(String benchmarks) {
        return new OptionsBuilder()
                .include(benchmarks)
                .shouldFailOnError(true)
                .verbosity(VerboseMode.SILENT)
                .jvmArgsAppend("-Djmh.ignoreLock=true")
                .warmupIterations(0)
                .measurementIterations(1)
                .measurementTime(TimeValue.milliseconds(1));
    }

    private static Collection<RunResult> run(ChainedOptionsBuilder options) throws RunnerException {
        System.setProperty("jmh.ignoreLock", "true"); // whoever measures on this machine meanwhile
        return new Runner(options.build()).run();
    }

    @Test
    void everyOneRuns() throws RunnerException {
        Collection<RunResult> results = run(tiny("Benchmark\\.")
                .exclude("WrongBenchmark")
                .forks(0)
                .param("tokens", "1", "70")
                .param("headSize", "32")
                .param("outputs", "300"));
        Set<String> names =
                results.stream().map(r -> r.getParams().getBenchmark()).collect(Collectors.toSet());
        assertEquals(8, names.size(), names::toString);
        for (RunResult result : results) {
            assertTrue(result.getPrimaryResult().getScore() > 0, () -> result.getParams() + "");
        }
    }

    /** The flags that a JVM of its own needs. */
    @Test
    void runsInItsOwnProcess() throws RunnerException {
        assertEquals(1, run(tiny("RowReadBenchmark").forks(1)).size());
    }

    @Test
    void oneThatIsWrongFails() {
        RunnerException e = assertThrows(
                RunnerException.class, () -> run(tiny("WrongBenchmark").forks(0)));
        StringWriter all = new StringWriter();
        e.printStackTrace(new PrintWriter(all));
        assertTrue(all.toString().contains("AssertionError: found NaN"), all::toString);
    }
}
