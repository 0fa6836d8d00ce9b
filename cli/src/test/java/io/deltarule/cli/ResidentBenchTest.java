package io.deltarule.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.bench.prepared.PreparedWorkload;
import io.deltarule.bench.verification.Verification;
import io.deltarule.bench.workload.Workload;
import io.deltarule.bench.workload.WorkloadSubject;
import io.deltarule.core.DeltaEngine;
import io.deltarule.core.DeltaShape;
import io.deltarule.core.Engines;
import io.deltarule.core.Gate;
import io.deltarule.core.Variant;
import io.deltarule.core.measure.Profiled;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the benchmark times where tensors stay on the device; here, because module bench has no engine tornado to test with. */
class ResidentBenchTest {
    private static final DeltaShape MANY = new DeltaShape(2, 20, 1, 2, 16, 12, 1, 2, Gate.SCALAR);
    private static final DeltaShape ONE = new DeltaShape(1, 1, 1, 1, 8, 8, 1, 1, Gate.SCALAR);

    @ParameterizedTest
    @ValueSource(strings = {"cpu", "tornado"})
    void whatStaysIsVerifiedAndRunsCopyNoTensor(String name) {
        DeltaEngine engine = Engines.named(name);
        String device = engine.devices().getFirst().id();
        Variant variant = Variant.GATED_DELTA_RULE;
        Workload prefill =
                Workload.prefill("prefill/x", engine, device, variant, MANY).withChunkSize(16);
        for (Workload workload : List.of(
                prefill.staying(),
                Workload.decode("decode", engine, device, variant, ONE).staying(),
                prefill.of(WorkloadSubject.GRADIENT).staying())) {
            try (PreparedWorkload prepared = PreparedWorkload.of(workload)) {
                Verification verification = prepared.verify();
                assertTrue(verification.passed(), verification::toString);
                prepared.run();
                prepared.profiled().ifPresent(profiled -> requireNoTensorCrosses(profiled, prepared));
            }
        }
        assertEquals("prefill_resident/x", prefill.staying().name());
        assertEquals("device", prefill.staying().tensors());
        assertEquals("host", prefill.tensors());
    }

    /** The run table alone, which is smaller than any of the prefill's tensors. */
    private static void requireNoTensorCrosses(Profiled profiled, PreparedWorkload prepared) {
        profiled.profile(true);
        prepared.run();
        long bytes = profiled.lastRun().bytesIn() + profiled.lastRun().bytesOut();
        assertTrue(bytes > 0 && bytes < 2 * 4 * 200, prepared.workload().name() + ": " + bytes + " bytes");
    }
}
