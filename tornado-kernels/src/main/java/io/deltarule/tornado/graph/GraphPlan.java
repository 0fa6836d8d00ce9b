package io.deltarule.tornado.graph;

import io.deltarule.core.measure.RunTimes;
import io.deltarule.tornado.quirks.GraphLimits;
import io.deltarule.tornado.quirks.KeptResults;
import io.deltarule.tornado.quirks.ReadableArrays;
import io.deltarule.tornado.quirks.ResidentState;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import uk.ac.manchester.tornado.api.DataRange;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.ImmutableTaskGraph;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.TornadoExecutionResult;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/**
 * A list of launches as a task graph on one device, which every plan of the engine has one of: built once, executed as often as
 * wanted, and closed.
 *
 * <pre>
 *   enter: states → device                                         only with states that stay there, where the host side counts
 *   run:   inputs, run tables → launches on the states → results, run tables; the rest when asked for
 * </pre>
 *
 * Kernels are compiled at the first run.
 */
public final class GraphPlan {
    private final DeviceHandle device;
    private final List<Launch> launches;
    private final TornadoExecutionPlan plan;
    private final Stopwatch stopwatch = new Stopwatch();
    /** Index of the graph that computes; the one before it, if any, brings the states. */
    private final int run;

    /** Result of the last run, through which arrays are fetched; null before the first. */
    private TornadoExecutionResult last;
    /** Whether the host side of the state is newer than the device's. */
    private boolean stateOnHost = true;

    /**
     * Builds the graphs.
     *
     * @param device where they will run
     * @param name the graph's
     * @param context what all launches were given
     * @param launches the kernels in order
     * @param transfers every array that they use, except run tables
     * @throws IllegalStateException if they are more than a graph holds
     */
    public GraphPlan(
            DeviceHandle device, String name, KernelContext context, List<Launch> launches, GraphTransfers transfers) {
        int bytes = launches.stream().mapToInt(Launch::bytes).sum();
        if (bytes > GraphLimits.BYTES || launches.size() > GraphLimits.TASKS) {
            throw new IllegalStateException("task graph " + name + ": expected at most " + GraphLimits.TASKS
                    + " launches of together " + GraphLimits.BYTES + " bytes but there are " + launches.size()
                    + " of " + bytes);
        }
        this.device = device;
        this.launches = List.copyOf(launches);
        run = transfers.states().isEmpty() ? 0 : 1;
        plan = device.guard(() -> build(name, context, transfers));
    }

    private TornadoExecutionPlan build(String name, KernelContext context, GraphTransfers transfers) {
        GridScheduler scheduler = new GridScheduler();
        List<ImmutableTaskGraph> graphs = new ArrayList<>();
        if (run > 0) {
            graphs.add(
                    ResidentState.graph(scheduler, context, transfers.states()).snapshot());
        }
        graphs.add(graph(name, scheduler, transfers).snapshot());
        if (run == 0) {
            graphs.add(ReadableArrays.companion(scheduler, context).snapshot());
        }
        TornadoExecutionPlan built = new TornadoExecutionPlan(graphs.toArray(ImmutableTaskGraph[]::new));
        built.withGridScheduler(scheduler);
        device.select(built);
        return built;
    }

    private TaskGraph graph(String name, GridScheduler scheduler, GraphTransfers transfers) {
        TaskGraph graph = new TaskGraph(name);
        Object[] tables = launches.stream()
                .map(Launch::table)
                .filter(Objects::nonNull)
                .distinct()
                .map(RunTable::array)
                .toArray();
        if (run > 0) {
            graph.consumeFromDevice(ResidentState.GRAPH, transfers.states().toArray());
        }
        toDevice(graph, DataTransferMode.EVERY_EXECUTION, transfers.sent());
        toDevice(graph, DataTransferMode.EVERY_EXECUTION, tables);
        toDevice(graph, DataTransferMode.FIRST_EXECUTION, transfers.sentOnce());
        for (Launch launch : launches) {
            launch.addTo(graph, scheduler);
        }
        toHost(graph, DataTransferMode.EVERY_EXECUTION, transfers.returned());
        toHost(graph, DataTransferMode.EVERY_EXECUTION, tables);
        // Some of these are never asked for; but closing a plan of TornadoVM 5.2.0 frees only arrays that a transfer
        // names, and only those that one on demand names can be read by later kernels (ReadableArrays).
        toHost(graph, DataTransferMode.UNDER_DEMAND, transfers.onDemand());
        toHost(graph, DataTransferMode.UNDER_DEMAND, transfers.returned());
        return graph;
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

    /** A run begins: what {@link #times} tells starts from nothing. */
    public void begin() {
        stopwatch.begin();
    }

    /**
     * Executes the launches, which the run tables tell of the run, on the device's state or that of the host where it is newer.
     *
     * @throws IllegalStateException if the device failed, or did not start a kernel
     */
    public void run() {
        launches.forEach(Launch::size);
        last = device.guard(() -> {
            if (run > 0 && stateOnHost) {
                stopwatch.add(KeptResults.execute(plan, run - 1));
            }
            return stopwatch.add(KeptResults.execute(plan, run));
        });
        stateOnHost = false;
        requireRan();
    }

    /** Fails if a kernel left no signature in the run last described: some drivers only print that they did not start it. */
    private void requireRan() {
        for (Launch launch : launches) {
            if (!launch.ran()) {
                throw device.failure(
                        "kernel " + launch.name() + " did not run; the driver may have said why on the console", null);
            }
        }
    }

    /** The host side of the state has changed: the next run begins with it. */
    public void stateChanged() {
        stateOnHost = true;
    }

    /** Whether the host side of the state is what the last run left, or what was put there since. */
    public boolean stateIsOnHost() {
        return stateOnHost;
    }

    /** Brings back an array of the last run, as part of that run's time. */
    public void fetch(FloatArray array) {
        long bytes = array.getNumBytesOfSegment();
        device.guard(() -> stopwatch.copyOut(bytes, () -> last.transferToHost(array)));
    }

    /** Brings back the first numbers of an array of the last run, as part of that run's time. */
    public void fetch(FloatArray array, long numbers) {
        DataRange range = new DataRange(array).withSize(numbers);
        device.guard(() -> stopwatch.copyOut(numbers * Float.BYTES, () -> last.transferToHost(range)));
    }

    /** Brings back arrays of the last run, at a time that belongs to no run. */
    public void save(Collection<? extends TornadoNativeArray> arrays) {
        device.guard(() -> last.transferToHost(arrays.toArray()));
    }

    /** Measures runs from now on, or stops measuring. */
    public void profile(boolean on) {
        stopwatch.profile(plan, on);
    }

    /** Where the time of the run last begun went. */
    public RunTimes times() {
        return stopwatch.times();
    }

    /** The kernels of a run, in order. */
    public List<Launch> launches() {
        return launches;
    }

    /** Bytes that it holds on the device. */
    public long deviceBytes() {
        return plan.getCurrentDeviceMemoryUsage();
    }

    /** Frees the device's arrays. */
    public void close() {
        device.guard(() -> {
            plan.close();
            return null;
        });
    }
}
