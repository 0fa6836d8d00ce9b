package io.deltarule.tornado;

import io.deltarule.core.engine.AbstractDeltaPlan;
import io.deltarule.core.DeltaInputs;
import io.deltarule.core.DeltaOutputs;
import io.deltarule.core.DeltaShape;
import io.deltarule.core.Form;
import io.deltarule.core.PlanSpec;
import io.deltarule.core.measure.Profiled;
import io.deltarule.core.measure.RunTimes;
import io.deltarule.core.Tensor;
import io.deltarule.tornado.delta.ChunkBuffers;
import io.deltarule.tornado.delta.ChunkLaunches;
import io.deltarule.tornado.delta.PlanArrays;
import io.deltarule.tornado.delta.RecurrentLaunches;
import io.deltarule.tornado.graph.DeviceHandle;
import io.deltarule.tornado.graph.DeviceMemory;
import io.deltarule.tornado.graph.Launch;
import io.deltarule.tornado.graph.LaunchScope;
import io.deltarule.tornado.graph.ResidentState;
import io.deltarule.tornado.graph.RunTable;
import io.deltarule.tornado.graph.Stopwatch;
import java.util.ArrayList;
import java.util.List;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.ImmutableTaskGraph;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.TornadoExecutionResult;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/**
 * One operation as task graphs on one device.
 *
 * <pre>
 *   state passed:  run:   q k v g … state, table → kernels → o (o_cross), table; state where asked for
 *   state kept:    enter: state → device                (first use, and each loadState)
 *                  run:   q k v g …, table → kernels on the resident state → o (o_cross), table; state where asked
 * </pre>
 *
 * Kernels are compiled at the first run. Each run calls withGraph anew: TornadoVM keeps every result of a plan object
 * for ever, and withGraph makes a fresh one.
 */
final class TornadoPlan extends AbstractDeltaPlan implements Profiled {
    private static final int MOST_LAUNCHES = 16;

    private final DeviceHandle device;
    private final PlanArrays operands;
    private final RunTable table;
    private final List<Launch> launches;
    private final TornadoExecutionPlan plan;
    private final Stopwatch stopwatch = new Stopwatch();
    /** Index of the graph that computes; the one before it, if any, brings the state. */
    private final int run;

    /** Last result of the run graph, through which the resident state can be fetched; null before the first run. */
    private TornadoExecutionResult lastRun;
    /** Whether the host side of the state must go to the device before the next run. */
    private boolean stateOnHost = true;

    TornadoPlan(PlanSpec spec, DeviceHandle device) {
        super(spec);
        this.device = device;
        int chunkSize = spec.form() == Form.RECURRENT ? RecurrentLaunches.chunkSize(spec) : spec.chunkSize();
        table = new RunTable(spec.shape(), chunkSize, MOST_LAUNCHES);
        DeviceMemory count = DeviceMemory.counting(device);
        new PlanArrays(spec, count);
        buffers(spec, chunkSize, count);
        DeviceMemory memory = DeviceMemory.of(device);
        operands = new PlanArrays(spec, memory);
        ChunkBuffers between = buffers(spec, chunkSize, memory);
        LaunchScope scope = new LaunchScope("", table, new KernelContext());
        launches = spec.form() == Form.RECURRENT
                ? RecurrentLaunches.of(spec, operands.arrays(), between, scope)
                : ChunkLaunches.of(spec, operands.arrays(), between, scope);
        run = spec.keepsState() ? 1 : 0;
        plan = device.guard(() -> build(scope.context(), between == null ? List.of() : between.used()));
    }

    private static ChunkBuffers buffers(PlanSpec spec, int chunkSize, DeviceMemory memory) {
        return chunkSize == 0 ? null : new ChunkBuffers(spec.shape(), chunkSize, spec.form() == Form.CHUNK, memory);
    }

