package io.deltarule.core.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.core.DeltaInputs;
import io.deltarule.core.DeltaOutputs;
import io.deltarule.core.DeltaShape;
import io.deltarule.core.EngineUnavailableException;
import io.deltarule.core.Engines;
import io.deltarule.core.Input;
import io.deltarule.core.InvalidInputException;
import io.deltarule.core.PlanSpec;
import io.deltarule.core.Tensor;
import io.deltarule.core.Variant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class AbstractDeltaPlanTest {
    private static final DeltaInputs IN = DeltaInputs.of(
                    Tensor.zeros(1, 2, 1, 2), Tensor.zeros(1, 2, 1, 2), Tensor.zeros(1, 2, 1, 3))
            .with(Input.BETA, Tensor.zeros(1, 2, 1));

    /** A plan whose run waits until it is told to go on. */
    private static final class WaitingPlan extends AbstractDeltaPlan {
        final CountDownLatch entered = new CountDownLatch(1);
        final CountDownLatch mayEnd = new CountDownLatch(1);
        int released;

        WaitingPlan() {
            super(PlanSpec.of(Variant.DELTA_RULE, IN.validate(Variant.DELTA_RULE))
                    .withChunkSize(4));
        }

        @Override
        protected void execute(DeltaShape shape, DeltaInputs in, DeltaOutputs out) {
            entered.countDown();
            try {
                assertTrue(mayEnd.await(30, TimeUnit.SECONDS));
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        protected void writeState(Tensor state) {
            throw new AssertionError("keeps no state");
        }

        @Override
        protected void readState(Tensor state) {
            throw new AssertionError("keeps no state");
        }

        @Override
        protected void release() {
            released++;
        }
    }

    @Test
    void anEngineThatChoosesNoChunkSizeIsADefect() {
        PlanSpec open = PlanSpec.of(Variant.DELTA_RULE, IN.validate(Variant.DELTA_RULE));
        assertEquals(
                "an engine chooses the chunk size before it makes a plan",
                assertThrows(IllegalStateException.class, open::requireChunkSize)
                        .getMessage());
        assertEquals(32, open.orChunkSize(32).requireChunkSize().chunkSize());
        assertEquals(16, open.withChunkSize(16).orChunkSize(32).chunkSize());
    }

    @Test
    void secondThreadIsRefusedWhileOneRuns() throws Exception {
        WaitingPlan plan = new WaitingPlan();
        CompletableFuture<DeltaOutputs> first = CompletableFuture.supplyAsync(() -> plan.run(IN));
        assertTrue(plan.entered.await(30, TimeUnit.SECONDS));
        IllegalStateException busy = assertThrows(IllegalStateException.class, () -> plan.run(IN));
        assertTrue(busy.getMessage().contains("in use by another thread"), busy.getMessage());
        assertThrows(IllegalStateException.class, plan::close);
        plan.mayEnd.countDown();
        first.get(30, TimeUnit.SECONDS);
        plan.close();
        plan.close();
        assertEquals(1, plan.released);
        IllegalStateException closed = assertThrows(IllegalStateException.class, () -> plan.run(IN));
        assertTrue(closed.getMessage().contains("closed"), closed.getMessage());
    }

    @Test
    void enginesAreFoundByNameAndAskedForByNameOnly() {
        assertEquals("reference", Engines.named("reference").name());
        InvalidInputException unknown = assertThrows(InvalidInputException.class, () -> Engines.named("triton"));
        assertTrue(unknown.getMessage().contains("reference"), unknown.getMessage());
        EngineUnavailableException device = assertThrows(
                EngineUnavailableException.class,
                () -> Engines.named("reference")
                        .plan(PlanSpec.of(Variant.DELTA_RULE, IN.validate(Variant.DELTA_RULE))
                                .onDevice("gpu7")));
        assertTrue(device.getMessage().contains("gpu7"), device.getMessage());
    }
}
