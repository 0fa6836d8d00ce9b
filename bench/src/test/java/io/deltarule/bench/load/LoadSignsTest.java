package io.deltarule.bench.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.bench.result.BenchResults;
import io.deltarule.bench.result.DeviceCeilings;
import io.deltarule.bench.result.DeviceStatus;
import io.deltarule.bench.result.LoadSign;
import io.deltarule.bench.result.Measurement;
import io.deltarule.bench.timing.LoadAverage;
import io.deltarule.bench.timing.Machine;
import io.deltarule.bench.timing.Timing;
import io.deltarule.bench.workload.Workload;
import io.deltarule.core.DeltaShape;
import io.deltarule.core.Gate;
import io.deltarule.core.Variant;
import io.deltarule.core.cpu.CpuEngine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LoadSignsTest {
    private static final Machine MACHINE = new Machine("Some processor", 4, 1L << 30, 1 << 20, "Linux", "25");

    @TempDir
    private Path folder;

    private CeilingMemory memory() {
        return new CeilingMemory(folder.resolve("cache/ceilings.properties"));
    }

    private static BenchResults results(double load, double gflops, double copy, List<Timing> timings) {
        return results(load, gflops, copy, 0.9, timings);
    }

    private static BenchResults results(
            double load, double gflops, double copy, double steadiness, List<Timing> timings) {
        CpuEngine engine = new CpuEngine(2);
        Workload workload = Workload.prefill(
                "prefill/x",
                engine,
                "cpu",
                Variant.GATED_DELTA_RULE,
                new DeltaShape(1, 4, 1, 1, 8, 8, 1, 1, Gate.SCALAR));
        return new BenchResults(
                "quick",
                MACHINE,
                new LoadAverage(load, -1),
                List.of(DeviceStatus.measured(
                        "cpu",
                        engine.devices().getFirst(),
                        DeviceCeilings.ofProcessor(2, gflops, 20, copy, steadiness, 100))),
                timings.stream()
                        .map(timing -> Measurement.timed(workload, null, timing))
                        .toList(),
                List.of(),
                List.of());
    }

    private static Timing timing(int repeats, double p10, double p90) {
        return new Timing(repeats, (p10 + p90) / 2, p10, p90);
    }

    @Test
    void aQuietMachineHasNone() {
        List<Timing> even = Collections.nCopies(8, timing(20, 10, 12));
        assertEquals(List.of(), LoadSigns.of(results(0.9, 200, 40, even), memory()));
        assertEquals(List.of(), LoadSigns.of(results(-1, 190, 30, even), memory()), "unknown load, a little slower");
    }

    @Test
    void whatOthersWantOfTheProcessorsIsSaid() {
        List<LoadSign> signs = LoadSigns.of(results(1, 200, 40, List.of()), memory());
        assertEquals(
                List.of(new LoadSign(
                        LoadSign.Kind.LOAD_AVERAGE,
                        "before the measurement began, a load average of 1.00 on 4 processors")),
                signs);
    }

    /** Of few repeats percentiles say nothing; one configuration of many is a hiccup. */
    @Test
    void repeatsThatLieFarApartAreCounted() {
        Timing near = timing(20, 10, 14);
        Timing far = timing(20, 10, 16);
        Timing few = timing(3, 10, 90);
        assertEquals(List.of(), LoadSigns.of(results(0, 200, 40, List.of(near, near, near, near, far)), memory()));
        assertEquals(
                List.of(new LoadSign(
                        LoadSign.Kind.SPREAD,
                        "of 4 configurations that were timed 2 had a 90th percentile more than 1.5 times their 10th")),
                LoadSigns.of(results(0, 200, 40, List.of(near, far, few, near, far)), memory()));
    }

    @Test
    void multiplyAddsThatWaitAreASign() {
        assertEquals(
                List.of(
                        new LoadSign(
                                LoadSign.Kind.SPREAD,
                                "multiply-adds in registers, which wait for nothing, had a 90th percentile 2.5 times their 10th")),
                LoadSigns.of(results(0, 200, 40, 0.4, List.of()), memory()));
    }

    @Test
    void theBestIsRememberedAndHalfOfItIsTooLittle() {
        assertEquals(List.of(), LoadSigns.of(results(0, 200, 40, List.of()), memory()), "nothing to compare with");
        assertEquals(List.of(), LoadSigns.of(results(0, 150, 50, List.of()), memory()));
        List<LoadSign> signs = LoadSigns.of(results(0, 98, 24, List.of()), memory());
        assertEquals(
                List.of(
                        new LoadSign(
                                LoadSign.Kind.CEILING,
                                "multiply-adds reached 98.0 GFLOP/s, 49 % of the best that this machine has shown, 200"),
                        new LoadSign(
                                LoadSign.Kind.CEILING,
                                "copying memory reached 24.0 GB/s, 48 % of the best that this machine has shown, 50.0")),
                signs);
        assertEquals(2, LoadSigns.of(results(0, 98, 24, List.of()), memory()).size(), "the best stays the best");
    }

    /** A broken or hostile file is as none, and one that cannot be written costs nothing. */
    @Test
    void aFileThatIsNotOursIsAsNone() throws IOException {
        Path file = folder.resolve("cache/ceilings.properties");
        Files.createDirectories(file.getParent());
        for (String line : List.of("x", "1;2", "1e99;1;1", "NaN;1;1", "-1;1;1", "1;2;3;4", "\\uzzzz")) {
            Files.writeString(file, "Some\\ processor,\\ 2\\ threads=" + line + "\n");
            assertEquals(List.of(), LoadSigns.of(results(0, 98, 24, List.of()), memory()), line);
        }
        CeilingMemory nowhere = new CeilingMemory(file.resolve("below/a/file"));
        assertEquals(List.of(), LoadSigns.of(results(0, 98, 24, List.of()), nowhere));
        assertTrue(LoadSigns.of(results(0, 10, 24, List.of()), CeilingMemory.none())
                .isEmpty());
    }
}
