package io.deltarule.tornado;

import io.deltarule.core.InvalidInputException;
import io.deltarule.core.Tensor;
import io.deltarule.core.layer.AbstractLayerPlan;
import io.deltarule.core.layer.LayerOp;
import io.deltarule.core.layer.LayerSpec;
import io.deltarule.core.layer.Slot;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
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
final class TornadoLayerPlan extends AbstractLayerPlan {
    /** TornadoVM's own limit, which it does not report by a message. */
    private static final int MOST_TASKS = 256;

    private final DeviceHandle device;
    private final LayerTables tables;
    private final LayerArrays arrays;
    private final List<Launch> launches;
    private final TornadoExecutionPlan plan;
    /** Index of the graph that computes; the one before it, if any, brings what is carried. */
    private final int run;

    /** Last result of the run graph, through which the carried state is fetched; null before the first run. */
    private TornadoExecutionResult lastRun;
    /** Whether the host side of the carried state must go to the device before the next run. */
    private boolean stateOnHost = true;

    TornadoLayerPlan(LayerSpec spec, DeviceHandle device) {
        super(spec);
        this.device = device;
        KernelContext context = new KernelContext();
        DeviceMemory count = DeviceMemory.counting(device);
        int tasks = LayerLaunches.of(spec, new LayerArrays(spec, count), new LayerTables(spec), context)
                .size();
        if (tasks < 1 || tasks > MOST_TASKS) {
            throw new InvalidInputException("program: a task graph of TornadoVM has 1 to " + MOST_TASKS
                    + " kernels but this program needs " + tasks + "; make a plan for each part of it");
        }
        tables = new LayerTables(spec);
        arrays = new LayerArrays(spec, DeviceMemory.of(device));
        launches = LayerLaunches.of(spec, arrays, tables, context);
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
        inputs().forEach(slot -> in.add(arrays.slot(slot)));
        in.addAll(tables.arrays());
        Set<TornadoNativeArray> out = new LinkedHashSet<>();
        outputs().forEach(slot -> out.add(arrays.slot(slot)));
        Set<TornadoNativeArray> once = new LinkedHashSet<>(arrays.constants());
        once.addAll(out); // carries the NaN poison to the device; later runs overwrite what earlier ones wrote
        once.removeAll(in);
        out.addAll(tables.arrays());
        Set<TornadoNativeArray> demand = new LinkedHashSet<>(arrays.carried());
        demand.addAll(arrays.between()); // never asked for; but closing frees only arrays that some transfer names
        demand.removeAll(out);

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
        graph.transferToHost(DataTransferMode.EVERY_EXECUTION, out.toArray());
        if (!demand.isEmpty()) {
            graph.transferToHost(DataTransferMode.UNDER_DEMAND, demand.toArray());
        }
        return graph.snapshot();
    }

    /** The input slots that some operation reads. */
    private List<Slot> inputs() {
        Set<Slot> read = new LinkedHashSet<>();
        spec().program().ops().forEach(op -> read.addAll(op.reads()));
        return spec().program().inputs().stream().filter(read::contains).toList();
    }

    /** The output slots that some operation writes. */
    private List<Slot> outputs() {
        Set<Slot> written = new LinkedHashSet<>();
        for (LayerOp op : spec().program().ops()) {
            written.addAll(op.writes());
        }
        return spec().program().outputs().stream().filter(written::contains).toList();
    }

    @Override
    protected void execute(int[] lengths, int[] positions, List<Tensor> inputs, List<Tensor> outputs) {
        List<Slot> given = spec().program().inputs();
        for (int i = 0; i < given.size(); i++) {
            if (inputs().contains(given.get(i))) {
                LayerArrays.copyIn(inputs.get(i), arrays.slot(given.get(i)));
            }
        }
        tables.describe(lengths, positions);
        launches.forEach(Launch::size);
        lastRun = device.guard(() -> {
            if (run > 0 && stateOnHost) {
                plan.withGraph(run - 1).execute();
            }
            return plan.withGraph(run).execute();
        });
        stateOnHost = false;
        for (Launch launch : launches) {
            if (!launch.ran()) {
                throw device.failure(
                        "kernel " + launch.name() + " did not run; the driver may have said why on the console", null);
            }
        }
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
    protected void release() {
        device.guard(() -> {
            plan.close();
            return null;
        });
    }
}
