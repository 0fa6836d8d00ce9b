package io.deltarule.tornado;

import io.deltarule.core.Input;
import io.deltarule.core.InvalidInputException;
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
 * A program as one task graph on one device, or as several where it is too deep for one.
 *
 * <pre>
 *   run0, run1 …:  weights → device (once); inputs, tables → kernels on the carried state → outputs, tables
 * </pre>
 *
 * What is carried is made on the device and stays there; so do the rows, weights and scratch that several graphs use. Slots in
 * between never leave the device.
 */
final class TornadoLayerPlan extends AbstractLayerPlan implements Profiled {
    private final LayerRunTables tables;
    private final LayerArrays arrays;
    /** The inputs that some operation reads. */
    private final List<Slot> inputs;
    /** The inputs that are log-decays of some delta rule. */
    private final Set<Slot> decays = new HashSet<>();
    /** The outputs that some operation writes; others are inputs. */
    private final List<Slot> outputs;

    private final LayerStages stages;
    private final GraphPlan graph;

    /**
     * Allocates, and builds the graphs.
     *
     * @param spec what for
     * @param room bytes that a graph may take: {@link ProgramCutter}
     * @throws InvalidInputException if the device cannot hold the program, or the kernels cannot do it
     */
    TornadoLayerPlan(LayerSpec spec, DeviceHandle device, int room) {
        super(spec);
        if (spec.program().ops().isEmpty()) {
            throw new InvalidInputException("program: the tornado engine expects at least one operation");
        }
        LayerLaunches.of(
                spec,
                new LayerArrays(spec, DeviceMemory.counting(device)),
                new LayerRunTables(spec),
                new KernelContext());
        KernelContext context = new KernelContext();
        tables = new LayerRunTables(spec);
        arrays = new LayerArrays(spec, DeviceMemory.of(device));
        List<List<Launch>> launches = LayerLaunches.of(spec, arrays, tables, context);
        inputs = among(spec.program().inputs(), spec, LayerOp::reads);
        for (LayerOp op : spec.program().ops()) {
            if (op instanceof SequenceOp.Delta d && d.gated()) {
                decays.add(d.inputs().get(Input.G));
            }
        }
        outputs = among(spec.program().outputs(), spec, LayerOp::writes);
        outputs.forEach(slot -> arrays.slot(slot).init(Float.NaN));
        stages = LayerStages.of(
                ProgramCutter.parts(launches, room),
                new LayerStages.Crossing(slots(inputs), slots(outputs), arrays.constants(), arrays.carried()));
        graph = new GraphPlan(device, context, stages.residents(), stages.stages());
    }

    private List<FloatArray> slots(List<Slot> some) {
        return some.stream().map(arrays::slot).toList();
    }

    /** How many task graphs a run takes. */
    int stages() {
        return graph.stages();
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
        if (stages.inputs() != null) {
            graph.send(stages.inputs());
        }
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
        if (stages.carried() != null) {
            graph.fill(stages.carried());
        }
    }

    @Override
    protected void readState(List<Tensor> state, int[] positions) {
        List<FloatArray> carried = arrays.carried();
        graph.save(carried);
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
        if (stages.carried() != null) {
            graph.send(stages.carried());
        }
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
