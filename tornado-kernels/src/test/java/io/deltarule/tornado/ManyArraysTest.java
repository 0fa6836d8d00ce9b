package io.deltarule.tornado;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.core.DeltaShape;
import io.deltarule.core.Gate;
import io.deltarule.core.InvalidInputException;
import io.deltarule.tornado.graph.GraphPlan;
import io.deltarule.tornado.graph.GraphTransfers;
import io.deltarule.tornado.graph.KernelTask;
import io.deltarule.tornado.graph.LaunchScope;
import io.deltarule.tornado.graph.ResidentArrays;
import io.deltarule.tornado.graph.ResidentGroup;
import io.deltarule.tornado.graph.RunTable;
import io.deltarule.tornado.graph.Stage;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** More arrays stay on the device than one task graph of TornadoVM can make. */
class ManyArraysTest {
    /** y = 2 x, by one work-item. */
    static void twice(KernelContext context, IntArray table, FloatArray x, FloatArray y, int signature) {
        if (context.globalIdx == 0) {
            table.set(signature, table.get(RunTable.RUN));
            y.set(0, 2f * x.get(0));
        }
    }

    private static List<FloatArray> arrays(int count) {
        List<FloatArray> arrays = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            FloatArray array = new FloatArray(1);
            array.set(0, i);
            arrays.add(array);
        }
        return arrays;
    }

    private static GraphPlan plan(List<FloatArray> filled, List<FloatArray> sent, RunTable table) {
        KernelContext context = new KernelContext();
        LaunchScope scope = new LaunchScope("", table, context);
        Stage stage = new Stage(
                "run",
                List.of(scope.launch(
                        "twice", 1, run -> 1, KernelTask.of(ManyArraysTest::twice, sent.getLast(), filled.getFirst()))),
                new GraphTransfers());
        ResidentArrays residents =
                new ResidentArrays(List.of(new ResidentGroup("filled", 5, filled)), List.copyOf(sent));
        return new GraphPlan(TornadoDevices.named(TestDevice.id()), context, residents, List.of(stage));
    }

    @Test
    void allOfThemAreMadeAndFound() {
        RunTable table = new RunTable(new DeltaShape(1, 1, 1, 1, 1, 1, 1, 1, Gate.NONE, false), 0);
        List<FloatArray> filled = arrays(300);
        List<FloatArray> sent = arrays(200);
        GraphPlan plan = plan(filled, sent, table);
        try {
            table.describe(new int[] {0, 1}, null);
            plan.begin();
            plan.run();
            for (FloatArray array : List.of(filled.getFirst(), filled.getLast(), sent.getFirst(), sent.getLast())) {
                array.set(0, Float.NaN);
                plan.fetch(array);
            }
            assertEquals(
                    List.of(2f * 199, 5f, 0f, 199f),
                    List.of(
                            filled.getFirst().get(0),
                            filled.getLast().get(0),
                            sent.getFirst().get(0),
                            sent.getLast().get(0)));
        } finally {
            plan.close();
        }
    }

    @Test
    void moreThanAnyGraphCanFindAreRefused() {
        RunTable table = new RunTable(new DeltaShape(1, 1, 1, 1, 1, 1, 1, 1, Gate.NONE, false), 0);
        InvalidInputException e =
                assertThrows(InvalidInputException.class, () -> plan(arrays(900), arrays(100), table));
        assertTrue(e.getMessage().contains("arrays that stay on the device"), e.getMessage());
    }
}
