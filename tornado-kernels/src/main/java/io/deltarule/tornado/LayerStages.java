package io.deltarule.tornado;

import io.deltarule.tornado.graph.GraphTransfers;
import io.deltarule.tornado.graph.Launch;
import io.deltarule.tornado.graph.ResidentArrays;
import io.deltarule.tornado.graph.ResidentGroup;
import io.deltarule.tornado.graph.Stage;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/**
 * The stages of a program and the arrays that several of them use, which stay on the device between them.
 *
 * @param stages one per part
 * @param residents what is carried, and what crosses from one stage to another: rows, weights, scratch
 * @param carried what is carried from run to run; null where nothing is
 * @param inputs those inputs that stay because several stages use their places; null where there is none
 */
record LayerStages(
        List<Stage> stages, ResidentArrays residents, ResidentGroup carried, ResidentGroup inputs) {

    /** A layer plan's arrays that cross between host and device: inputs, outputs, weights and what is carried. */
    record Crossing(
            List<FloatArray> inputs,
            List<FloatArray> outputs,
            List<TornadoNativeArray> constants,
            List<FloatArray> carried) {}

    static LayerStages of(List<List<Launch>> parts, Crossing crossing) {
        Set<TornadoNativeArray> shared = shared(parts);
        shared.removeAll(crossing.carried());
        List<ResidentGroup> groups = new ArrayList<>();
        ResidentGroup carried = group(groups, "carried", 0, crossing.carried());
        ResidentGroup inputs = group(groups, "inputs", Float.NaN, shared(crossing.inputs(), shared));
        List<TornadoNativeArray> constants = new ArrayList<>();
        List<FloatArray> between = new ArrayList<>();
        for (TornadoNativeArray array : shared) {
            if (crossing.inputs().contains(array)) {
                continue;
            }
            if (array instanceof FloatArray floats && !crossing.constants().contains(array)) {
                between.add(floats);
            } else { // integers that kernels hand on begin with whatever their host side has
                constants.add(array);
            }
        }
        group(groups, "between", Float.NaN, between);
        List<Stage> stages = new ArrayList<>();
        for (List<Launch> part : parts) {
            Set<TornadoNativeArray> own = arrays(part);
            GraphTransfers transfers = new GraphTransfers()
                    .sending(shared(crossing.inputs(), own))
                    .sendingOnce(shared(crossing.constants(), own))
                    .sendingOnce(shared(crossing.outputs(), own))
                    .onDemand(shared(crossing.outputs(), own)); // as many rows as a run has
            stages.add(new Stage("run" + stages.size(), part, transfers));
        }
        return new LayerStages(stages, new ResidentArrays(groups, constants), carried, inputs);
    }

    private static ResidentGroup group(List<ResidentGroup> groups, String name, float begin, List<FloatArray> arrays) {
        if (arrays.isEmpty()) {
            return null;
        }
        ResidentGroup group = new ResidentGroup(name, begin, arrays);
        groups.add(group);
        return group;
    }

    private static Set<TornadoNativeArray> arrays(List<Launch> part) {
        Set<TornadoNativeArray> arrays = new LinkedHashSet<>();
        part.forEach(launch -> arrays.addAll(launch.arrays()));
        return arrays;
    }

    /** Those that more than one part uses. */
    private static Set<TornadoNativeArray> shared(List<List<Launch>> parts) {
        Set<TornadoNativeArray> once = new HashSet<>();
        Set<TornadoNativeArray> shared = new LinkedHashSet<>();
        for (List<Launch> part : parts) {
            arrays(part).forEach(array -> {
                if (!once.add(array)) {
                    shared.add(array);
                }
            });
        }
        return shared;
    }

    private static <T extends TornadoNativeArray> List<T> shared(List<T> some, Set<TornadoNativeArray> among) {
        return some.stream().filter(among::contains).distinct().toList();
    }
}
