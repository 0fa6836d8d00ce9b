package uk.ac.manchester.tornado.api;

import io.deltarule.emulator.EmulatedDevice;
import io.deltarule.emulator.ExecutionTimes;
import io.deltarule.emulator.GraphExecutor;
import io.deltarule.emulator.grid.GridShape;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.enums.ProfilerMode;
import uk.ac.manchester.tornado.api.enums.TornadoVMBackendType;
import uk.ac.manchester.tornado.api.exceptions.TornadoExecutionPlanException;
import uk.ac.manchester.tornado.api.exceptions.TornadoRuntimeException;
import uk.ac.manchester.tornado.api.runtime.TornadoRuntimeProvider;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/**
 * Graphs with what is needed to run them: a device, grids, and what they keep in the device's memory until the plan is
 * closed.
 */
public final class TornadoExecutionPlan implements AutoCloseable {

    private static final AtomicLong PLANS = new AtomicLong();

    private final long id = PLANS.incrementAndGet();
    private final List<GraphExecutor> graphs;
    private List<GraphExecutor> selected;
    private GridScheduler grids;
    private ProfilerMode profiler;
    private GraphExecutor lastExecuted;
    private boolean closed;

    public TornadoExecutionPlan(ImmutableTaskGraph... immutableTaskGraphs) {
        graphs = Stream.of(immutableTaskGraphs)
                .map(graph -> new GraphExecutor(graph.definition(), immutableTaskGraphs.length == 1))
                .toList();
        selected = graphs;
    }

    public static TornadoDevice getDevice(int driverIndex, int deviceIndex) {
        return TornadoRuntimeProvider.getTornadoRuntime()
                .getBackend(driverIndex)
                .getDevice(deviceIndex);
    }

    public static int getTotalPlans() {
        return PLANS.intValue();
    }

    public static TornadoDeviceMap getTornadoDeviceMap() {
        return new TornadoDeviceMap();
    }

    /**
     * Runs the selected graphs one after the other.
     *
     * @throws TornadoRuntimeException where a graph cannot run, or a kernel did what no device defines
     */
    public TornadoExecutionResult execute() {
        checkOpen();
        ExecutionTimes times = new ExecutionTimes();
        for (GraphExecutor graph : selected) {
            graph.execute(this::gridOf, lastExecuted, times);
        }
        // Only now, as in TornadoVM 5.2.0: graphs of one execution hand nothing to each other.
        lastExecuted = selected.isEmpty() ? null : selected.getLast();
        if (profiler == ProfilerMode.CONSOLE) {
            System.out.println(times);
        }
        return new TornadoExecutionResult(
                this,
                new TornadoProfilerResult(
                        profiler == null ? new ExecutionTimes() : times, getCurrentDeviceMemoryUsage()));
    }

    /** Executions run this graph alone from now on. */
    public TornadoExecutionPlan withGraph(int graphIndex) {
        selected = List.of(graph(graphIndex));
        return this;
    }

    /** Executions run all graphs from now on. */
    public TornadoExecutionPlan withAllGraphs() {
        selected = graphs;
        return this;
    }

    /** Kernels are rewritten at their first execution; there is nothing to do before. */
    public TornadoExecutionPlan withPreCompilation() {
        checkOpen();
        return this;
    }

    public TornadoExecutionPlan withDevice(TornadoDevice device) {
        checkDevice(device);
        return this;
    }

    /** Chooses the device of one task, by its full name {@code graph.task}. */
    public TornadoExecutionPlan withDevice(String taskName, TornadoDevice device) {
        checkTask(taskName, "withDevice");
        checkDevice(device);
        return this;
    }

    public TornadoDevice getDevice(int immutableTaskGraphIndex) {
        graph(immutableTaskGraphIndex);
        return TornadoRuntimeProvider.getTornadoRuntime().getDefaultDevice();
    }

    /**
     * Sets the grids of the tasks.
     *
     * @throws TornadoRuntimeException where one of its names is no task of the plan
     */
    public TornadoExecutionPlan withGridScheduler(GridScheduler gridScheduler) {
        for (String name : gridScheduler.keySet()) {
            checkTask(name, "GridScheduler");
        }
        grids = gridScheduler;
        return this;
    }

