package io.deltarule.core.cpu;

import io.deltarule.core.cpu.math.OpenBlas;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Average time of one run of a hot part in one thread. Before anything is timed the part's result is compared with
 * float64; if it differs, the benchmark fails.
 *
 * <p>In this package to reach the engine's package-private classes.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
// Until it is compiled, code on the Vector API takes a thousand times as long.
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 1,
        jvmArgs = { // as jvm.flags in the root pom.xml
            "--add-modules=jdk.incubator.vector",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow"
        })
public abstract class HotPartBenchmark {
    private HotPart part;

    /** Made when the parameters are set. */
    abstract HotPart part();

    /** Makes the part and judges one run of it. */
    @Setup(Level.Trial)
    public final void verify() {
        OpenBlas.singleThreaded();
        part = part();
        part.verify();
    }

    /** What is timed. */
    @Benchmark
    public final void run() {
        part.run();
    }

    /** Frees the part's memory. */
    @TearDown(Level.Trial)
    public final void close() {
        part.close();
    }
}
