package io.deltarule.tornado;

import io.deltarule.core.DeltaCotangents;
import io.deltarule.core.DeltaGradients;
import io.deltarule.core.DeltaInputs;
import io.deltarule.core.DeltaShape;
import io.deltarule.core.Form;
import io.deltarule.core.InvalidInputException;
import io.deltarule.core.PlanSpec;
import io.deltarule.core.engine.AbstractGradientPlan;
import io.deltarule.core.engine.FiniteChecks;
import io.deltarule.core.measure.Profiled;
import io.deltarule.core.measure.RunTimes;
import io.deltarule.tornado.delta.ChunkLaunches;
import io.deltarule.tornado.delta.InputMap;
import io.deltarule.tornado.delta.StateWalk;
import io.deltarule.tornado.delta.backward.GradientArrays;
import io.deltarule.tornado.graph.DeviceHandle;
import io.deltarule.tornado.graph.DeviceMemory;
import io.deltarule.tornado.graph.GraphPlan;
import io.deltarule.tornado.graph.GraphTransfers;
import io.deltarule.tornado.graph.HostCopies;
import io.deltarule.tornado.graph.RunTable;
import io.deltarule.tornado.graph.Stage;
import java.util.List;
import java.util.Map;
import uk.ac.manchester.tornado.api.KernelContext;

/**
 * The backward pass of one operation as one task graph on one device.
 *
 * <pre>
 *   run:   q k v g … state, d_o (d_o_cross) d_state, table → kernels → d_q d_k d_v …, table; d_state where asked for
 * </pre>
 *
 * Of the forward pass only the states before each chunk are computed again.
 */
final class TornadoGradientPlan extends AbstractGradientPlan implements Profiled {
    private final GradientArrays arrays;
    private final RunTable table;
    private final GraphPlan graph;

    TornadoGradientPlan(PlanSpec spec, DeviceHandle device) {
        this(spec, InputMap.of(spec.variant()), device);
    }

    /**
     * Allocates, and builds the graph.
     *
     * @param map how many rows erase keys and gains have: layers may have them per key head
     */
    TornadoGradientPlan(PlanSpec spec, InputMap map, DeviceHandle device) {
        this(spec, map, device, StateWalk.of(spec, map.erases(), device.units()));
    }

    /** With a walk through its chunks of the caller's choice. */
    TornadoGradientPlan(PlanSpec spec, InputMap map, DeviceHandle device, StateWalk walk) {
        super(spec);
        BackwardPass.of(spec, map, walk, Map.of(), new KernelContext(), DeviceMemory.counting(device));
        KernelContext context = new KernelContext();
        BackwardPass pass = BackwardPass.of(spec, map, walk, Map.of(), context, DeviceMemory.of(device));
        arrays = pass.arrays();
        table = pass.table();
        GraphTransfers transfers = new GraphTransfers()
                .sending(List.of(arrays.forward.state, arrays.state))
                .sending(arrays.inputs())
                .sendingOnce(arrays.outputs())
                .returning(arrays.outputs())
                .onDemand(List.of(arrays.state, arrays.forward.state));
        graph = new GraphPlan(device, context, new Stage("backward", pass.launches(), transfers));
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

    @Override
    protected void execute(DeltaShape shape, DeltaInputs in, DeltaCotangents given, DeltaGradients out) {
        graph.begin();
        arrays.load(shape, in, given);
        if (shape.tokens() > 0) {
            compute(shape, in, given, out);
        }
        if (out.initialState() != null) {
            HostCopies.copyOut(arrays.state, out.initialState());
            FiniteChecks.requireFiniteGradient(spec().variant(), "d_initial_state", out.initialState(), in, given);
        }
    }

    private void compute(DeltaShape shape, DeltaInputs in, DeltaCotangents given, DeltaGradients out) {
        arrays.poison(in);
        table.describe(in.boundaries(shape), null);
        graph.run();
        if (out.initialState() != null) {
            graph.fetch(arrays.state);
        }
        arrays.store(out);
        out.tensors()
                .forEach((input, tensor) ->
                        FiniteChecks.requireFiniteGradient(spec().variant(), "d_" + input.id(), tensor, in, given));
    }

    /** Its task graph. */
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
