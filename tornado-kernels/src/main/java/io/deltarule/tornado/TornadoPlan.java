package io.deltarule.tornado;

import io.deltarule.core.DeltaInputs;
import io.deltarule.core.DeltaOutputs;
import io.deltarule.core.DeltaShape;
import io.deltarule.core.PlanSpec;
import io.deltarule.core.Tensor;
import io.deltarule.core.engine.AbstractDeltaPlan;
import io.deltarule.core.engine.FiniteChecks;
import io.deltarule.core.measure.Profiled;
import io.deltarule.core.measure.RunTimes;
import io.deltarule.tornado.delta.PlanArrays;
import io.deltarule.tornado.delta.StateWalk;
import io.deltarule.tornado.graph.DeviceHandle;
import io.deltarule.tornado.graph.DeviceMemory;
import io.deltarule.tornado.graph.GraphPlan;
import io.deltarule.tornado.graph.GraphTransfers;
import io.deltarule.tornado.graph.ResidentArrays;
import io.deltarule.tornado.graph.ResidentGroup;
import io.deltarule.tornado.graph.RunTable;
import io.deltarule.tornado.graph.Stage;
import java.util.List;
import java.util.Map;
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
        this(spec, device, StateWalk.of(spec, spec.variant().erases(), device.units()));
    }

    /** With a walk through its chunks of the caller's choice. */
    TornadoPlan(PlanSpec spec, DeviceHandle device, StateWalk walk) {
        super(spec);
        ForwardPass.of(spec, walk, Map.of(), new KernelContext(), DeviceMemory.counting(device, spec.storage()));
        KernelContext context = new KernelContext();
        ForwardPass pass = ForwardPass.of(spec, walk, Map.of(), context, DeviceMemory.of(device, spec.storage()));
        arrays = pass.arrays();
        table = pass.table();
        kept = spec.keepsState() ? new ResidentGroup("state", 0, List.of(arrays.state)) : null;
        Stage run = new Stage("run", pass.launches(), transfers());
        graph = kept == null
                ? new GraphPlan(device, context, run)
                : new GraphPlan(device, context, ResidentArrays.of(kept), List.of(run));
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
