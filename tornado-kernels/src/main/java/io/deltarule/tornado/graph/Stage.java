package io.deltarule.tornado.graph;

import io.deltarule.tornado.quirks.GraphLimits;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/**
 * Launches that run together: one task graph of a plan.
 *
 * @param name the graph's, which differs within a plan
 * @param launches the kernels in order
 * @param transfers which of their arrays cross in each run, or once; what they do not tell of stays on the device
 */
public record Stage(String name, List<Launch> launches, GraphTransfers transfers) {
    /**
     * Copies the list.
     *
     * @throws IllegalStateException if they are more than a graph holds
     */
    public Stage {
        launches = List.copyOf(launches);
        int bytes = launches.stream().mapToInt(Launch::bytes).sum();
        if (bytes > GraphLimits.BYTES || launches.size() > GraphLimits.TASKS) {
            throw new IllegalStateException("task graph " + name + ": expected at most " + GraphLimits.TASKS
                    + " launches of together " + GraphLimits.BYTES + " bytes but there are " + launches.size()
                    + " of " + bytes);
        }
    }

    /** Every array that its launches are given or its transfers name, without run tables. */
    public Set<TornadoNativeArray> arrays() {
        Set<TornadoNativeArray> arrays = new LinkedHashSet<>();
        launches.forEach(launch -> arrays.addAll(launch.arrays()));
        arrays.addAll(transfers.all());
        return arrays;
    }

    /** Adds its transfers and launches to a graph that finds the resident arrays on the device. */
    void addTo(TaskGraph graph, GridScheduler scheduler, ResidentArrays residents) {
        Object[] tables = launches.stream()
                .map(Launch::table)
                .filter(Objects::nonNull)
                .distinct()
                .map(RunTable::array)
                .toArray();
        toDevice(graph, DataTransferMode.EVERY_EXECUTION, residents.without(transfers.sent()));
        toDevice(graph, DataTransferMode.EVERY_EXECUTION, tables);
        toDevice(graph, DataTransferMode.FIRST_EXECUTION, residents.without(transfers.sentOnce()));
        for (Launch launch : launches) {
            launch.addTo(graph, scheduler);
        }
        toHost(graph, DataTransferMode.EVERY_EXECUTION, transfers.returned().toArray());
        toHost(graph, DataTransferMode.EVERY_EXECUTION, tables);
        // Most of these are never asked for; but closing a plan of TornadoVM 5.2.0 frees only arrays that a transfer
        // names, and only those that one on demand names can be read by later kernels (ReadableArrays).
        Set<TornadoNativeArray> onDemand = arrays();
        transfers.sent().forEach(onDemand::remove);
        transfers.sentOnce().forEach(onDemand::remove);
        onDemand.addAll(transfers.onDemand());
        onDemand.addAll(transfers.returned());
        toHost(graph, DataTransferMode.UNDER_DEMAND, residents.without(onDemand));
    }

    private static void toDevice(TaskGraph graph, int mode, Object... arrays) {
        if (arrays.length > 0) {
            graph.transferToDevice(mode, arrays);
        }
    }

    private static void toHost(TaskGraph graph, int mode, Object... arrays) {
        if (arrays.length > 0) {
            graph.transferToHost(mode, arrays);
        }
    }
}
