package io.deltarule.tornado;

import io.deltarule.core.DeviceWork;
import io.deltarule.core.InvalidInputException;
import io.deltarule.core.Profiled;
import io.deltarule.core.RunTimes;
import io.deltarule.core.Tensor;
import java.util.List;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.TornadoExecutionResult;
import uk.ac.manchester.tornado.api.WorkerGrid;
import uk.ac.manchester.tornado.api.WorkerGrid1D;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/** One kernel of {@link CeilingKernels} as a plan: operands on the device, or travelling in every run. */
final class TornadoWork implements DeviceWork, Profiled {
    private static final String GRAPH = "ceiling";
    private static final String TASK = "work";

    /** Adds the kernel to a graph. */
    private interface Task {
        void add(TaskGraph graph, KernelContext context, List<FloatArray> from, FloatArray to);
    }

    private final DeviceHandle device;
    private final Stopwatch stopwatch = new Stopwatch();
    private final boolean travels;
    private final FloatArray to;
    private final TornadoExecutionPlan plan;
    private TornadoExecutionResult last;
    private boolean closed;

    private TornadoWork(
            DeviceHandle device, boolean travels, Tensor result, Task task, int groups, Tensor... operands) {
        this.device = device;
        this.travels = travels;
        DeviceMemory count = DeviceMemory.counting(device);
        allocate(count, result);
        List.of(operands).forEach(operand -> allocate(count, operand));
        DeviceMemory memory = DeviceMemory.of(device);
        to = allocate(memory, result);
        to.init(Float.NaN);
        List<FloatArray> from = List.of(operands).stream()
                .map(operand -> {
                    FloatArray array = allocate(memory, operand);
                    LayerArrays.copyIn(operand, array);
                    return array;
                })
                .toList();
        plan = device.guard(() -> build(task, groups, from));
    }

    private static FloatArray allocate(DeviceMemory memory, Tensor tensor) {
        return memory.floats("ceiling", tensor.size(), 1, 1);
    }

    /** A copy, of operands that stay or that travel. */
    static TornadoWork copy(DeviceHandle device, Tensor x, boolean travels) {
        int count = Math.toIntExact(x.size());
        Task task = (graph, context, from, to) ->
                graph.task(TASK, CeilingKernels::copy, context, from.getFirst(), to, count);
        int each = CeilingKernels.LANES * CeilingKernels.MOVED;
        return new TornadoWork(device, travels, x, task, Math.ceilDiv(count, each), x);
    }

    /** A product of square matrices. */
    static TornadoWork multiply(DeviceHandle device, Tensor a, Tensor b) {
        int n = a.rank() == 2 ? a.dim(0) : 0;
        if (n < 1 || !a.hasDims(n, n) || !b.hasDims(n, n)) {
            throw new InvalidInputException(
                    "multiply: expected two square matrices of one size but found " + a + " and " + b);
        }
        Task task = (graph, context, from, to) ->
                graph.task(TASK, CeilingKernels::multiply, context, from.getFirst(), from.getLast(), to, n);
        int tiles = Math.ceilDiv(n, CeilingKernels.TILE);
        return new TornadoWork(device, false, a, task, tiles * tiles, a, b);
    }

    private TornadoExecutionPlan build(Task task, int groups, List<FloatArray> from) {
        TaskGraph graph = new TaskGraph(GRAPH);
        graph.transferToDevice(
                travels ? DataTransferMode.EVERY_EXECUTION : DataTransferMode.FIRST_EXECUTION, from.toArray());
        graph.transferToDevice(DataTransferMode.FIRST_EXECUTION, to); // carries the NaN poison
        task.add(graph, new KernelContext(), from, to);
        graph.transferToHost(travels ? DataTransferMode.EVERY_EXECUTION : DataTransferMode.UNDER_DEMAND, to);
        WorkerGrid grid = new WorkerGrid1D(groups * CeilingKernels.LANES);
        grid.setLocalWork(CeilingKernels.LANES, 1, 1);
        GridScheduler scheduler = new GridScheduler();
        scheduler.addWorkerGrid(GRAPH + "." + TASK, grid);
        TornadoExecutionPlan built = new TornadoExecutionPlan(graph.snapshot());
        built.withGridScheduler(scheduler);
        device.select(built);
        return built;
    }

    @Override
    public void run() {
        stopwatch.begin();
        last = device.guard(() -> stopwatch.add(plan.withGraph(0).execute()));
    }

    @Override
    public void read(Tensor result) {
        if (!travels) {
            device.guard(() -> last.transferToHost(to));
        }
        LayerArrays.copyOut(to, result);
    }

    @Override
    public void profile(boolean on) {
        stopwatch.profile(plan, on);
    }

    @Override
    public RunTimes lastRun() {
        return stopwatch.times();
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            device.guard(() -> {
                plan.close();
                return null;
            });
        }
    }
}
