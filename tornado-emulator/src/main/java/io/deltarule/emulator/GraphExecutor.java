package io.deltarule.emulator;

import io.deltarule.emulator.check.KernelFaultException;
import io.deltarule.emulator.check.KernelLines;
import io.deltarule.emulator.check.Turn;
import io.deltarule.emulator.grid.GridShape;
import io.deltarule.emulator.grid.Shuffle;
import io.deltarule.emulator.launch.LaunchRunner;
import io.deltarule.emulator.rewrite.KernelCall;
import io.deltarule.emulator.rewrite.KernelLoader;
import io.deltarule.emulator.rewrite.KernelProbe;
import java.lang.invoke.MethodHandle;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.stream.Stream;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.exceptions.TornadoRuntimeException;

/**
 * Executes one graph of a plan, again and again, and keeps its arrays on the device in between. Like TornadoVM, each
 * graph has device copies of its own: two graphs share one only through persistOnDevice and consumeFromDevice.
 */
public final class GraphExecutor {

    /** Only one kernel runs at a time in a JVM; see {@link Turn}. */
    private static final ReentrantLock DEVICE = new ReentrantLock();

    private final GraphDefinition graph;
    private final IdentityHashMap<Object, DeviceArray> arrays = new IdentityHashMap<>();
    private final Map<GraphDefinition.Task, PreparedKernel> kernels = new HashMap<>();
    private final Set<Object> readable = Collections.newSetFromMap(new IdentityHashMap<>());
    private long executions;

    /**
     * Of a graph that has not run.
     *
     * @param alone whether the plan has no other graph: TornadoVM then looks at no transfer for what arrays are made for
     */
    public GraphExecutor(GraphDefinition graph, boolean alone) {
        this.graph = graph;
        requireSentIsNotBothConsumedAndUsed();
        if (!alone) {
            Stream.concat(graph.toDevice().stream(), graph.toHost().stream())
                    .filter(transfer -> transfer.mode() == DataTransferMode.UNDER_DEMAND)
                    .forEach(transfer -> readable.add(transfer.array().array()));
        }
        graph.consumed().forEach(consumed -> readable.add(consumed.array().array())); // another graph made it
    }

    private void requireSentIsNotBothConsumedAndUsed() {
        for (GraphDefinition.Transfer transfer : graph.toDevice()) {
            Object array = transfer.array().array();
            if (graph.consumed().stream().anyMatch(consumed -> consumed.array().array() == array)) {
                for (GraphDefinition.Task task : graph.tasks()) {
                    if (Stream.of(task.arguments()).anyMatch(argument -> argument == array)) {
                        throw new TornadoRuntimeException("task graph " + graph.name() + " consumes an array of "
                                + transfer.array().size() + " elements, transfers it to the device and uses it in task "
                                + task.fullName() + ": TornadoVM would not transfer it; do so in a graph without such a"
                                + " task");
                    }
                }
            }
        }
    }

    /** A kernel's rewritten twin, its number in {@link KernelLines}, and the names of its parameters. */
    private record PreparedKernel(MethodHandle handle, int method, String[] parameters) {}

    public String name() {
        return graph.name();
    }

