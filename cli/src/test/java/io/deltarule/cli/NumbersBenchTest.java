package io.deltarule.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.bench.prepared.PreparedWorkload;
import io.deltarule.bench.verification.Verification;
import io.deltarule.bench.workload.Workload;
import io.deltarule.bench.workload.WorkloadNumbers;
import io.deltarule.bench.workload.WorkloadSubject;
import io.deltarule.core.DeltaEngine;
import io.deltarule.core.DeltaShape;
import io.deltarule.core.Engines;
import io.deltarule.core.Gate;
import io.deltarule.core.InvalidInputException;
import io.deltarule.core.Precision;
import io.deltarule.core.Storage;
import io.deltarule.core.Variant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the benchmark times in fewer bits; here, because module bench has no engine tornado to test with. */
class NumbersBenchTest {
    private static final DeltaShape MANY = new DeltaShape(2, 20, 1, 2, 16, 16, 1, 2, Gate.SCALAR);
    private static final DeltaShape ONE = new DeltaShape(2, 1, 1, 2, 16, 16, 1, 2, Gate.SCALAR);
    private static final DeltaEngine TORNADO = Engines.named("tornado");
    private static final String DEVICE = TORNADO.devices().getFirst().id();

    private static Workload prefill(WorkloadNumbers numbers) {
        return Workload.prefill("prefill/x", TORNADO, DEVICE, Variant.GATED_DELTA_RULE, MANY)
                .withChunkSize(16)
                .in(numbers);
    }

    private static void verified(Workload workload) {
        try (PreparedWorkload prepared = PreparedWorkload.of(workload)) {
            Verification verification = prepared.verify();
            assertTrue(verification.passed(), verification::toString);
            assertTrue(verification.tolerance() > Verification.TOLERANCE, verification::toString);
            prepared.run();
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Storage.class,
            names = {"BFLOAT16", "FLOAT16"})
    void sixteenBitsInPrefillsDecodingAndOnTheDevice(Storage storage) {
        WorkloadNumbers numbers = new WorkloadNumbers(Precision.FLOAT32, storage);
        Workload prefill = prefill(numbers);
        assertEquals("prefill_" + storage.id() + "/x", prefill.name());
        assertEquals("prefill_" + storage.id() + "_resident", prefill.staying().suite());
        verified(prefill);
        verified(prefill.staying());
        Workload decode = Workload.decode("decode", TORNADO, DEVICE, Variant.GATED_DELTA_RULE, ONE)
                .in(numbers);
        assertEquals("decode_" + storage.id(), decode.name());
        verified(decode);
        verified(decode.staying());
    }

    @ParameterizedTest
    @EnumSource(
            value = Precision.class,
            names = {"TENSOR", "TENSOR_SPLIT"})
    void tensorCores(Precision precision) {
        Workload prefill = prefill(new WorkloadNumbers(precision, Storage.FLOAT32));
        assertEquals("prefill_" + precision.id() + "/x", prefill.name());
        verified(prefill);
    }

    @Test
    void gradientsRefuse() {
        Workload backward = prefill(new WorkloadNumbers(Precision.FLOAT32, Storage.BFLOAT16))
                .of(WorkloadSubject.GRADIENT);
        String message = assertThrows(InvalidInputException.class, () -> PreparedWorkload.of(backward))
                .getMessage();
        assertTrue(message.contains("tornado's backward pass expected float32 but found bfloat16"), message);
    }
}
