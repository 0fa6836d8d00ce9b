package io.deltarule.tornado;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.core.InvalidInputException;
import io.deltarule.core.Tensor;
import io.deltarule.core.measure.CeilingEngine;
import io.deltarule.core.measure.DeviceWork;
import io.deltarule.core.measure.Profiled;
import io.deltarule.core.measure.RunTimes;
import io.deltarule.core.testkit.TestScope;
import io.deltarule.tornado.graph.DeviceHandle;
import io.deltarule.tornado.quirks.ProfileLog;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag(TestScope.THOROUGH)
class TornadoWorkTest {
    private static final CeilingEngine ENGINE = new TornadoEngine();

    private static Tensor random(long seed, int... dims) {
        SplittableRandom random = new SplittableRandom(seed);
        Tensor tensor = Tensor.zeros(dims);
        for (long i = 0; i < tensor.size(); i++) {
            tensor.set(i, (float) random.nextDouble(-1, 1));
        }
        return tensor;
    }

    private static Tensor result(DeviceWork work, int... dims) {
        Tensor result = Tensor.zeros(dims).fill(Float.NaN);
        work.run();
        work.run();
        work.read(result);
        return result;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 1023, 1024, 2500})
    void whatIsCopiedOrTravelsArrivesWhole(int count) {
        Tensor x = random(count, count);
        try (DeviceWork copy = ENGINE.copy(TestDevice.id(), x);
                DeviceWork transfer = ENGINE.transfer(TestDevice.id(), x)) {
            assertArrayEquals(x.toArray(), result(copy, count).toArray());
            assertArrayEquals(x.toArray(), result(transfer, count).toArray());
        }
    }

    @ParameterizedTest
    @CsvSource({"1,true", "17,true", "128,true", "150,true", "1,false", "17,false", "64,false", "90,false"})
    void productsOfEdgesThatTilesDoNotFit(int n, boolean large) {
        Tensor a = random(1, n, n);
        Tensor b = random(2, n, n);
        DeviceHandle device = TornadoDevices.named(TestDevice.id());
        try (DeviceWork product = TornadoWork.multiply(device, a, b, large)) {
            Tensor c = result(product, n, n);
            for (int i = 0; i < n; i++) {
                for (int j = 0; j < n; j++) {
                    double sum = 0;
                    for (int d = 0; d < n; d++) {
                        sum += (double) a.get((long) i * n + d) * b.get((long) d * n + j);
                    }
                    assertEquals(sum, c.get((long) i * n + j), 1e-5 * Math.sqrt(n));
                }
            }
        }
    }

    @Test
    void matricesThatDoNotFitAreRefused() {
        assertThrows(
                InvalidInputException.class,
                () -> ENGINE.multiply(TestDevice.id(), Tensor.zeros(2, 3), Tensor.zeros(3, 2)));
    }

    @Test
    void aProfiledRunSaysWhereItsTimeWent() {
        int count = 5000;
        Tensor x = random(3, count);
        try (DeviceWork work = ENGINE.transfer(TestDevice.id(), x)) {
            Profiled profiled = (Profiled) work;
            profiled.profile(true);
            work.run();
            RunTimes first = profiled.lastRun();
            assertTrue(first.compileNanos() > 0, first::toString);
            work.run();
            RunTimes second = profiled.lastRun();
            assertEquals(0, second.compileNanos());
            assertTrue(second.kernelNanos() > 0 && second.copyInNanos() > 0 && second.copyOutNanos() > 0);
            assertTrue(second.bytesIn() >= 4L * count && second.bytesOut() >= 4L * count, second::toString);
            assertTrue(second.joules() >= 0 || Double.isNaN(second.joules()));
            profiled.profile(false);
            work.run();
            assertEquals(RunTimes.NONE, profiled.lastRun());
            profiled.profile(true);
            work.run();
            assertTrue(profiled.lastRun().kernelNanos() > 0, "switched on again");
        }
    }

    @Test
    void energyIsEachTasksPowerTimesItsTime() {
        String log = """
                {
                    "run": {
                        "TOTAL_TASK_GRAPH_TIME": "7",
                        "run.a": {
                            "POWER_USAGE_mW": "9000000",
                            "TASK_KERNEL_TIME": "1000000000"
                        }
                    }
                }
                {
                    "run": {
                        "TOTAL_TASK_GRAPH_TIME": "7",
                        "run.a": {
                            "METHOD": "K.a",
                            "POWER_USAGE_mW": "200000",
                            "TASK_KERNEL_TIME": "1000000"
                        },
                        "run.b": {
                            "TASK_KERNEL_TIME": "3000000",
                            "POWER_USAGE_mW": "300000"
                        }
                    }
                }
                """;
        assertEquals(200 * 1e-3 + 300 * 3e-3, ProfileLog.joules(log), 1e-12);
        assertTrue(Double.isNaN(ProfileLog.joules(log.replace("300000\"", "n/a\""))));
        assertTrue(Double.isNaN(ProfileLog.joules("")));
    }
}
