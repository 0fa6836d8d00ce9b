package io.deltarule.emulated;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.deltarule.emulator.check.KernelFaultException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.WorkerGrid;
import uk.ac.manchester.tornado.api.WorkerGrid1D;
import uk.ac.manchester.tornado.api.exceptions.TornadoExecutionPlanException;

/** One graph named g with one task named t, executed once on a grid of one dimension. */
final class Launched {

    private Launched() {}

    static void run(TaskGraph graph, int items, int groupSize) {
        WorkerGrid grid = new WorkerGrid1D(items);
        grid.setLocalWork(groupSize, 1, 1);
        try (TornadoExecutionPlan plan = new TornadoExecutionPlan(graph.snapshot())) {
            plan.withGridScheduler(new GridScheduler("g.t", grid)).execute();
        } catch (TornadoExecutionPlanException e) {
            fail(e);
        }
    }

    /** Runs a kernel with a mistake; the report must hold all of {@code parts} and name the lines with these marks. */
    static String fault(
            TaskGraph graph, int items, int groupSize, Class<?> source, List<String> marks, String... parts) {
        String report = assertThrows(KernelFaultException.class, () -> run(graph, items, groupSize))
                .getMessage();
        for (String part : parts) {
            assertTrue(report.contains(part), "expected \"" + part + "\" in: " + report);
        }
        for (String mark : marks) {
            String place = source.getSimpleName() + ".java:" + lineOf(source, mark) + ")";
            assertTrue(report.contains(place), "expected " + place + " in: " + report);
        }
        return report;
    }

    /** The line of a test's source that ends in {@code // mark}. */
    private static int lineOf(Class<?> source, String mark) {
        Path file = Path.of("src", "test", "java", source.getName().replace('.', '/') + ".java");
        try {
            List<String> lines = Files.readAllLines(file);
            for (int i = 0; i < lines.size(); i++) {
                if (lines.get(i).endsWith("// " + mark)) {
                    return i + 1;
                }
            }
        } catch (IOException e) {
            fail(e);
        }
        return fail("no line of " + file + " is marked // " + mark);
    }
}
