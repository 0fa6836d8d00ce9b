package io.deltarule.tornado;

import io.deltarule.core.engine.AbstractGradientPlan;
import io.deltarule.core.DeltaCotangents;
import io.deltarule.core.DeltaGradients;
import io.deltarule.core.DeltaInputs;
import io.deltarule.core.DeltaShape;
import io.deltarule.core.Form;
import io.deltarule.core.InvalidInputException;
import io.deltarule.core.PlanSpec;
import io.deltarule.core.measure.Profiled;
import io.deltarule.core.measure.RunTimes;
import io.deltarule.tornado.delta.ChunkBuffers;
import io.deltarule.tornado.delta.ChunkLaunches;
import io.deltarule.tornado.delta.PlanArrays;
import io.deltarule.tornado.delta.backward.GradientArrays;
import io.deltarule.tornado.delta.backward.GradientBuffers;
import io.deltarule.tornado.delta.backward.GradientLaunches;
import io.deltarule.tornado.graph.DeviceHandle;
import io.deltarule.tornado.graph.DeviceMemory;
import io.deltarule.tornado.graph.Launch;
import io.deltarule.tornado.graph.LaunchScope;
import io.deltarule.tornado.graph.RunTable;
import io.deltarule.tornado.graph.Stopwatch;
import java.util.ArrayList;
import java.util.List;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.TornadoExecutionResult;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/**
 * The backward pass of one operation as one task graph on one device.
 *
 * <pre>
 *   run:   q k v g … state, d_o (d_o_cross) d_state, table → kernels → d_q d_k d_v …, table; d_state where asked for
 * </pre>
 *
 * Kernels are compiled at the first run. Of the forward pass only the states before each chunk are computed again.
 */
final class TornadoGradientPlan extends AbstractGradientPlan implements Profiled {
    private final DeviceHandle device;
    private final GradientArrays operands;
    private final RunTable table;
    private final List<Launch> launches;
    private final TornadoExecutionPlan plan;
    private final Stopwatch stopwatch = new Stopwatch();

    TornadoGradientPlan(PlanSpec spec, DeviceHandle device) {
        super(spec);
        this.device = device;
        int C = spec.chunkSize();
        table = new RunTable(spec.shape(), C, GradientLaunches.MOST);
        DeviceMemory count = DeviceMemory.counting(device);
        new GradientArrays(spec, count);
        new ChunkBuffers(spec.shape(), C, true, count);
        new GradientBuffers(spec.shape(), C, count);
        DeviceMemory memory = DeviceMemory.of(device);
        operands = new GradientArrays(spec, memory);
        ChunkBuffers between = new ChunkBuffers(spec.shape(), C, true, memory);
        GradientBuffers gradients = new GradientBuffers(spec.shape(), C, memory);
        LaunchScope scope = new LaunchScope("", table, new KernelContext());
        launches = GradientLaunches.of(spec, operands, between, gradients, scope);
        List<FloatArray> kept = new ArrayList<>(between.used());
        kept.addAll(gradients.used());
        kept.addAll(operands.absent());
        plan = device.guard(() -> build(kept));
    }

    /**
     * Refuses what the kernels cannot do.
     *
     * @throws InvalidInputException naming what they can
     */
    static void check(PlanSpec spec) {
        if (spec.form() != Form.CHUNK) {
            throw new InvalidInputException(
                    "form: the tornado engine's backward pass expected chunk but found recurrent; ask for chunks, or use the "
                            + "reference engine");
        }
        ChunkLaunches.check(spec);
    }

    private TornadoExecutionPlan build(List<FloatArray> kept) {
        GridScheduler scheduler = new GridScheduler();
        TaskGraph graph = new TaskGraph("backward");
        graph.transferToDevice(DataTransferMode.EVERY_EXECUTION, operands.forward.state, operands.state);
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
        // Never asked for; but closing a plan frees only arrays that some transfer names.
        graph.transferToHost(DataTransferMode.UNDER_DEMAND, operands.forward.state);
        graph.transferToHost(DataTransferMode.UNDER_DEMAND, kept.toArray());
        TornadoExecutionPlan built = new TornadoExecutionPlan(graph.snapshot());
        built.withGridScheduler(scheduler);
        device.select(built);
        return built;
    }

    @Override
    protected void execute(DeltaShape shape, DeltaInputs in, DeltaCotangents given, DeltaGradients out) {
        stopwatch.begin();
        operands.load(shape, in, given);
        if (shape.tokens() > 0) {
            compute(shape, in, given, out);
        }
        if (out.initialState() != null) {
            PlanArrays.copyOut(operands.state, out.initialState());
            FiniteChecks.requireFiniteGradient("d_initial_state", out.initialState(), in, given);
        }
    }

    private void compute(DeltaShape shape, DeltaInputs in, DeltaCotangents given, DeltaGradients out) {
        operands.poison(in);
        table.describe(in.boundaries(shape), null);
        launches.forEach(Launch::size);
        device.guard(() -> {
            // withGraph makes a fresh object, where TornadoVM keeps every result of a plan object for ever.
            TornadoExecutionResult result = stopwatch.add(plan.withGraph(0).execute());
            if (out.initialState() != null) {
                long bytes = operands.state.getNumBytesOfSegment();
                stopwatch.copyOut(bytes, () -> result.transferToHost(operands.state));
            }
            return result;
        });
        device.requireRan(launches);
        operands.store(out);
        out.tensors()
                .forEach((input, tensor) -> FiniteChecks.requireFiniteGradient("d_" + input.id(), tensor, in, given));
    }

    @Override
    public void profile(boolean on) {
        stopwatch.profile(plan, on);
    }

    @Override
    public RunTimes lastRun() {
        return stopwatch.times();
    }

    /** The kernels of a run, in order. */
    List<String> kernels() {
        return launches.stream().map(Launch::name).toList();
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
