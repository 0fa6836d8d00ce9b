package io.deltarule.tornado;

import io.deltarule.core.Storage;
import io.deltarule.core.layer.LayerOp;
import io.deltarule.core.layer.LayerSpec;
import io.deltarule.core.layer.Slot;
import io.deltarule.tornado.graph.DeviceHandle;
import io.deltarule.tornado.graph.DeviceMemory;
import io.deltarule.tornado.graph.GraphPlan;
import io.deltarule.tornado.graph.Launch;
import io.deltarule.tornado.op.LayerArrays;
import io.deltarule.tornado.op.LayerLaunches;
import io.deltarule.tornado.op.LayerRunTables;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/** The task graphs of programs that share their weights: one plan of TornadoVM, closed with the last program's. */
final class LayerGraph {
    private final List<Program> programs = new ArrayList<>();
    private final LayerStages stages;
    private final GraphPlan graph;
    private int open;

    /** A program's arrays, and what its launches learn of a run. */
    record Program(LayerSpec spec, LayerArrays arrays, LayerRunTables tables) {
        /** The inputs that some operation reads. */
        List<Slot> inputs() {
            return among(spec.program().inputs(), LayerOp::reads);
        }

        /** The outputs that some operation writes; others are inputs. */
        List<Slot> outputs() {
            return among(spec.program().outputs(), LayerOp::writes);
        }

        /** Those of some slots that operations read, or write. */
        private List<Slot> among(List<Slot> slots, Function<LayerOp, List<Slot>> used) {
            Set<Slot> all = new HashSet<>();
            spec.program().ops().forEach(op -> all.addAll(used.apply(op)));
            return slots.stream().filter(all::contains).toList();
        }

        private List<FloatArray> arraysOf(List<Slot> slots) {
            return slots.stream().map(arrays::slot).toList();
        }
    }

    /**
     * Allocates, and builds the graphs.
     *
     * @param room bytes that a graph may take: {@link ProgramCutter}
     */
    LayerGraph(List<LayerSpec> specs, DeviceHandle device, int room) {
        Storage storage = specs.getFirst().storage();
        launches(specs, DeviceMemory.counting(device, storage), new KernelContext(), new ArrayList<>());
        KernelContext context = new KernelContext();
        List<List<List<Launch>>> launches = launches(specs, DeviceMemory.of(device, storage), context, programs);
        List<LayerStages.Program> cut = new ArrayList<>();
        for (int i = 0; i < programs.size(); i++) {
            Program program = programs.get(i);
            List<FloatArray> outputs = program.arraysOf(program.outputs());
            outputs.forEach(array -> array.init(Float.NaN));
            cut.add(new LayerStages.Program(
                    ProgramCutter.parts(launches.get(i), room),
                    program.arraysOf(program.inputs()),
                    outputs,
                    program.arrays().constants(),
                    program.arrays().carried()));
        }
        stages = new LayerStages(cut);
        graph = new GraphPlan(device, context, stages.residents(), stages.stages());
        open = programs.size();
    }

    private static List<List<List<Launch>>> launches(
            List<LayerSpec> specs, DeviceMemory memory, KernelContext context, List<Program> programs) {
        List<List<List<Launch>>> launches = new ArrayList<>();
        for (LayerSpec spec : specs) {
            LayerArrays others = programs.isEmpty() ? null : programs.getFirst().arrays();
            Program program = new Program(spec, new LayerArrays(spec, memory, others), new LayerRunTables(spec));
            programs.add(program);
            launches.add(LayerLaunches.of(spec, program.arrays(), program.tables(), context));
        }
        return launches;
    }

    Program program(int index) {
        return programs.get(index);
    }

    LayerStages.Placed placed(int program) {
        return stages.placed(program);
    }

    GraphPlan graph() {
        return graph;
    }

    /** One program's plan is closed. */
    void close() {
        open--;
        if (open == 0) {
            graph.close();
        }
    }
}
