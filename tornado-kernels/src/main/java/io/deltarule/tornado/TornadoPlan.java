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
import io.deltarule.tornado.graph.DeviceHandle;
import io.deltarule.tornado.graph.DeviceMemory;
import io.deltarule.tornado.graph.GraphPlan;
import io.deltarule.tornado.graph.GraphTransfers;
import io.deltarule.tornado.graph.Launch;
import io.deltarule.tornado.graph.LaunchScope;
import io.deltarule.tornado.graph.ResidentArrays;
import io.deltarule.tornado.graph.ResidentGroup;
import io.deltarule.tornado.graph.RunTable;
import io.deltarule.tornado.graph.Stage;
import java.util.List;
import uk.ac.manchester.tornado.api.KernelContext;

/**
 * One operation as task graphs on one device.
 *
 * <pre>
 *   state passed:  run:   q k v g … state, table → kernels → o (o_cross), table; state where asked for
 *   state kept:    send:  state → device                (each loadState; zeros are made there)
 *                  run:   q k v g …, table → kernels on the resident state → o (o_cross), table; state where asked
 * </pre>
 */
final class TornadoPlan extends AbstractDeltaPlan implements Profiled {
    private final PlanArrays arrays;
    private final RunTable table;
    private final GraphPlan graph;
    /** The state that stays; null where each run brings its own. */
    private final ResidentGroup kept;

    TornadoPlan(PlanSpec spec, DeviceHandle device) {
        super(spec);
        int chunkSize = spec.form() == Form.RECURRENT ? RecurrentLaunches.chunkSize(spec) : spec.chunkSize();
        int longest = longest(spec, chunkSize);
        table = new RunTable(spec.shape(), chunkSize, longest);
        InputMap map = InputMap.of(spec.variant());
        DeviceMemory count = DeviceMemory.counting(device);
        new PlanArrays(spec, map, count);
        buffers(spec, chunkSize, longest, count);
        DeviceMemory memory = DeviceMemory.of(device);
        arrays = new PlanArrays(spec, map, memory);
        ChunkBuffers between = buffers(spec, chunkSize, longest, memory);
        KernelContext context = new KernelContext();
        LaunchScope scope = new LaunchScope("", table, context);
        List<Launch> launches = spec.form() == Form.RECURRENT
                ? RecurrentLaunches.of(spec, arrays.arrays(), between, scope)
                : ChunkLaunches.of(spec, arrays.arrays(), between, scope);
        kept = spec.keepsState() ? new ResidentGroup("state", 0, List.of(arrays.state)) : null;
        Stage run = new Stage("run", launches, transfers());
        graph = kept == null
                ? new GraphPlan(device, context, run)
                : new GraphPlan(device, context, ResidentArrays.of(kept), List.of(run));
    }

    /** The recurrent form's chunks are only read from, and lose nothing by their length. */
    private static int longest(PlanSpec spec, int chunkSize) {
        return spec.form() == Form.RECURRENT ? chunkSize : ChunkLaunches.longest(spec);
    }

    private static ChunkBuffers buffers(PlanSpec spec, int chunkSize, int longest, DeviceMemory memory) {
        return chunkSize == 0
                ? null
                : new ChunkBuffers(
                        spec.shape(),
                        chunkSize,
                        longest,
                        spec.form() == Form.CHUNK && spec.variant().erases(),
                        memory);
    }

    private GraphTransfers transfers() {
        return new GraphTransfers()
                .sending(spec().keepsState() ? List.of() : List.of(arrays.state))
                .sending(arrays.inputs())
                .sendingOnce(arrays.outputs())
                .returning(arrays.outputs())
                .onDemand(List.of(arrays.state));
    }

    @Override
    protected void execute(DeltaShape shape, DeltaInputs in, DeltaOutputs out) {
        graph.begin();
        if (kept == null) {
            arrays.loadState(in.initialState());
        }
        if (shape.tokens() > 0) {
            compute(shape, in, out);
        }
        if (out.finalState() != null) {
            if (shape.tokens() > 0 || kept != null) {
                graph.fetch(arrays.state);
            }
            arrays.storeState(out.finalState());
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
        if (state == null) {
            graph.fill(kept);
        } else {
            arrays.loadState(state);
            graph.send(kept);
        }
    }

    @Override
    protected void readState(Tensor state) {
        graph.save(kept.arrays());
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
