package io.deltarule.emulator;

import java.lang.invoke.MethodHandle;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.WorkerGrid;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.exceptions.TornadoRuntimeException;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/**
 * Executes one graph of a plan, again and again, and keeps its arrays on the device in between. Like TornadoVM, each
 * graph has device copies of its own: two graphs share one only through persistOnDevice and consumeFromDevice.
 */
public final class GraphExecutor {

    /** Only one kernel runs at a time in a JVM; see {@link Turn}. */
    private static final ReentrantLock DEVICE = new ReentrantLock();

    private final GraphDefinition graph;
    private final IdentityHashMap<TornadoNativeArray, DeviceArray> arrays = new IdentityHashMap<>();
    private final Map<GraphDefinition.Task, PreparedKernel> kernels = new HashMap<>();
    private long executions;

    public GraphExecutor(GraphDefinition graph) {
        this.graph = graph;
    }

    /** A kernel's rewritten twin and the names of its parameters; a null handle where no work-item does anything. */
    private record PreparedKernel(MethodHandle handle, String[] parameters) {}

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

    /** Transfers in, runs every task, transfers out. {@code before} is the graph executed last in this plan, or null. */
    public void execute(GridScheduler grids, GraphExecutor before, Times times) {
        long start = System.nanoTime();
        executions++;
        DEVICE.lock();
        try {
            takeConsumed(before);
            transferIn(times);
            for (GraphDefinition.Task task : graph.tasks()) {
                launch(task, grids, times);
            }
            transferOut(times);
        } finally {
            DEVICE.unlock();
        }
        times.addTotal(System.nanoTime() - start);
    }

    /**
     * Shares the device copies of arrays that the graph before left on the device. TornadoVM takes them from no other
     * graph than the one executed last.
     */
    private void takeConsumed(GraphExecutor before) {
        for (GraphDefinition.Consumed consumed : graph.consumed()) {
            TornadoNativeArray array = consumed.array();
            if (before == this && arrays.containsKey(array)) {
                continue;
            }
            boolean named = before != null
                    && (consumed.source() == null || consumed.source().equals(before.name()));
            if (named && before.keepsOnDevice(array)) {
                arrays.put(array, before.arrays.get(array));
            } else if (!arrays.containsKey(array)) {
                throw new TornadoRuntimeException("task graph " + graph.name() + " consumes an array of "
                        + array.getSize() + " elements from "
                        + (consumed.source() == null ? "the graph before it" : "graph " + consumed.source())
                        + ", but " + (before == null ? "no graph was" : "graph " + before.name() + " was")
                        + " executed before it"
                        + (named ? " and it does not persist that array on the device" : ""));
            }
        }
    }

    private boolean keepsOnDevice(TornadoNativeArray array) {
        boolean kept = graph.toHost().stream()
                .anyMatch(transfer -> transfer.array() == array && transfer.mode() == DataTransferMode.UNDER_DEMAND);
        return kept && arrays.containsKey(array);
    }

    private void transferIn(Times times) {
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

    private void transferOut(Times times) {
        for (GraphDefinition.Transfer transfer : graph.toHost()) {
            DeviceArray array = onDevice(transfer.array());
            if (transfer.mode() != DataTransferMode.UNDER_DEMAND) {
                long start = System.nanoTime();
                long bytes = array.copyToHost(0, array.bytes());
                times.addToHost(System.nanoTime() - start, bytes);
            }
        }
    }

    /**
     * Copies part of a device array to its host array.
     *
     * @throws TornadoRuntimeException where the graph has no such array on the device
     */
    public boolean transferToHost(TornadoNativeArray array, long fromByte, long bytes) {
        DeviceArray found = arrays.get(array);
        if (found == null) {
            return false;
        }
        found.copyToHost(fromByte, bytes);
        return true;
    }

    private DeviceArray onDevice(TornadoNativeArray host) {
        return arrays.computeIfAbsent(host, DeviceArray::new);
    }

    private void launch(GraphDefinition.Task task, GridScheduler grids, Times times) {
        GridShape shape = shapeOf(task, grids);
        try {
            long start = System.nanoTime();
            PreparedKernel kernel = kernels.get(task);
            Object[] arguments = new Object[task.arguments().length];
            for (int i = 0; i < arguments.length; i++) {
                arguments[i] = task.arguments()[i] instanceof TornadoNativeArray array
                        ? onDevice(array).copy()
                        : task.arguments()[i];
            }
            if (kernel == null) {
                kernel = prepare(task, arguments, shape);
                kernels.put(task, kernel);
            }
            long ready = System.nanoTime();
            times.addCompile(ready - start);
            if (kernel.handle() == null) {
                kernels.remove(task); // another execution's scalars may differ
                return;
            }
            nameArrays(task, kernel);
            new LaunchRunner(
                            task.fullName(),
                            new KernelCall(kernel.handle(), arguments),
                            shape,
                            Shuffle.of(task.fullName(), executions))
                    .run();
            times.addKernel(System.nanoTime() - ready);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TornadoRuntimeException(e);
        }
    }

    private static PreparedKernel prepare(GraphDefinition.Task task, Object[] arguments, GridShape shape) {
        try {
            MethodHandle reference = KernelProbe.handleOf(task.function(), task.type(), arguments.length);
            KernelProbe.Found found =
                    KernelProbe.find(task.fullName(), task.function(), new KernelCall(reference, arguments), shape);
            if (found == null) {
                return new PreparedKernel(null, new String[0]);
            }
            Method method =
                    found.owner().getDeclaredMethod(found.name(), found.type().parameterArray());
            String[] names = new String[arguments.length];
            Parameter[] parameters = method.getParameters();
            for (int i = 0; i < names.length; i++) {
                names[i] = parameters[i].getName();
            }
            return new PreparedKernel(KernelLoader.rewritten(found), names);
        } catch (RuntimeException | Error thrown) {
            throw thrown;
        } catch (Throwable thrown) {
            throw new KernelFaultException("task " + task.fullName() + ": " + thrown, thrown);
        }
    }

    private void nameArrays(GraphDefinition.Task task, PreparedKernel kernel) {
        for (int i = 0; i < kernel.parameters().length; i++) {
            if (task.arguments()[i] instanceof TornadoNativeArray array) {
                onDevice(array).guard().name("array '" + kernel.parameters()[i] + "', argument " + (i + 1));
            }
        }
    }

    private static GridShape shapeOf(GraphDefinition.Task task, GridScheduler grids) {
        WorkerGrid grid = grids == null ? null : grids.get(task.fullName());
        for (Object argument : task.arguments()) {
            if (argument instanceof KernelContext) {
                if (grid == null) {
                    throw new TornadoRuntimeException(
                            "task " + task.fullName() + " takes a KernelContext, but no GridScheduler gives it a grid");
                }
                return GridShape.of(task.fullName(), grid);
            }
        }
        return GridShape.single();
    }

    public long deviceBytes() {
        return arrays.values().stream().mapToLong(DeviceArray::bytes).sum();
    }

    /** Forgets everything on the device; the next execution starts as the first. */
    public void free() {
        arrays.clear();
    }
}