    public boolean hasTask(String fullName) {
        for (GraphDefinition.Task task : graph.tasks()) {
            if (task.fullName().equals(fullName)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Transfers in, runs every task, transfers out.
     *
     * @param grids the grid of a task by its full name, or null where it has none; asked for tasks with a context only
     * @param before the graph executed last in this plan, or null
     * @param times takes what it took
     */
    public void execute(Function<String, GridShape> grids, GraphExecutor before, ExecutionTimes times) {
        long start = System.nanoTime();
        executions++;
        DEVICE.lock();
        try {
            arrays.values().removeIf(DeviceArray::isFreed); // by a graph that shared them
            takeConsumed(before);
            arrays.values().forEach(DeviceArray::startExecution);
            transferIn(times);
            for (GraphDefinition.Task task : graph.tasks()) {
                launch(task, grids, times);
            }
            arrays.forEach((array, onDevice) -> {
                if (!readable.contains(array)) {
                    onDevice.guard().requireReadable();
                }
            });
            transferOut(times);
        } finally {
            DEVICE.unlock();
        }
        times.addTotal(System.nanoTime() - start);
    }

    /**
     * Shares the device copies of arrays that the graph before left on the device, as TornadoVM 5.2.0 does: consumed
     * arrays that name that graph, or all consumed arrays where none does, are taken from it, whatever graph they name.
     */
    private void takeConsumed(GraphExecutor before) {
        List<GraphDefinition.Consumed> taken = before == null
                ? List.of()
                : graph.consumed().stream()
                        .filter(consumed -> before.name().equals(consumed.source()))
                        .toList();
        if (taken.isEmpty() && before != null) {
            taken = graph.consumed();
        }
        for (GraphDefinition.Consumed consumed : taken) {
            if (!before.keepsOnDevice(consumed.array().array())) {
                throw notThere(consumed, "graph " + before.name() + " was, and does not keep it on the device");
            }
            Object array = consumed.array().array();
            arrays.put(array, before.arrays.get(array));
        }
        for (GraphDefinition.Consumed consumed : graph.consumed()) {
            if (!holds(consumed.array().array())) {
                throw notThere(consumed, before == null ? "none was" : "graph " + before.name() + " was");
            }
        }
    }

    private TornadoRuntimeException notThere(GraphDefinition.Consumed consumed, String executedBefore) {
        return new TornadoRuntimeException("task graph " + graph.name() + " consumes from "
                + (consumed.source() == null ? "the graph before it" : "graph " + consumed.source()) + " an array of "
                + consumed.array().size() + " elements; TornadoVM takes it from the graph of the execution before,"
                + " but " + executedBefore);
    }

    private boolean keepsOnDevice(Object array) {
        boolean persisted = graph.toHost().stream()
                .anyMatch(transfer ->
                        transfer.array().array() == array && transfer.mode() == DataTransferMode.UNDER_DEMAND);
        boolean consumed = graph.consumed().stream().anyMatch(one -> one.array().array() == array);
        return (persisted || consumed) && arrays.containsKey(array);
    }

    private void transferIn(ExecutionTimes times) {
        for (GraphDefinition.Transfer transfer : graph.toDevice()) {
            DeviceArray array = onDevice(transfer.array());
            boolean due = transfer.mode() == DataTransferMode.EVERY_EXECUTION
                    || (transfer.mode() == DataTransferMode.FIRST_EXECUTION && !array.transferred());
            if (due) {
                long start = System.nanoTime();
                long bytes = array.copyFromHost();
                times.addToDevice(System.nanoTime() - start, bytes);
            }
        }
    }

    private void transferOut(ExecutionTimes times) {
        for (GraphDefinition.Transfer transfer : graph.toHost()) {
            DeviceArray array = onDevice(transfer.array());
            if (transfer.mode() != DataTransferMode.UNDER_DEMAND) {
                long start = System.nanoTime();
                long bytes = array.copyAllToHost();
                times.addToHost(System.nanoTime() - start, bytes);
            }
        }
    }

    /** Whether the graph has a copy of the array on the device. */
    public boolean holds(Object array) {
        return arrays.containsKey(array);
    }

    /** Copies a device array, which the graph {@link #holds}, to its host array. */
    public void transferToHost(Object array) {
        arrays.get(array).copyAllToHost();
    }

    /** Copies a part of a device array, which the graph {@link #holds}, to its host array. */
    public void transferToHost(Object array, long fromByte, long bytes) {
        arrays.get(array).copyPartToHost(fromByte, bytes);
    }

    private DeviceArray onDevice(HostArray host) {
        return arrays.computeIfAbsent(host.array(), _ -> new DeviceArray(host));
    }

    private void launch(GraphDefinition.Task task, Function<String, GridShape> grids, ExecutionTimes times) {
        GridShape shape = shapeOf(task, grids);
        Object[] arguments = new Object[task.arguments().length];
        for (int i = 0; i < arguments.length; i++) {
            arguments[i] = onLaunch(task.arguments()[i]);
        }
        PreparedKernel kernel = kernels.get(task);
        if (kernel == null) {
            long start = System.nanoTime();
            kernel = prepare(task, arguments, shape);
            if (kernel == null) {
                return; // nothing to do this time; other arguments may give it something
            }
            kernels.put(task, kernel);
            times.addCompile(System.nanoTime() - start);
        }
        long ready = System.nanoTime();
        nameArrays(task, kernel);
        new LaunchRunner(
                        task.fullName(),
                        new KernelCall(kernel.handle(), kernel.method(), arguments),
                        shape,
                        Shuffle.of(task.fullName(), executions))
                .run();
        times.addKernel(System.nanoTime() - ready);
        arrays.values().forEach(array -> array.guard().endLaunch(task.fullName()));
    }

    /** What a kernel is given for an argument of its task: the device's copy of an array, a context per work-item, or a scalar. */
    private Object onLaunch(Object argument) {
        HostArray array = HostArray.of(argument);
        if (array != null) {
            return onDevice(array).copy();
        }
        return ContextBridge.isContext(argument) ? (KernelCall.Context) ContextBridge::context : argument;
    }

    /** Returns null where no work-item does anything. */
    private static PreparedKernel prepare(GraphDefinition.Task task, Object[] arguments, GridShape shape) {
        try {
            MethodHandle reference = KernelProbe.handleOf(task.function(), task.type(), arguments.length);
            KernelProbe.Found found = KernelProbe.find(
                    task.fullName(), task.function(), new KernelCall(reference, KernelLines.UNKNOWN, arguments), shape);
            if (found == null) {
                return null;
            }
            Method method =
                    found.owner().getDeclaredMethod(found.name(), found.type().parameterArray());
            String[] names = new String[arguments.length];
            Parameter[] parameters = method.getParameters();
            for (int i = 0; i < names.length; i++) {
                names[i] = parameters[i].getName();
            }
            return new PreparedKernel(
                    KernelLoader.rewritten(found),
                    KernelLines.method(found.owner().getName(), found.name()),
                    names);
        } catch (RuntimeException | Error thrown) {
            throw thrown;
        } catch (Throwable thrown) {
            throw new KernelFaultException("task " + task.fullName() + ": " + thrown, thrown);
        }
    }

    private void nameArrays(GraphDefinition.Task task, PreparedKernel kernel) {
        for (int i = 0; i < kernel.parameters().length; i++) {
            HostArray array = HostArray.of(task.arguments()[i]);
            if (array != null) {
                onDevice(array).guard().name("array '" + kernel.parameters()[i] + "', argument " + (i + 1));
            }
        }
    }

    private static GridShape shapeOf(GraphDefinition.Task task, Function<String, GridShape> grids) {
        for (Object argument : task.arguments()) {
            if (ContextBridge.isContext(argument)) {
                GridShape grid = grids.apply(task.fullName());
                if (grid == null) {
                    throw new TornadoRuntimeException(
                            "task " + task.fullName() + " takes a KernelContext, but no GridScheduler gives it a grid");
                }
                return grid;
            }
        }
        return GridShape.single();
    }

    /** Bytes of arrays that {@code counted} does not have yet, and adds them there: graphs may share arrays. */
    public long deviceBytes(Set<Object> counted) {
        return arrays.values().stream()
                .filter(array -> !array.isFreed() && counted.add(array))
                .mapToLong(DeviceArray::bytes)
                .sum();
    }

    /** Forgets everything on the device; the next execution starts as the first. */
    public void free() {
        arrays.values().forEach(DeviceArray::free);
        arrays.clear();
    }
}
