package io.deltarule.tornado.quirks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.exceptions.TornadoExecutionPlanException;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/** On TornadoVM itself, for the emulator keeps no results and returns one object always. */
@Tag("device")
class KeptResultsTest {
    @Test
    void anExecutionGoesThroughAFreshObject() throws TornadoExecutionPlanException {
        FloatArray state = new FloatArray(1);
        state.init(3);
        GridScheduler scheduler = new GridScheduler();
        TaskGraph graph = new SharedArrays(scheduler, new KernelContext(), List.of(), List.of(state))
                .make("make")
                .getFirst()
                .graph()
                .transferToHost(DataTransferMode.EVERY_EXECUTION, state);
        try (TornadoExecutionPlan plan = new TornadoExecutionPlan(graph.snapshot())) {
            plan.withGridScheduler(scheduler);
            assertNotSame(plan.withGraph(0), plan.withGraph(0));
            for (int i = 0; i < 3; i++) {
                KeptResults.execute(plan, 0);
            }
            assertEquals(3, state.get(0));
        }
    }
}
