package io.deltarule.bench.suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.bench.result.BenchResults;
import io.deltarule.bench.result.DeviceStatus;
import io.deltarule.bench.result.Measurement;
import io.deltarule.bench.result.SpeedRatio;
import io.deltarule.bench.timing.InterleavedTimer;
import io.deltarule.bench.timing.LoadAverage;
import io.deltarule.bench.timing.Machine;
import io.deltarule.core.DeltaEngine;
import io.deltarule.core.DeltaInputs;
import io.deltarule.core.DeltaOutputs;
import io.deltarule.core.DeltaPlan;
import io.deltarule.core.DeltaShape;
import io.deltarule.core.Device;
import io.deltarule.core.Gate;
import io.deltarule.core.PlanSpec;
import io.deltarule.core.Tensor;
import io.deltarule.core.Variant;
import io.deltarule.core.cpu.CpuEngine;
import io.deltarule.core.measure.PeerEngine;
import io.deltarule.core.measure.SelfTimed;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PeerComparisonTest {
    private static final DeltaShape SHAPE = new DeltaShape(1, 70, 2, 2, 16, 16, 1, 1, Gate.SCALAR);

    /** The CPU engine under another name, which may take another scale than was asked for. */
    private record Other(double scale, boolean elsewhere) implements PeerEngine {
        private static final DeltaEngine CPU = new CpuEngine();

        @Override
        public String name() {
            return "other";
        }

        @Override
        public String description() {
            return "the CPU engine once more";
        }

        @Override
        public Optional<String> unavailable() {
            return CPU.unavailable();
        }

        @Override
        public List<Device> devices() {
            return CPU.devices();
        }

        @Override
        public DeltaPlan plan(PlanSpec spec) {
            DeltaPlan plan = CPU.plan(spec.withScale(scale));
            return elsewhere ? new Slow(plan) : plan;
        }

        @Override
        public int threads() {
            return 3;
        }

        @Override
        public Products products(int n) {
            throw new AssertionError("not asked for");
        }
    }

    /** A plan that says it took two minutes. */
    private record Slow(DeltaPlan plan) implements DeltaPlan, SelfTimed {
        @Override
        public long lastRunNanos() {
            return 120_000_000_000L;
        }

        @Override
        public PlanSpec spec() {
            return plan.spec();
        }

        @Override
        public void run(DeltaInputs in, DeltaOutputs out) {
            plan.run(in, out);
        }

        @Override
        public void loadState(Tensor state) {
            plan.loadState(state);
        }

        @Override
        public void loadState(Tensor state, int[] positions) {
            plan.loadState(state, positions);
        }

        @Override
        public int[] positions() {
            return plan.positions();
        }

        @Override
        public void saveState(Tensor state) {
            plan.saveState(state);
        }

        @Override
        public void close() {
            plan.close();
        }
    }

    private static PeerComparison measure(PeerEngine peer) {
        PeerComparison.Pair pair = new PeerComparison.Pair(peer, "cpu", new CpuEngine(), "cpu");
        return PeerComparison.measure(
                pair.prefills(Variant.GATED_DELTA_RULE, SHAPE),
                peer.threads(),
                InterleavedTimer.repeats(3),
                said -> {});
    }

    @Test
    void theirTimeOverOurs() {
        PeerComparison speed = measure(new Other(0.25, false));
        SpeedRatio ratio = speed.ratios().getFirst();
        assertEquals("other_over_cpu_prefill_gated_delta_rule", ratio.name());
        assertEquals(speed.measurements().getFirst().timing().medianNanos() / 1e6, ratio.baseline());
        assertEquals(speed.measurements().getLast().timing().medianNanos() / 1e6, ratio.subject());
        assertEquals("other", speed.measurements().getLast().workload().engine().name());
        assertTrue(ratio.meaning().contains("T 70, 2 heads, K 16, V 16"), ratio.meaning());
        assertTrue(ratio.meaning().contains("3 threads each"), ratio.meaning());
    }

    @Test
    void aPeerInAnotherProcessIsTimedByItsOwnClock() {
        PeerComparison speed = measure(new Other(0.25, true));
        assertEquals(120e9, speed.measurements().getLast().timing().medianNanos());
        assertTrue(speed.measurements().getFirst().timing().medianNanos() < 120e9);
        assertEquals(
                "peers/other/gated_delta_rule",
                speed.measurements().getLast().workload().name());
    }

    @Test
    void aPeerThatIsWrongIsNotTimed() {
        PeerComparison speed = measure(new Other(0.2501, false));
        assertEquals(List.of(), speed.ratios());
        assertTrue(speed.measurements().getLast().faulty());
        assertNull(speed.measurements().getLast().timing());
    }

    @Test
    void aDeviceWithoutCeilingsHasNone() {
        List<Measurement> measurements = measure(new Other(0.25, false)).measurements();
        DeviceStatus status =
                DeviceStatus.measured("cpu", new CpuEngine().devices().getFirst(), null);
        BenchResults results = new BenchResults(
                "standard", Machine.here(), LoadAverage.start(), List.of(status), measurements, List.of(), List.of());
        assertNull(results.ceilings(measurements.getFirst().workload()));
    }
}