    private TornadoExecutionPlan build(KernelContext context, List<FloatArray> between) {
        GridScheduler scheduler = new GridScheduler();
        List<ImmutableTaskGraph> graphs = new ArrayList<>();
        if (spec().keepsState()) {
            graphs.add(ResidentState.graph(scheduler, context, List.of(operands.state))
                    .snapshot());
        }
        graphs.add(runGraph(scheduler, between));
        TornadoExecutionPlan built = new TornadoExecutionPlan(graphs.toArray(ImmutableTaskGraph[]::new));
        built.withGridScheduler(scheduler);
        device.select(built);
        return built;
    }

    private ImmutableTaskGraph runGraph(GridScheduler scheduler, List<FloatArray> between) {
        TaskGraph graph = new TaskGraph("run");
        if (spec().keepsState()) {
            graph.consumeFromDevice(ResidentState.GRAPH, operands.state);
        } else {
            graph.transferToDevice(DataTransferMode.EVERY_EXECUTION, operands.state);
        }
        graph.transferToDevice(
                DataTransferMode.EVERY_EXECUTION, operands.inputs().toArray());
        graph.transferToDevice(DataTransferMode.EVERY_EXECUTION, table.array());
        // Carries the NaN poison to the device; later runs overwrite what earlier ones wrote.
        graph.transferToDevice(
                DataTransferMode.FIRST_EXECUTION, operands.outputs().toArray());
        for (Launch launch : launches) {
            launch.addTo(graph, scheduler);
        }
        graph.transferToHost(
                DataTransferMode.EVERY_EXECUTION, operands.outputs().toArray());
        graph.transferToHost(DataTransferMode.EVERY_EXECUTION, table.array());
        graph.transferToHost(DataTransferMode.UNDER_DEMAND, operands.state);
        if (!between.isEmpty()) {
            // Never asked for; but closing a plan frees only arrays that some transfer names.
            graph.transferToHost(DataTransferMode.UNDER_DEMAND, between.toArray());
        }
        return graph.snapshot();
    }

    @Override
    protected void execute(DeltaShape shape, DeltaInputs in, DeltaOutputs out) {
        stopwatch.begin();
        if (!spec().keepsState()) {
            writeState(in.initialState());
        }
        if (shape.tokens() > 0) {
            compute(shape, in, out);
        }
        if (out.finalState() != null) {
            readState(out.finalState());
            FiniteChecks.requireFiniteState(shape, in, out.finalState());
        }
    }

    private void compute(DeltaShape shape, DeltaInputs in, DeltaOutputs out) {
        operands.load(shape, in);
        operands.poison(shape);
        table.describe(in.boundaries(shape), null);
        launches.forEach(Launch::size);
        lastRun = device.guard(() -> {
            if (spec().keepsState() && stateOnHost) {
                stopwatch.add(plan.withGraph(run - 1).execute());
            }
            return stopwatch.add(plan.withGraph(run).execute());
        });
        stateOnHost = false;
        device.requireRan(launches);
        operands.storeOutputs(out);
        FiniteChecks.requireFiniteOutput(shape, in, out.o());
        if (shape.crossRead()) {
            FiniteChecks.requireFiniteOutput(shape, in, out.oCross());
        }
    }

    @Override
    protected void writeState(Tensor state) {
        operands.loadState(state);
        stateOnHost = true;
    }

    @Override
    protected void readState(Tensor state) {
        if (!stateOnHost) {
            long bytes = operands.state.getNumBytesOfSegment();
            device.guard(() -> stopwatch.copyOut(bytes, () -> lastRun.transferToHost(operands.state)));
        }
        operands.storeState(state);
    }

    @Override
    public void profile(boolean on) {
        stopwatch.profile(plan, on);
    }

    @Override
    public RunTimes lastRun() {
        return stopwatch.times();
    }

    /** Bytes that the plan holds on the device. */
    long deviceBytes() {
        return plan.getCurrentDeviceMemoryUsage();
    }

    @Override
    protected void release() {
        device.guard(() -> {
            plan.close();
            return null;
        });
    }
}
