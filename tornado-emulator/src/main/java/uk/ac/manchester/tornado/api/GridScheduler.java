package uk.ac.manchester.tornado.api;

import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * The grid of each task, by its full name {@code graph.task}.
 *
 * <p>The emulator refuses a scheduler with a name that no task of the plan has; TornadoVM ignores such an entry.
 */
public class GridScheduler {

    private final Map<String, WorkerGrid> grids = new ConcurrentHashMap<>();

    public GridScheduler() {}

    public GridScheduler(String taskName, WorkerGrid workerGrid) {
        grids.put(taskName, workerGrid);
    }

    public void addWorkerGrid(String taskName, WorkerGrid workerGrid) {
        grids.put(taskName, workerGrid);
    }

    /** Returns null where no grid has that name. */
    public WorkerGrid get(String taskName) {
        return grids.get(taskName);
    }

    public boolean contains(String taskGraphName, String taskName) {
        return grids.containsKey(taskGraphName + "." + taskName);
    }

    public Set<String> keySet() {
        return grids.keySet();
    }

    @Override
    public String toString() {
        return grids.entrySet().stream()
                .map(entry -> entry.getKey() + ": global "
                        + Arrays.toString(entry.getValue().getGlobalWork()) + ", local "
                        + Arrays.toString(entry.getValue().getLocalWork()))
                .sorted()
                .collect(Collectors.joining("; "));
    }
}
