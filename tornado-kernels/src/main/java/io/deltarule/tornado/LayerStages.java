package io.deltarule.tornado;

import io.deltarule.tornado.graph.GraphTransfers;
import io.deltarule.tornado.graph.Launch;
import io.deltarule.tornado.graph.ResidentArrays;
import io.deltarule.tornado.graph.ResidentGroup;
import io.deltarule.tornado.graph.Stage;
import io.deltarule.tornado.stored.StoredArrays;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.ShortArray;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/**
 * The stages of programs, and the arrays that stay on the device between stages: what is carried from run to run, and what several
 * stages use, rows, weights and scratch.
 */
final class LayerStages {
    private final List<Stage> stages = new ArrayList<>();
    private final List<ResidentGroup> groups = new ArrayList<>();
    private final List<TornadoNativeArray> constants = new ArrayList<>();
    private final List<Placed> placed = new ArrayList<>();

    /**
     * A program's launches in parts, and its arrays that cross between host and device.
     *
     * @param parts the launches of each stage
     * @param inputs rows that come in
     * @param outputs rows that go out
     * @param constants weights and tables
     * @param carried from run to run, zeros at first
     */
    record Program(
            List<List<Launch>> parts,
            List<FloatArray> inputs,
            List<FloatArray> outputs,
            List<TornadoNativeArray> constants,
            List<FloatArray> carried) {}

    /**
     * Where a program's stages and arrays are.
     *
     * @param first its first stage
     * @param end the stage after its last
     * @param carried what it carries; null where that is nothing
     * @param inputs those inputs that stay because several stages use their places; null where there is none
     */
    record Placed(int first, int end, ResidentGroup carried, ResidentGroup inputs) {}

    /** Sorts the arrays of some programs. */
    LayerStages(List<Program> programs) {
        Set<TornadoNativeArray> shared = shared(programs);
        programs.forEach(program -> program.carried().forEach(array -> shared.remove(StoredArrays.real(array))));
        Set<TornadoNativeArray> weights = new HashSet<>();
        for (Program program : programs) {
            ResidentGroup carried = group("carried", 0, program.carried());
            List<FloatArray> staying = among(program.inputs(), shared);
            ResidentGroup inputs = group("inputs", Float.NaN, staying);
            staying.forEach(array -> shared.remove(StoredArrays.real(array)));
            int first = stages.size();
            program.parts().forEach(part -> add(program, part));
            placed.add(new Placed(first, stages.size(), carried, inputs));
            weights.addAll(program.constants());
        }
        List<TornadoNativeArray> between = new ArrayList<>();
        for (TornadoNativeArray array : shared) {
            boolean numbers = array instanceof FloatArray || array instanceof ShortArray;
            if (numbers && !weights.contains(array)) {
                between.add(array);
            } else { // integers that kernels hand on begin with whatever their host side has
                constants.add(array);
            }
        }
        group("between", Float.NaN, between);
    }

    private void add(Program program, List<Launch> part) {
        Set<TornadoNativeArray> own = arrays(part);
        stages.add(new Stage(
                "run" + stages.size(),
                part,
                new GraphTransfers()
                        .sending(among(program.inputs(), own))
                        .sendingOnce(among(program.constants(), own))
                        .sendingOnce(among(program.outputs(), own))
                        .onDemand(among(program.outputs(), own)))); // as many rows as a run has
    }

    private ResidentGroup group(String name, float begin, List<? extends TornadoNativeArray> arrays) {
        if (arrays.isEmpty()) {
            return null;
        }
        ResidentGroup group = new ResidentGroup(name + groups.size(), begin, arrays);
        groups.add(group);
        return group;
    }

    private static Set<TornadoNativeArray> arrays(List<Launch> part) {
        Set<TornadoNativeArray> arrays = new LinkedHashSet<>();
        part.forEach(launch -> arrays.addAll(launch.arrays()));
        return arrays;
    }

    /** Those that more than one stage uses. */
    private static Set<TornadoNativeArray> shared(List<Program> programs) {
        Set<TornadoNativeArray> once = new HashSet<>();
        Set<TornadoNativeArray> shared = new LinkedHashSet<>();
        for (Program program : programs) {
            for (List<Launch> part : program.parts()) {
                arrays(part).forEach(array -> {
                    if (!once.add(array)) {
                        shared.add(array);
                    }
                });
            }
        }
        return shared;
    }

    private static <T extends TornadoNativeArray> List<T> among(List<T> some, Set<TornadoNativeArray> those) {
        return some.stream()
                .filter(array -> those.contains(StoredArrays.real(array)))
                .distinct()
                .toList();
    }

    List<Stage> stages() {
        return stages;
    }

    ResidentArrays residents() {
        return new ResidentArrays(groups, constants);
    }

    /** Where the i-th program is. */
    Placed placed(int program) {
        return placed.get(program);
    }
}
