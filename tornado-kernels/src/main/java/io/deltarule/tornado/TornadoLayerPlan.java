package io.deltarule.tornado;

import io.deltarule.core.InvalidInputException;
import io.deltarule.core.Tensor;
import io.deltarule.core.engine.AbstractLayerPlan;
import io.deltarule.core.layer.LayerPlan;
import io.deltarule.core.layer.LayerSpec;
import io.deltarule.core.layer.SequenceOp;
import io.deltarule.core.layer.Slot;
import io.deltarule.core.measure.Profiled;
import io.deltarule.core.measure.RunTimes;
import io.deltarule.tornado.graph.DeviceHandle;
import io.deltarule.tornado.graph.GraphPlan;
import io.deltarule.tornado.graph.HostCopies;
import io.deltarule.tornado.op.LayerArrays;
import io.deltarule.tornado.op.LayerRunTables;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/**
 * A program as one task graph on one device, or as several where it is too deep for one.
 *
 * <pre>
 *   run0, run1 …:  weights → device (once); inputs, tables → kernels on the carried state → outputs, tables
 * </pre>
 *
 * What is carried is made on the device and stays there; so do the rows, weights and scratch that several graphs use. Slots in
 * between never leave the device. Programs whose plans are made together have each weight there once.
 */
final class TornadoLayerPlan extends AbstractLayerPlan implements Profiled {
    private final LayerGraph shared;
    private final LayerRunTables tables;
    private final LayerArrays arrays;
    private final LayerStages.Placed placed;
    private final GraphPlan graph;
    private final List<Slot> inputs;
    /** The inputs that are log-decays of some delta rule. */
    private final Set<Slot> decays;

    private RunTimes times = RunTimes.NONE;

    /**
     * Makes the plans of some programs, which one thread at a time uses, all of them together.
     *
     * @param specs what for
     * @param room bytes that a graph may take: {@link ProgramCutter}
     * @throws InvalidInputException if the device cannot hold the programs, or the kernels cannot do them
     */
    static List<LayerPlan> of(List<LayerSpec> specs, DeviceHandle device, int room) {
        for (LayerSpec spec : specs) {
            if (spec.program().ops().isEmpty()) {
                throw new InvalidInputException("program: the tornado engine expects at least one operation");
            }
        }
        LayerGraph graph = new LayerGraph(specs, device, room);
        List<LayerPlan> plans = new ArrayList<>();
        for (int i = 0; i < specs.size(); i++) {
            plans.add(new TornadoLayerPlan(graph, i));
        }
        return plans;
    }

    private TornadoLayerPlan(LayerGraph shared, int index) {
        super(shared.program(index).spec());
        this.shared = shared;
        LayerGraph.Program program = shared.program(index);
        tables = program.tables();
        arrays = program.arrays();
        inputs = program.inputs();
        placed = shared.placed(index);
        graph = shared.graph();
        decays = SequenceOp.Delta.decays(program.spec().program());
    }

    /** How many task graphs a run takes. */
    int stages() {
        return placed.end() - placed.first();
    }

    @Override
    protected void execute(int[] lengths, int[] positions, List<Tensor> inputs, List<Tensor> outputs) {
        execute(lengths, positions, inputs, null, outputs);
    }

    /** @param rows null for all */
    @Override
    protected void execute(int[] lengths, int[] positions, List<Tensor> inputs, int[] rows, List<Tensor> outputs) {
        List<Slot> given = spec().program().inputs();
        for (Slot slot : this.inputs) {
            Tensor numbers = inputs.get(given.indexOf(slot));
            if (decays.contains(slot)) {
                HostCopies.copyDecaysIn(numbers, arrays.slot(slot));
            } else {
                HostCopies.copyIn(numbers, arrays.slot(slot));
            }
        }
        tables.describe(lengths, positions);
        graph.begin();
        if (placed.inputs() != null) {
            graph.send(placed.inputs());
        }
        for (int stage = placed.first(); stage < placed.end(); stage++) {
            graph.run(stage);
        }
        int tokens = Arrays.stream(lengths).sum();
        List<Slot> wanted = spec().program().outputs();
        for (int i = 0; i < wanted.size(); i++) {
            int input = given.indexOf(wanted.get(i));
            Tensor to = outputs.get(i);
            if (input < 0) {
                fetch(wanted.get(i), rows, tokens, to);
            } else if (rows == null) {
                to.copyFrom(inputs.get(input));
            } else {
                copyRows(inputs.get(input), rows, to);
            }
        }
        times = graph.times();
    }

    /** Brings rows of a slot; marked before, so that what never came back shows. */
    private void fetch(Slot slot, int[] rows, int tokens, Tensor to) {
        FloatArray array = arrays.slot(slot);
        int width = slot.width();
        if (rows == null) {
            array.set(0, Float.NaN);
            array.set(tokens * width - 1, Float.NaN);
            graph.fetch(array, 0, (long) tokens * width);
            HostCopies.copyOut(array, to);
            return;
        }
        for (int row : rows) {
            array.set(row * width, Float.NaN);
            array.set(row * width + width - 1, Float.NaN);
            graph.fetch(array, (long) row * width, width);
        }
        copyRows(HostCopies.view(array, tokens, width), rows, to);
    }

    @Override
    protected void clearState() {
        if (placed.carried() != null) {
            graph.fill(placed.carried());
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
        if (placed.carried() != null) {
            graph.send(placed.carried());
        }
    }

    @Override
    public void profile(boolean on) {
        graph.profile(on);
        times = RunTimes.NONE;
    }

    @Override
    public RunTimes lastRun() {
        return times;
    }

    @Override
    protected void release() {
        shared.close();
    }
}
