package io.deltarule.tornado;

import io.deltarule.core.Tensor;
import io.deltarule.core.engine.AbstractLayerPlan;
import io.deltarule.core.layer.LayerOp;
import io.deltarule.core.layer.LayerSpec;
import io.deltarule.core.layer.SequenceOp;
import io.deltarule.core.layer.Slot;
import io.deltarule.core.measure.Profiled;
import io.deltarule.core.measure.RunTimes;
import io.deltarule.tornado.graph.DeviceHandle;
import io.deltarule.tornado.graph.DeviceMemory;
import io.deltarule.tornado.graph.GraphPlan;
import io.deltarule.tornado.graph.GraphTransfers;
import io.deltarule.tornado.graph.HostCopies;
import io.deltarule.tornado.graph.Launch;
import io.deltarule.tornado.op.LayerArrays;
import io.deltarule.tornado.op.LayerLaunches;
import io.deltarule.tornado.op.LayerRunTables;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/**
 * A program as one task graph on one device, after one that brings what is carried.
 *
 * <pre>
 *   enter: carried → device                                  first use, and after each reset and loadState
 *   run:   weights → device (once); inputs, tables → kernels on the carried state → outputs, tables
 * </pre>
 *
 * Slots in between never leave the device.
 */
final class TornadoLayerPlan extends AbstractLayerPlan implements Profiled {
    private final LayerRunTables tables;
    private final LayerArrays arrays;
    /** The inputs that some operation reads. */
    private final List<Slot> inputs;
    /** The inputs that are log-decays of some delta rule. */
    private final Set<Slot> decays;
    /** The outputs that some operation writes; others are inputs. */
    private final List<Slot> outputs;

    private final GraphPlan graph;

    /**
     * Allocates, and builds the graph.
     *
     * @param spec what for; known to fit the device and one task graph: {@link ProgramCutter}
     */
    TornadoLayerPlan(LayerSpec spec, DeviceHandle device) {
        super(spec);
        KernelContext context = new KernelContext();
        tables = new LayerRunTables(spec);
        arrays = new LayerArrays(spec, DeviceMemory.of(device));
        List<Launch> launches = LayerLaunches.of(spec, arrays, tables, context).stream()
                .flatMap(List::stream)
                .toList();
        inputs = among(spec.program().inputs(), spec, LayerOp::reads);
        decays = SequenceOp.Delta.decays(spec.program());
        outputs = among(spec.program().outputs(), spec, LayerOp::writes);
        outputs.forEach(slot -> arrays.slot(slot).init(Float.NaN));
        List<FloatArray> out = outputs.stream().map(arrays::slot).toList();
        GraphTransfers transfers = new GraphTransfers()
                .keeping(arrays.carried())
                .sending(inputs.stream().map(arrays::slot).toList())
                .sendingOnce(arrays.constants())
                .sendingOnce(out)
                .onDemand(arrays.carried())
                .onDemand(out) // as many rows as a run has
                .onDemand(arrays.between());
        graph = new GraphPlan(device, "run", context, launches, transfers);
    }

    /** Those of some slots that operations read, or write. */
    private static List<Slot> among(List<Slot> slots, LayerSpec spec, Function<LayerOp, List<Slot>> used) {
        Set<Slot> all = new HashSet<>();
        spec.program().ops().forEach(op -> all.addAll(used.apply(op)));
        return slots.stream().filter(all::contains).toList();
    }

    @Override
    protected void execute(int[] lengths, int[] positions, List<Tensor> inputs, List<Tensor> outputs) {
        int tokens = Arrays.stream(lengths).sum();
        List<Slot> given = spec().program().inputs();
        for (Slot slot : this.outputs) { // so that what never came back shows
            arrays.slot(slot).set(0, Float.NaN);
            arrays.slot(slot).set(tokens * slot.width() - 1, Float.NaN);
        }
        for (Slot slot : this.inputs) {
            Tensor rows = inputs.get(given.indexOf(slot));
            if (decays.contains(slot)) {
                HostCopies.copyDecaysIn(rows, arrays.slot(slot));
            } else {
                HostCopies.copyIn(rows, arrays.slot(slot));
            }
        }
        tables.describe(lengths, positions);
        graph.begin();
        graph.run();
        for (Slot slot : this.outputs) {
            graph.fetch(arrays.slot(slot), (long) tokens * slot.width());
        }
        List<Slot> wanted = spec().program().outputs();
        for (int i = 0; i < wanted.size(); i++) {
            int input = given.indexOf(wanted.get(i));
            if (input >= 0) {
                outputs.get(i).copyFrom(inputs.get(input));
            } else {
                HostCopies.copyOut(arrays.slot(wanted.get(i)), outputs.get(i));
            }
        }
    }

    @Override
    protected void clearState() {
        arrays.carried().forEach(state -> state.init(0));
        graph.stateChanged();
    }

    @Override
    protected void readState(List<Tensor> state, int[] positions) {
        List<FloatArray> carried = arrays.carried();
        if (!graph.stateIsOnHost() && !carried.isEmpty()) {
            graph.save(carried);
        }
        for (int i = 0; i < state.size(); i++) {
            HostCopies.copyOut(carried.get(i), state.get(i));
        }
    }

    @Override
    protected void writeState(List<Tensor> state, int[] positions) {
        List<FloatArray> carried = arrays.carried();
        for (int i = 0; i < state.size(); i++) {
            HostCopies.copyIn(state.get(i), carried.get(i));
        }
        graph.stateChanged();
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
