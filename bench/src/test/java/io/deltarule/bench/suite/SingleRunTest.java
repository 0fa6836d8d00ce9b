package io.deltarule.bench.suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.bench.result.BenchResults;
import io.deltarule.bench.timing.InterleavedTimer;
import io.deltarule.bench.workload.Workload;
import io.deltarule.bench.workload.WorkloadSubject;
import io.deltarule.core.DeltaShape;
import io.deltarule.core.Form;
import io.deltarule.core.Gate;
import io.deltarule.core.InvalidInputException;
import io.deltarule.core.Variant;
import io.deltarule.core.cpu.CpuEngine;
import io.deltarule.core.testkit.TestScope;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag(TestScope.THOROUGH)
class SingleRunTest {
    private final List<String> begun = new ArrayList<>();

    private BenchResults run(Form form) {
        DeltaShape shape = new DeltaShape(1, 20, 1, 1, 8, 8, 1, 1, Gate.SCALAR, false);
        return SingleRun.of(
                Workload.prefill("g", new CpuEngine(1), "cpu", Variant.GATED_DELTA_RULE, shape)
                        .in(form)
                        .of(WorkloadSubject.GRADIENT)
                        .withChunkSize(16),
                InterleavedTimer.forSeconds(0.01),
                begun::add);
    }

    @Test
    void showsTheMachineBesideTheOperation() {
        BenchResults results = run(Form.CHUNK);
        assertEquals(1, results.measurements().size());
        assertTrue(results.measurements().getFirst().timing().medianNanos() > 0);
        assertEquals(List.of("verifying g", "measuring the machine", "timing g"), begun);
    }

    @Test
    void whatIsRefusedMeasuresNothing() {
        assertThrows(InvalidInputException.class, () -> run(Form.RECURRENT));
        assertEquals(List.of("verifying g"), begun);
    }
}
