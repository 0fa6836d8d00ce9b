package io.deltarule.bench.suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.bench.result.Measurement;
import io.deltarule.bench.timing.InterleavedTimer;
import io.deltarule.bench.verification.Verification;
import io.deltarule.bench.workload.Workload;
import io.deltarule.bench.workload.WorkloadNumbers;
import io.deltarule.core.DeltaEngine;
import io.deltarule.core.DeltaInputs;
import io.deltarule.core.DeltaOutputs;
import io.deltarule.core.DeltaPlan;
import io.deltarule.core.DeltaShape;
import io.deltarule.core.Device;
import io.deltarule.core.Engines;
import io.deltarule.core.Gate;
import io.deltarule.core.Input;
import io.deltarule.core.PlanSpec;
import io.deltarule.core.Precision;
import io.deltarule.core.Storage;
import io.deltarule.core.Tensor;
import io.deltarule.core.Variant;
import io.deltarule.core.testkit.TestScope;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Tag(TestScope.THOROUGH)
class VerificationTest {
    /** The CPU engine with a defect: what it computes is changed before anyone sees it. */
    private record Broken(Consumer<DeltaOutputs> defect, boolean loads) implements DeltaEngine {
        Broken(Consumer<DeltaOutputs> defect) {
            this(defect, true);
        }

        @Override
        public String name() {
            return "broken";
        }

        @Override
        public String description() {
            return "wrong on purpose";
        }

        @Override
        public Optional<String> unavailable() {
            return Optional.empty();
        }

        @Override
        public List<Device> devices() {
            return Engines.named("cpu").devices();
        }

        @Override
        public DeltaPlan plan(PlanSpec spec) {
            DeltaPlan right = Engines.named("cpu")
                    .plan(spec.withPrecision(Precision.FLOAT32).withStorage(Storage.FLOAT32));
            return new DeltaPlan() {
                @Override
                public PlanSpec spec() {
                    return spec;
                }

                @Override
                public void run(DeltaInputs in, DeltaOutputs out) {
                    right.run(in, out);
                    defect.accept(out);
                }

                @Override
                public void loadState(Tensor state) {
                    right.loadState(loads ? state : null);
                }

                @Override
                public void loadState(Tensor state, int[] positions) {
                    right.loadState(loads ? state : null, positions);
                }

                @Override
                public int[] positions() {
                    return right.positions();
                }

                @Override
                public void saveState(Tensor state) {
                    right.saveState(state);
                }

                @Override
                public void close() {
                    right.close();
                }
            };
        }
    }

    private static final DeltaShape SHAPE = new DeltaShape(2, 70, 2, 4, 8, 6, 1, 2, Gate.SCALAR);

    private static Measurement measure(Workload workload) {
        try (WorkloadGroup group = new WorkloadGroup(List.of(workload), what -> {})) {
            return group.time(InterleavedTimer.repeats(2), List.of()).getFirst();
        }
    }

    private static Workload prefill(DeltaEngine engine) {
        return Workload.prefill("p", engine, "cpu", Variant.GATED_DELTA_RULE, SHAPE);
    }

    @ParameterizedTest
    @EnumSource(Variant.class)
    void whatIsRightIsTimed(Variant variant) {
        Gate gate = variant.gates().stream().max(Gate::compareTo).orElseThrow();
        int n = variant.manyHouseholders() ? 2 : 1;
        boolean reads = variant.inputs().contains(Input.R);
        DeltaShape prefill = new DeltaShape(2, 70, 2, 4, 8, 6, n, 2, gate, reads);
        DeltaShape decode = new DeltaShape(2, 1, 2, 4, 8, 6, n, 2, gate, reads);
        for (Workload workload : List.of(
                Workload.prefill("p", Engines.named("cpu"), "cpu", variant, prefill),
                Workload.decode("d", Engines.named("cpu"), "cpu", variant, decode))) {
            Measurement m = measure(workload);
            assertNull(m.problem());
            assertEquals(2, m.timing().repeats());
            assertEquals(8, m.verification().heads(), "all of so few");
        }
    }

    @Test
    void whatIsWrongIsNotTimed() {
        Measurement m =
                measure(prefill(new Broken(out -> out.o().set(11, out.o().get(11) + 0.1f))));
        assertTrue(m.faulty());
        assertNull(m.timing());
        assertEquals("o", m.verification().worst().name());
        assertNotNull(m.problem());

        m = measure(prefill(new Broken(out -> out.finalState().fill(0))));
        assertTrue(m.faulty());
        assertEquals("final_state", m.verification().worst().name());
    }

    /** Results in bfloat16 are as good as a row promises that keeps its tensors so, and as no other does. */
    @ParameterizedTest
    @EnumSource(Storage.class)
    void whatMayBeRoundedIsWhatTheRowSays(Storage promised) {
        DeltaEngine engine = new Broken(VerificationTest::toBfloat16);
        Measurement m = measure(prefill(engine).in(new WorkloadNumbers(Precision.FLOAT32, promised)));
        assertEquals(promised != Storage.BFLOAT16, m.faulty(), m::problem);
        assertEquals(promised == Storage.FLOAT32, m.verification().tolerance() == Verification.TOLERANCE);
        assertTrue(m.verification().tolerance() < 4 * promised.rounding() + Verification.TOLERANCE);
    }

    private static void toBfloat16(DeltaOutputs out) {
        for (long i = 0; i < out.o().size(); i++) {
            out.o().set(i, Storage.BFLOAT16.round(out.o().get(i)));
        }
    }

    @Test
    void operandsMayBeRoundedAsTensorCoresDo() {
        DeltaEngine engine = new Broken(VerificationTest::toBfloat16);
        Measurement m = measure(prefill(engine).in(new WorkloadNumbers(Precision.TENSOR, Storage.FLOAT32)));
        assertFalse(m.faulty(), m::problem);
        Measurement split = measure(prefill(engine).in(new WorkloadNumbers(Precision.TENSOR_SPLIT, Storage.FLOAT32)));
        assertTrue(split.faulty());
        assertTrue(split.verification().tolerance() > Verification.TOLERANCE
                && split.verification().tolerance() < m.verification().tolerance() / 50);
        assertTrue(split.problem().contains("passes"), split.problem());
    }

    /** Loads nothing, so decoding starts from zeros; over two steps its own state would still look consistent. */
    @Test
    void aStateThatIsNotLoadedShows() {
        DeltaShape one = new DeltaShape(2, 1, 2, 4, 8, 6, 1, 2, Gate.SCALAR);
        Broken engine = new Broken(out -> {}, false);
        Measurement m = measure(Workload.decode("d", engine, "cpu", Variant.GATED_DELTA_RULE, one));
        assertTrue(m.faulty());
    }

    @Test
    void aHeadThatTheReferenceDoesNotComputeMustStillBeFinite() {
        Workload workload = Workload.prefill(
                "p",
                new Broken(out -> out.o().set(20L * 128, Float.NaN)),
                "cpu",
                Variant.GATED_DELTA_RULE,
                new DeltaShape(1, 256, 64, 64, 64, 128, 1, 1, Gate.SCALAR));
        Measurement m = measure(workload);
        assertTrue(m.verification().heads() < 64, "some heads only");
        assertTrue(m.faulty());
    }

    @Test
    void whatCannotRunSaysWhy() {
        Measurement m = measure(prefill(Engines.named("cpu")).withChunkSize(4000));
        assertFalse(m.faulty());
        assertEquals(Measurement.Status.REFUSED, m.status());
        assertTrue(m.problem().contains("4000"), m.problem());
    }
}
