package io.deltarule.tornado;

import io.deltarule.core.Input;
import io.deltarule.core.PlanSpec;
import io.deltarule.core.engine.ResidentPlace;
import io.deltarule.core.resident.Output;
import io.deltarule.core.resident.ResidentLink;
import io.deltarule.core.resident.ResidentSpec;
import io.deltarule.tornado.delta.InputMap;
import io.deltarule.tornado.delta.PlanArrays;
import io.deltarule.tornado.delta.backward.GradientArrays;
import io.deltarule.tornado.graph.DeviceMemory;
import io.deltarule.tornado.graph.GraphTransfers;
import io.deltarule.tornado.graph.Launch;
import io.deltarule.tornado.graph.LaunchScope;
import io.deltarule.tornado.graph.ResidentArrays;
import io.deltarule.tornado.graph.ResidentGroup;
import io.deltarule.tornado.graph.Stage;
import io.deltarule.tornado.stored.StoredArrays;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/**
 * The passes of a resident plan's operations as stages, and their tensors as resident arrays. Every tensor that callers set is a group of
 * its own; all others are one.
 *
 * <pre>
 *   forwardI:   state ← initial state;  the operation's launches
 *   backwardI:  state ← initial state;  d_state ← d_final_state;  d_o ← scale · gradient of the input it is linked to;  launches
 * </pre>
 */
final class ResidentPasses {
    private final ResidentSpec spec;
    private final KernelContext context;
    private final DeviceMemory memory;
    private final List<ForwardPass> forward = new ArrayList<>();
    private final List<BackwardPass> backward = new ArrayList<>();
    private final List<Map<ResidentPlace, Given>> given = new ArrayList<>();
    private final List<FloatArray> results = new ArrayList<>();
    private final List<Stage> stages = new ArrayList<>();

    /** A tensor that callers set. */
    private record Given(FloatArray array, ResidentGroup group) {}

    /**
     * Allocates.
     *
     * @param spec forms and chunk sizes chosen
     * @param gradient the specification of each operation's backward pass
     */
    ResidentPasses(ResidentSpec spec, IntFunction<PlanSpec> gradient, KernelContext context, DeviceMemory memory) {
        this.spec = spec;
        this.context = context;
        this.memory = memory;
        for (int i = 0; i < spec.operations().size(); i++) {
            given.add(new HashMap<>());
            addForward(i);
        }
        for (int i = spec.operations().size() - 1; i >= 0 && spec.gradients(); i--) {
            addBackward(i, gradient.apply(i));
        }
    }

    private void addForward(int i) {
        PlanSpec one = spec.operations().get(i);
        Map<Input, FloatArray> there = new EnumMap<>(Input.class);
        for (ResidentLink link : spec.links()) {
            if (link.to() == i) {
                there.put(link.input(), output(link.from(), link.output()));
            }
        }
        ForwardPass pass = ForwardPass.of(one, there, context, memory);
        forward.add(pass);
        PlanArrays arrays = pass.arrays();
        arrays.byInput().forEach((input, array) -> {
            if (!there.containsKey(input)) {
                give(i, new ResidentPlace.OfInput(input), Float.NaN, array);
            }
        });
        results.addAll(arrays.outputs());
        List<Launch> launches = new ArrayList<>();
        if (one.keepsState()) {
            give(i, new ResidentPlace.InitialState(), 0, arrays.state);
        } else {
            FloatArray initial = give(i, new ResidentPlace.InitialState(), 0, like("initial_state", arrays.state));
            launches.add(ScaledCopy.of(pass.scope(), "enterState", initial, arrays.state, 1));
            results.add(arrays.state);
        }
        launches.addAll(pass.launches());
        stages.add(new Stage("forward" + i, launches, new GraphTransfers()));
    }

    private void addBackward(int i, PlanSpec one) {
        InputMap map = InputMap.of(one.variant());
        BackwardPass pass = BackwardPass.of(one, map, forward.get(i).arrays().byInput(), context, memory);
        backward.addFirst(pass);
        GradientArrays arrays = pass.arrays();
        results.addAll(arrays.outputs());
        results.addAll(List.of(arrays.forward.state, arrays.state));
        FloatArray last = give(i, gradientOf(Output.FINAL_STATE), 0, like("d_final_state", arrays.state));
        LaunchScope scope = pass.scope();
        List<Launch> launches = new ArrayList<>();
        launches.add(ScaledCopy.of(scope, "enterState", initialState(i), arrays.forward.state, 1));
        launches.add(ScaledCopy.of(scope, "enterGradient", last, arrays.state, 1));
        addCotangent(i, Output.O, arrays.readGradient(), one.scale(), launches);
        if (one.shape().crossRead()) {
            addCotangent(i, Output.O_CROSS, arrays.crossGradient(), 1, launches);
        }
        launches.addAll(pass.launches());
        stages.add(new Stage("backward" + i, launches, new GraphTransfers()));
    }

    /** The gradient of a read-out is set, or it is that of the input that the read-out is linked to. */
    private void addCotangent(int i, Output output, FloatArray to, double factor, List<Launch> launches) {
        for (ResidentLink link : spec.links()) {
            if (link.from() == i && link.output() == output) {
                FloatArray from = backward.get(link.to() - i).arrays().byInput().get(link.input());
                launches.add(ScaledCopy.of(backward.getFirst().scope(), "enter" + output.name(), from, to, factor));
                results.add(to);
                return;
            }
        }
        give(i, gradientOf(output), 0, to);
    }

    private static ResidentPlace gradientOf(Output output) {
        return new ResidentPlace.GradientOf(new ResidentPlace.OfOutput(output));
    }

    private FloatArray give(int operation, ResidentPlace place, float begin, FloatArray array) {
        given.get(operation)
                .put(place, new Given(array, new ResidentGroup(place.id() + operation, begin, List.of(array))));
        return array;
    }

    private FloatArray like(String name, FloatArray other) {
        return memory.floats(name, StoredArrays.size(other), 1, 1);
    }

    private FloatArray initialState(int operation) {
        return array(operation, new ResidentPlace.InitialState());
    }

    /** The pass of an operation. */
    ForwardPass forward(int operation) {
        return forward.get(operation);
    }

    /** The backward pass of an operation. */
    BackwardPass backward(int operation) {
        return backward.get(operation);
    }

    /** The group that a tensor that callers set is. */
    ResidentGroup group(int operation, ResidentPlace place) {
        return given.get(operation).get(place).group();
    }

    /** The array of a tensor that callers set. */
    FloatArray array(int operation, ResidentPlace place) {
        return given.get(operation).get(place).array();
    }

    /** The array of an output. */
    FloatArray output(int operation, Output output) {
        PlanArrays arrays = forward.get(operation).arrays();
        return switch (output) {
            case O -> arrays.o;
            case O_CROSS -> arrays.oCross;
            case FINAL_STATE -> arrays.state;
        };
    }

    /** Every resident array. */
    ResidentArrays residents() {
        List<ResidentGroup> groups = new ArrayList<>();
        given.forEach(each -> each.values().forEach(one -> groups.add(one.group())));
        groups.add(new ResidentGroup("results", Float.NaN, results));
        return new ResidentArrays(groups, List.of());
    }

    /** Forward passes in order, then backward passes from the last operation's on. */
    List<Stage> stages() {
        return stages;
    }

    /** The place among the stages of an operation's backward pass. */
    int backwardStage(int operation) {
        return stages.size() - 1 - operation;
    }
}
