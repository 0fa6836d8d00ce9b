package io.deltarule.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.core.DeltaEngine;
import io.deltarule.core.DeltaPlan;
import io.deltarule.core.DeltaShape;
import io.deltarule.core.Device;
import io.deltarule.core.Gate;
import io.deltarule.core.PeerEngine;
import io.deltarule.core.PlanSpec;
import io.deltarule.core.Variant;
import io.deltarule.core.cpu.CpuEngine;
import io.deltarule.core.layer.LayerPlan;
import io.deltarule.core.layer.LayerSpec;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PeerSpeedTest {
    private static final DeltaShape SHAPE = new DeltaShape(1, 70, 2, 2, 16, 16, 1, 1, Gate.SCALAR);

    /** The CPU engine under another name, which may take another scale than was asked for. */
    private record Other(double scale) implements PeerEngine {
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
            return CPU.plan(spec.withScale(scale));
        }

        @Override
        public LayerPlan plan(LayerSpec spec) {
            return CPU.plan(spec);
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

    private static PeerSpeed measure(PeerEngine peer) {
        PeerSpeed.Pair pair = new PeerSpeed.Pair(peer, "cpu", new CpuEngine(), "cpu");
        return PeerSpeed.measure(
                pair.prefills(Variant.GATED_DELTA_RULE, SHAPE), peer.threads(), Sampler.repeats(3), said -> {});
    }

    @Test
    void theirTimeOverOurs() {
        PeerSpeed speed = measure(new Other(0.25));
        Ratio ratio = speed.ratios().getFirst();
        assertEquals("other_over_cpu_prefill_gated_delta_rule", ratio.name());
        assertEquals(speed.measurements().getFirst().timing().medianNanos() / 1e6, ratio.baseline());
        assertEquals(speed.measurements().getLast().timing().medianNanos() / 1e6, ratio.subject());
        assertEquals("other", speed.measurements().getLast().workload().engine().name());
        assertTrue(ratio.meaning().contains("T 70, 2 heads, K 16, V 16"), ratio.meaning());
        assertTrue(ratio.meaning().contains("3 threads each"), ratio.meaning());
    }

    @Test
    void aPeerThatIsWrongIsNotTimed() {
        PeerSpeed speed = measure(new Other(0.2501));
        assertEquals(List.of(), speed.ratios());
        assertTrue(speed.measurements().getLast().faulty());
        assertNull(speed.measurements().getLast().timing());
    }

    @Test
    void aDeviceWithoutCeilingsHasNone() {
        List<Measurement> measurements = measure(new Other(0.25)).measurements();
        Place place = Place.measured("cpu", new CpuEngine().devices().getFirst(), null);
        Report report = new Report("standard", Machine.here(), List.of(place), measurements, List.of(), List.of());
        assertNull(report.ceilings(measurements.getFirst().workload()));
    }
}
