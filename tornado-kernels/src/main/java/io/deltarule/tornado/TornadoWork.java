package io.deltarule.tornado;

import io.deltarule.core.DeltaShape;
import io.deltarule.core.measure.DeviceWork;
import io.deltarule.core.Gate;
import io.deltarule.core.InvalidInputException;
import io.deltarule.core.measure.Profiled;
import io.deltarule.core.measure.RunTimes;
import io.deltarule.core.Tensor;
import io.deltarule.tornado.graph.DeviceHandle;
import io.deltarule.tornado.graph.DeviceMemory;
import io.deltarule.tornado.graph.RunTable;
import io.deltarule.tornado.graph.Stopwatch;
import io.deltarule.tornado.op.LayerArrays;
import io.deltarule.tornado.op.LinearKernels;
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
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** One kernel of {@link CeilingKernels} as a plan: operands on the device, or travelling in every run. */
final class TornadoWork implements DeviceWork, Profiled {
    private static final String GRAPH = "ceiling";
    private static final String TASK = "work";

    /** Adds the kernel and what it takes besides to a graph. */
    private interface Task {
        void add(TaskGraph graph, KernelContext context, List<FloatArray> from, FloatArray to);
    }

    /**
     * A kernel and how its work is cut.
     *
     * @param task adds it
     * @param lanes work-items per work-group
     * @param groups work-groups
     */
    private record Cut(Task task, int lanes, int groups) {}

    private final DeviceHandle device;
    private final Stopwatch stopwatch = new Stopwatch();
    private final boolean travels;
    private final FloatArray to;
    private final TornadoExecutionPlan plan;
    private TornadoExecutionResult last;
    private boolean closed;

    private TornadoWork(DeviceHandle device, boolean travels, Tensor result, Cut cut, Tensor... operands) {
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
        plan = device.guard(() -> build(cut, from));
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
        return new TornadoWork(device, travels, x, new Cut(task, CeilingKernels.LANES, Math.ceilDiv(count, each)), x);
    }

    /**
     * A product of square matrices. What a work-item of a GPU keeps in registers, a processor keeps in memory: there the
     * smaller tiles of the projections' kernel are three times as fast.
     */
    static TornadoWork multiply(DeviceHandle device, Tensor a, Tensor b) {
        return multiply(device, a, b, device.device().kind().equals("gpu"));
    }

    /** The same in the large tiles of {@link CeilingKernels}, or in those of {@link LinearKernels}. */
    static TornadoWork multiply(DeviceHandle device, Tensor a, Tensor b, boolean large) {
        int n = a.rank() == 2 ? a.dim(0) : 0;
        if (n < 1 || !a.hasDims(n, n) || !b.hasDims(n, n)) {
            throw new InvalidInputException(
                    "multiply: expected two square matrices of one size but found " + a + " and " + b);
        }
        if (!large && LinearKernels.many(n)) {
            return projection(device, a, b, n);
        }
        Task task = (graph, context, from, to) ->
                graph.task(TASK, CeilingKernels::multiply, context, from.getFirst(), from.getLast(), to, n);
        int tiles = Math.ceilDiv(n, CeilingKernels.TILE);
        return new TornadoWork(device, false, a, new Cut(task, CeilingKernels.LANES, tiles * tiles), a, b);
    }

    /** A projection of n tokens with W = Bᵀ. */
    private static TornadoWork projection(DeviceHandle device, Tensor a, Tensor b, int n) {
        RunTable run = new RunTable(new DeltaShape(1, n, 1, 1, 1, 1, 1, 1, Gate.NONE), 0, 1);
        int signature = run.newSignature();
        run.describe(new int[] {0, n}, null);
        IntArray table = run.array();
        FloatArray bias = new FloatArray(1);
        bias.init(0);
        Task task = (graph, context, from, to) -> {
            graph.transferToDevice(DataTransferMode.FIRST_EXECUTION, table, bias);
            graph.task(
                    TASK,
                    LinearKernels::multiplyTiles,
                    context,
                    table,
                    from.getFirst(),
                    from.getLast(),
                    bias,
                    to,
                    n,
                    n,
                    0,
                    signature);
            graph.transferToHost(DataTransferMode.UNDER_DEMAND, table, bias); // closing frees what a transfer names
        };
        int tiles = Math.ceilDiv(n, LinearKernels.TILE);
        return new TornadoWork(
                device, false, a, new Cut(task, LinearKernels.TILE_LANES, tiles * tiles), a, transposed(b, n));
    }

    private static Tensor transposed(Tensor b, int n) {
        Tensor turned = Tensor.zeros(n, n);
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                turned.set((long) j * n + i, b.get((long) i * n + j));
            }
        }
        return turned;
    }

    private TornadoExecutionPlan build(Cut cut, List<FloatArray> from) {
        TaskGraph graph = new TaskGraph(GRAPH);
        graph.transferToDevice(
                travels ? DataTransferMode.EVERY_EXECUTION : DataTransferMode.FIRST_EXECUTION, from.toArray());
        graph.transferToDevice(DataTransferMode.FIRST_EXECUTION, to); // carries the NaN poison
        cut.task().add(graph, new KernelContext(), from, to);
        graph.transferToHost(travels ? DataTransferMode.EVERY_EXECUTION : DataTransferMode.UNDER_DEMAND, to);
        WorkerGrid grid = new WorkerGrid1D(cut.groups() * cut.lanes());
        grid.setLocalWork(cut.lanes(), 1, 1);
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
