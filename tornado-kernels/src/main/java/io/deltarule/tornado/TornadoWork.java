package io.deltarule.tornado;

import io.deltarule.core.DeltaShape;
import io.deltarule.core.Gate;
import io.deltarule.core.InvalidInputException;
import io.deltarule.core.Tensor;
import io.deltarule.core.measure.DeviceWork;
import io.deltarule.core.measure.Profiled;
import io.deltarule.core.measure.RunTimes;
import io.deltarule.tornado.graph.DeviceHandle;
import io.deltarule.tornado.graph.DeviceMemory;
import io.deltarule.tornado.graph.GraphPlan;
import io.deltarule.tornado.graph.GraphTransfers;
import io.deltarule.tornado.graph.HostCopies;
import io.deltarule.tornado.graph.KernelTask;
import io.deltarule.tornado.graph.Launch;
import io.deltarule.tornado.graph.RunTable;
import io.deltarule.tornado.graph.Stage;
import io.deltarule.tornado.op.LinearKernels;
import java.util.List;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/** One kernel of {@link CeilingKernels} as a plan: operands on the device, or travelling in every run. */
final class TornadoWork implements DeviceWork, Profiled {
    private static final String TASK = "work";

    /** Makes the launch that fills an array from others. */
    private interface Work {
        Launch of(KernelContext context, List<FloatArray> from, FloatArray to);
    }

    private final boolean travels;
    private final FloatArray to;
    private final GraphPlan graph;
    private boolean closed;

    /** @param constants what else the kernel is given and leaves alone */
    private TornadoWork(
            DeviceHandle device,
            boolean travels,
            Tensor result,
            Work work,
            List<TornadoNativeArray> constants,
            Tensor... operands) {
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
                    HostCopies.copyIn(operand, array);
                    return array;
                })
                .toList();
        GraphTransfers transfers = new GraphTransfers();
        if (travels) {
            transfers.sending(from).sendingOnce(List.of(to)).returning(List.of(to));
        } else {
            transfers.sendingOnce(from).sendingOnce(List.of(to)).onDemand(List.of(to));
        }
        transfers.sendingOnce(constants);
        KernelContext context = new KernelContext();
        graph = new GraphPlan(device, context, new Stage("ceiling", List.of(work.of(context, from, to)), transfers));
    }

    private static FloatArray allocate(DeviceMemory memory, Tensor tensor) {
        return memory.floats("ceiling", tensor.size(), 1, 1);
    }

    /** A copy, of operands that stay or that travel. */
    static TornadoWork copy(DeviceHandle device, Tensor x, boolean travels) {
        int count = Math.toIntExact(x.size());
        int groups = Math.ceilDiv(count, CeilingKernels.LANES * CeilingKernels.MOVED);
        Work work = (context, from, to) -> Launch.unsigned(
                TASK,
                context,
                CeilingKernels.LANES,
                groups,
                KernelTask.unsigned(CeilingKernels::copy, from.getFirst(), to, count));
        return new TornadoWork(device, travels, x, work, List.of(), x);
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
        int tiles = Math.ceilDiv(n, CeilingKernels.TILE);
        Work work = (context, from, to) -> Launch.unsigned(
                TASK,
                context,
                CeilingKernels.LANES,
                tiles * tiles,
                KernelTask.unsigned(CeilingKernels::multiply, from.getFirst(), from.getLast(), to, n));
        return new TornadoWork(device, false, a, work, List.of(), a, b);
    }

    /** A projection of n tokens with W = Bᵀ. Its run table stays on the device, so it cannot tell of its signature. */
    private static TornadoWork projection(DeviceHandle device, Tensor a, Tensor b, int n) {
        RunTable run = new RunTable(new DeltaShape(1, n, 1, 1, 1, 1, 1, 1, Gate.NONE), 0);
        int signature = run.newSignature();
        run.describe(new int[] {0, n}, null);
        IntArray table = run.array();
        IntArray packed = new IntArray(1); // read of weights in blocks only, as the bias is where there is one
        packed.init(0);
        FloatArray bias = new FloatArray(1);
        bias.init(0);
        int tiles = Math.ceilDiv(n, LinearKernels.TILE);
        Work work = (context, from, to) -> Launch.unsigned(
                TASK,
                context,
                LinearKernels.TILE_LANES,
                tiles * tiles,
                KernelTask.unsigned(
                        LinearKernels::multiplyTiles,
                        table,
                        from.getFirst(),
                        from.getLast(),
                        packed,
                        bias,
                        to,
                        n,
                        n,
                        0,
                        0,
                        signature));
        return new TornadoWork(device, false, a, work, List.of(table, packed, bias), a, transposed(b, n));
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

    @Override
    public void run() {
        graph.begin();
        graph.run();
    }

    @Override
    public void read(Tensor result) {
        if (!travels) {
            graph.save(List.of(to));
        }
        HostCopies.copyOut(to, result);
    }

    @Override
    public void profile(boolean on) {
        graph.profile(on);
    }

    @Override
    public RunTimes lastRun() {
        return graph.times();
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            graph.close();
        }
    }
}
