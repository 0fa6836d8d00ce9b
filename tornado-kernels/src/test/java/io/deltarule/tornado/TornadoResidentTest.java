package io.deltarule.tornado;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.core.DeltaInputs;
import io.deltarule.core.Gate;
import io.deltarule.core.Input;
import io.deltarule.core.PlanSpec;
import io.deltarule.core.Tensor;
import io.deltarule.core.Variant;
import io.deltarule.core.measure.RunTimes;
import io.deltarule.core.resident.Output;
import io.deltarule.core.resident.ResidentEngine;
import io.deltarule.core.resident.ResidentSpec;
import io.deltarule.core.testkit.DeltaCase;
import io.deltarule.core.testkit.ResidentLaws;
import io.deltarule.core.testkit.TestScope;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class TornadoResidentTest extends ResidentLaws {
    private static final DeltaCase CASE = DeltaCase.of(Variant.GATED_DELTA_RULE, Gate.SCALAR, 1, 40, 1, 2, 16, 12, 1);

    @Override
    protected ResidentEngine engine() {
        return new TornadoEngine();
    }

    @Override
    protected String device() {
        return TestDevice.id();
    }

    @Override
    protected List<DeltaCase> cases() {
        return TestScope.thinned(super.cases(), 4);
    }

    private static TornadoResidentPlan plan() {
        PlanSpec spec = PlanSpec.of(CASE.variant(), CASE.shape()).onDevice(TestDevice.id());
        return (TornadoResidentPlan)
                new TornadoEngine().residentPlan(ResidentSpec.of(spec).withGradients());
    }

    private static long bytes(Tensor tensor) {
        return tensor.size() * Float.BYTES;
    }

    /** Of a pass the run table alone crosses, of set and get the tensor that they are called on. */
    @Test
    @Tag("emulator") // which counts what crosses and nothing of its own
    void nothingCrossesButWhatIsAskedFor() {
        DeltaInputs in = CASE.inputs();
        try (TornadoResidentPlan plan = plan()) {
            plan.profile(true);
            plan.operation().input(Input.Q).set(in.get(Input.Q));
            long made = plan.lastRun().bytesIn() - bytes(in.get(Input.Q));
            assertTrue(made > 0 && made <= 16, "numbers to fill arrays with, once: " + made);
            in.tensors().forEach((input, tensor) -> {
                plan.operation().input(input).set(tensor);
                assertEquals(bytes(tensor), plan.lastRun().bytesIn(), input.id());
                assertEquals(0, plan.lastRun().bytesOut(), input.id());
            });
            plan.forward();
            RunTimes forward = plan.lastRun();
            long table = 4L * (9 + 4 + 1 + 2 * 3 + plan.graph().launches().size());
            assertEquals(forward.bytesIn(), forward.bytesOut());
            assertTrue(forward.bytesIn() <= table, () -> forward.bytesIn() + " of " + table);
            Tensor o = plan.operation().output(Output.O).get();
            assertEquals(bytes(o), plan.lastRun().bytesOut() - forward.bytesOut());
            plan.backward();
            RunTimes backward = plan.lastRun();
            assertEquals(backward.bytesIn(), backward.bytesOut());
            assertTrue(backward.bytesIn() <= table, () -> backward.bytesIn() + " of " + table);
            Tensor dk = plan.operation().gradient(Input.K).get();
            assertEquals(bytes(dk), plan.lastRun().bytesOut() - backward.bytesOut());
        }
    }

    @Test
    @Tag("emulator") // TornadoVM's count of a closed plan stays as it was
    void closingFreesTheDevicesMemory() {
        TornadoResidentPlan plan = plan();
        plan.operation().input(Input.Q).set(CASE.inputs().get(Input.Q));
        assertTrue(plan.graph().deviceBytes() > 0);
        plan.close();
        assertEquals(0, plan.graph().deviceBytes());
    }
}