    /** From now on results tell times and bytes. */
    public TornadoExecutionPlan withProfiler(ProfilerMode profilerMode) {
        profiler = profilerMode;
        return this;
    }

    public TornadoExecutionPlan withoutProfiler() {
        profiler = null;
        return this;
    }

    /** ExecutionTimes are kept per execution, so there are none to forget. */
    public TornadoExecutionPlan clearProfiles() {
        checkOpen();
        return this;
    }

    /** Flags are for one backend's compiler, and the emulator's backend has none: giving it some is an error. */
    public TornadoExecutionPlan withCompilerFlags(TornadoVMBackendType backend, String compilerFlags) {
        if (backend == TornadoVMBackendType.JAVA) {
            throw new TornadoRuntimeException("the emulator has no compiler to give flags to: " + compilerFlags);
        }
        return this;
    }

    /** Executes the selected graphs that many times. */
    public TornadoExecutionPlan withWarmUpIterations(int iterations) {
        if (iterations < 0) {
            throw new TornadoRuntimeException("expected a number of iterations, found " + iterations);
        }
        for (int i = 0; i < iterations; i++) {
            execute();
        }
        return this;
    }

    /** Forgets the device copies of the selected graphs' arrays; the next execution starts as the first. */
    public TornadoExecutionPlan freeDeviceMemory() {
        selected.forEach(GraphExecutor::free);
        return this;
    }

    public long getCurrentDeviceMemoryUsage() {
        Set<Object> counted = new HashSet<>();
        return graphs.stream().mapToLong(graph -> graph.deviceBytes(counted)).sum();
    }

    public long getId() {
        return id;
    }

    /** Frees all device memory of the plan, which cannot be executed any more. */
    @Override
    public void close() throws TornadoExecutionPlanException {
        graphs.forEach(GraphExecutor::free);
        closed = true;
    }

    @Override
    public String toString() {
        return "plan " + id + " of " + graphs.stream().map(GraphExecutor::name).toList();
    }

    void copyToHost(Object array) {
        TornadoNativeArray known = onDevice(array);
        selected.forEach(graph -> graph.transferToHost(known));
    }

    void copyToHost(DataRange range) {
        TornadoNativeArray known = onDevice(range.getArray());
        selected.forEach(graph -> graph.transferToHost(known, range.firstByte(), range.bytes()));
    }

    /** TornadoVM 5.2.0 corrupts the memory of the JVM when one of the selected graphs does not know the array. */
    private TornadoNativeArray onDevice(Object object) {
        checkOpen();
        if (object instanceof TornadoNativeArray array && selected.stream().allMatch(graph -> graph.holds(array))) {
            return array;
        }
        throw new TornadoRuntimeException("transferToHost: expected an array that every selected graph of " + this
                + " has on the device, found " + object + "; select the one graph withGraph");
    }

    /** The grid of a task, or null where no scheduler gives it one. */
    private GridShape gridOf(String task) {
        WorkerGrid grid = grids == null ? null : grids.get(task);
        return grid == null
                ? null
                : GridShape.of(task, grid.getGlobalWork(), grid.getLocalWork(), grid.getGlobalOffset());
    }

    private GraphExecutor graph(int index) {
        if (index < 0 || index >= graphs.size()) {
            throw new TornadoRuntimeException("graph " + index + " of a plan of " + graphs.size() + " graphs");
        }
        return graphs.get(index);
    }

    private void checkTask(String name, String method) {
        if (graphs.stream().noneMatch(graph -> graph.hasTask(name))) {
            throw new TornadoRuntimeException(
                    method + ": no task of " + this + " is named " + name + "; names are graph.task");
        }
    }

    private void checkOpen() {
        if (closed) {
            throw new TornadoRuntimeException(this + " was closed");
        }
    }

    private static void checkDevice(TornadoDevice device) {
        if (!(device instanceof EmulatedDevice)) {
            throw new TornadoRuntimeException("the emulator runs on its own device only, found " + device);
        }
    }
}
