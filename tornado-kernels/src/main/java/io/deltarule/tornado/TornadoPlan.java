package io.deltarule.tornado;

import io.deltarule.core.DeltaInputs;
import io.deltarule.core.DeltaOutputs;
import io.deltarule.core.DeltaShape;
import io.deltarule.core.Form;
import io.deltarule.core.PlanSpec;
import io.deltarule.core.Tensor;
import io.deltarule.core.engine.AbstractDeltaPlan;
import io.deltarule.core.engine.FiniteChecks;
import io.deltarule.core.measure.Profiled;
import io.deltarule.core.measure.RunTimes;
import io.deltarule.tornado.delta.ChunkBuffers;
import io.deltarule.tornado.delta.ChunkLaunches;
import io.deltarule.tornado.delta.InputMap;
import io.deltarule.tornado.delta.PlanArrays;
import io.deltarule.tornado.delta.RecurrentLaunches;
import io.deltarule.tornado.delta.StateWalk;
import io.deltarule.tornado.graph.DeviceHandle;
import io.deltarule.tornado.graph.DeviceMemory;
import io.deltarule.tornado.graph.GraphPlan;
import io.deltarule.tornado.graph.GraphTransfers;
import io.deltarule.tornado.graph.Launch;
import io.deltarule.tornado.graph.LaunchScope;
import io.deltarule.tornado.graph.RunTable;
import java.util.List;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/**
 * One operation as task graphs on one device.
 *
 * <pre>
 *   state passed:  run:   q k v g … state, table → kernels → o (o_cross), table; state where asked for
 *   state kept:    enter: state → device                (first use, and each loadState)
 *                  run:   q k v g …, table → kernels on the resident state → o (o_cross), table; state where asked
 * </pre>
 */
final class TornadoPlan extends AbstractDeltaPlan implements Profiled {
    private final PlanArrays arrays;
    private final RunTable table;
    private final GraphPlan graph;

    TornadoPlan(PlanSpec spec, DeviceHandle device) {
        this(spec, device, walk(spec, device));
    }

    /** With a walk through its chunks of the caller's choice. */
    TornadoPlan(PlanSpec spec, DeviceHandle device, StateWalk walk) {
        super(spec);
        int chunkSize = spec.form() == Form.RECURRENT ? RecurrentLaunches.chunkSize(spec) : spec.chunkSize();
        int longest = longest(spec, chunkSize);
        table = new RunTable(spec.shape(), chunkSize, longest, walk.segment());
        InputMap map = InputMap.of(spec.variant());
        DeviceMemory count = DeviceMemory.counting(device);
        new PlanArrays(spec, map, count);
        buffers(spec, chunkSize, longest, walk, count);
        DeviceMemory memory = DeviceMemory.of(device);
        arrays = new PlanArrays(spec, map, memory);
        ChunkBuffers between = buffers(spec, chunkSize, longest, walk, memory);
        KernelContext context = new KernelContext();
        LaunchScope scope = new LaunchScope("", table, context);
        List<Launch> launches = spec.form() == Form.RECURRENT
                ? RecurrentLaunches.of(spec, arrays.arrays(), between, scope)
                : ChunkLaunches.of(spec, arrays.arrays(), between, scope);
        graph = new GraphPlan(device, "run", context, launches, transfers(between));
    }

    /** The recurrent form's chunks are only read from, and lose nothing by their length. */
    private static int longest(PlanSpec spec, int chunkSize) {
        return spec.form() == Form.RECURRENT ? chunkSize : ChunkLaunches.longest(spec);
    }

    private static StateWalk walk(PlanSpec spec, DeviceHandle device) {
        return spec.form() == Form.RECURRENT
                ? StateWalk.NONE
                : StateWalk.of(
                        spec.shape(),
                        spec.chunkSize(),
                        ChunkLaunches.longest(spec),
                        spec.variant().erases(),
                        device.units());
    }

    private static ChunkBuffers buffers(
            PlanSpec spec, int chunkSize, int longest, StateWalk walk, DeviceMemory memory) {
        return chunkSize == 0
                ? null
                : new ChunkBuffers(
                        spec.shape(),
                        chunkSize,
                        longest,
                        spec.form() == Form.CHUNK && spec.variant().erases(),
                        walk,
                        memory);
    }

    private GraphTransfers transfers(ChunkBuffers between) {
        List<FloatArray> state = List.of(arrays.state);
        GraphTransfers transfers = new GraphTransfers();
        return (spec().keepsState() ? transfers.keeping(state) : transfers.sending(state))
                .sending(arrays.inputs())
                .sendingOnce(arrays.outputs())
                .returning(arrays.outputs())
                .onDemand(state)
                .onDemand(between == null ? List.of() : between.used());
    }

    @Override
    protected void execute(DeltaShape shape, DeltaInputs in, DeltaOutputs out) {
        graph.begin();
        if (!spec().keepsState()) {
            writeState(in.initialState());
        }
        if (shape.tokens() > 0) {
            compute(shape, in, out);
        }
        if (out.finalState() != null) {
            readState(out.finalState());
            FiniteChecks.requireFiniteState(spec().variant(), shape, in, out.finalState());
        }
    }

    private void compute(DeltaShape shape, DeltaInputs in, DeltaOutputs out) {
        arrays.load(shape, in);
        arrays.poison(shape);
        table.describe(in.boundaries(shape), before());
        graph.run();
        arrays.storeOutputs(out);
        FiniteChecks.requireFiniteOutput(spec().variant(), shape, in, out.o());
        if (shape.crossRead()) {
            FiniteChecks.requireFiniteOutput(spec().variant(), shape, in, out.oCross());
        }
    }

    @Override
    protected void writeState(Tensor state) {
        arrays.loadState(state);
        graph.stateChanged();
    }

    @Override
    protected void readState(Tensor state) {
        if (!graph.stateIsOnHost()) {
            graph.fetch(arrays.state);
        }
        arrays.storeState(state);
    }

    /** Its task graphs. */
    GraphPlan graph() {
        return graph;
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
    protected void release() {
        graph.close();
    }
}
