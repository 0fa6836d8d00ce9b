package io.deltarule.tornado;

import io.deltarule.core.Input;
import io.deltarule.core.Tensor;
import io.deltarule.core.engine.AbstractLayerPlan;
import io.deltarule.core.layer.LayerOp;
import io.deltarule.core.layer.LayerSpec;
import io.deltarule.core.layer.SequenceOp;
import io.deltarule.core.layer.Slot;
import io.deltarule.core.measure.Profiled;
import io.deltarule.core.measure.RunTimes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import uk.ac.manchester.tornado.api.DataRange;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.ImmutableTaskGraph;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.TornadoExecutionResult;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

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
    private final DeviceHandle device;
    private final LayerTables tables;
    private final LayerArrays arrays;
    private final List<Launch> launches;
    /** The inputs that some operation reads. */
    private final List<Slot> inputs;
    /** The inputs that are log-decays of some delta rule. */
    private final Set<Slot> decays = new HashSet<>();
    /** The outputs that some operation writes; others are inputs. */
    private final List<Slot> outputs;

    private final TornadoExecutionPlan plan;
    private final Stopwatch stopwatch = new Stopwatch();
    /** Index of the graph that computes; the one before it, if any, brings what is carried. */
    private final int run;

    /** Last result of the run graph, through which the carried state is fetched; null before the first run. */
    private TornadoExecutionResult lastRun;
    /** Whether the host side of the carried state must go to the device before the next run. */
    private boolean stateOnHost = true;

    /** @param spec what for; known to fit the device and one task graph: {@link LayerParts} */
    TornadoLayerPlan(LayerSpec spec, DeviceHandle device) {
        super(spec);
        this.device = device;
        KernelContext context = new KernelContext();
        tables = new LayerTables(spec);
        arrays = new LayerArrays(spec, DeviceMemory.of(device));
        launches = LayerLaunches.of(spec, arrays, tables, context).stream()
                .flatMap(List::stream)
                .toList();
        inputs = among(spec.program().inputs(), spec, LayerOp::reads);
        for (LayerOp op : spec.program().ops()) {
            if (op instanceof SequenceOp.Delta d && d.gated()) {
                decays.add(d.inputs().get(Input.G));
            }
        }
        outputs = among(spec.program().outputs(), spec, LayerOp::writes);
        outputs.forEach(slot -> arrays.slot(slot).init(Float.NaN));
        run = arrays.carried().isEmpty() ? 0 : 1;
        plan = device.guard(() -> build(context));
    }

    private TornadoExecutionPlan build(KernelContext context) {
        GridScheduler scheduler = new GridScheduler();
        List<ImmutableTaskGraph> graphs = new ArrayList<>();
        if (run > 0) {
            graphs.add(ResidentState.graph(scheduler, context, arrays.carried()).snapshot());
        }
        graphs.add(runGraph(scheduler));
        TornadoExecutionPlan built = new TornadoExecutionPlan(graphs.toArray(ImmutableTaskGraph[]::new));
        built.withGridScheduler(scheduler);
        device.select(built);
        return built;
    }

    private ImmutableTaskGraph runGraph(GridScheduler scheduler) {
        Set<TornadoNativeArray> in = new LinkedHashSet<>();
        inputs.forEach(slot -> in.add(arrays.slot(slot)));
        in.addAll(tables.arrays());
        Set<TornadoNativeArray> out = new LinkedHashSet<>();
        outputs.forEach(slot -> out.add(arrays.slot(slot)));
        Set<TornadoNativeArray> once = new LinkedHashSet<>(arrays.constants());
        once.addAll(out); // carries the NaN poison to the device; later runs overwrite what earlier ones wrote
        once.removeAll(in);
        Set<TornadoNativeArray> demand = new LinkedHashSet<>(arrays.carried());
        demand.addAll(out); // as many rows as a run has
        demand.addAll(arrays.between()); // never asked for; but closing frees only arrays that some transfer names

        TaskGraph graph = new TaskGraph("run");
        if (run > 0) {
            graph.consumeFromDevice(ResidentState.GRAPH, arrays.carried().toArray());
        }
        graph.transferToDevice(DataTransferMode.EVERY_EXECUTION, in.toArray());
        if (!once.isEmpty()) {
            graph.transferToDevice(DataTransferMode.FIRST_EXECUTION, once.toArray());
        }
        for (Launch launch : launches) {
            launch.addTo(graph, scheduler);
        }
        graph.transferToHost(DataTransferMode.EVERY_EXECUTION, tables.arrays().toArray());
        graph.transferToHost(DataTransferMode.UNDER_DEMAND, demand.toArray());
        return graph.snapshot();
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
                Operands.copyDecays(rows, arrays.slot(slot));
            } else {
                LayerArrays.copyIn(rows, arrays.slot(slot));
            }
        }
        tables.describe(lengths, positions);
        launches.forEach(Launch::size);
        stopwatch.begin();
        lastRun = device.guard(() -> {
            if (run > 0 && stateOnHost) {
                stopwatch.add(plan.withGraph(run - 1).execute());
            }
            TornadoExecutionResult result = stopwatch.add(plan.withGraph(run).execute());
            for (Slot slot : this.outputs) {
                long numbers = (long) tokens * slot.width();
                DataRange rows = new DataRange(arrays.slot(slot)).withSize(numbers);
                stopwatch.copyOut(numbers * Float.BYTES, () -> result.transferToHost(rows));
            }
            return result;
        });
        stateOnHost = false;
        device.requireRan(launches);
        List<Slot> wanted = spec().program().outputs();
        for (int i = 0; i < wanted.size(); i++) {
            int input = given.indexOf(wanted.get(i));
            if (input >= 0) {
                outputs.get(i).copyFrom(inputs.get(input));
            } else {
                LayerArrays.copyOut(arrays.slot(wanted.get(i)), outputs.get(i));
            }
        }
    }

    @Override
    protected void clearState() {
        arrays.carried().forEach(state -> state.init(0));
        stateOnHost = true;
    }

    @Override
    protected void readState(List<Tensor> state, int[] positions) {
        List<FloatArray> carried = arrays.carried();
        if (!stateOnHost && !carried.isEmpty()) {
            device.guard(() -> lastRun.transferToHost(carried.toArray()));
        }
        for (int i = 0; i < state.size(); i++) {
            LayerArrays.copyOut(carried.get(i), state.get(i));
        }
    }

    @Override
    protected void writeState(List<Tensor> state, int[] positions) {
        List<FloatArray> carried = arrays.carried();
        for (int i = 0; i < state.size(); i++) {
            LayerArrays.copyIn(state.get(i), carried.get(i));
        }
        stateOnHost = true;
    }

    @Override
    public void profile(boolean on) {
        stopwatch.profile(plan, on);
    }

    @Override
    public RunTimes lastRun() {
        return stopwatch.times();
    }

    @Override
    protected void release() {
        device.guard(() -> {
            plan.close();
            return null;
        });
    }
}
