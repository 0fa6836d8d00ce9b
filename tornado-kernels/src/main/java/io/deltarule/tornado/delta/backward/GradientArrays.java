package io.deltarule.tornado.delta.backward;

import io.deltarule.core.DeltaCotangents;
import io.deltarule.core.DeltaGradients;
import io.deltarule.core.DeltaInputs;
import io.deltarule.core.DeltaShape;
import io.deltarule.core.Input;
import io.deltarule.core.PlanSpec;
import io.deltarule.core.Tensor;
import io.deltarule.tornado.delta.InputMap;
import io.deltarule.tornado.delta.PlanArrays;
import io.deltarule.tornado.graph.DeviceMemory;
import io.deltarule.tornado.graph.HostCopies;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/**
 * The tensors of one backward plan as TornadoVM arrays, sized for the plan's capacity: the operation's own, the gradients of
 * its outputs, and those of its inputs. The read-outs are not computed again; their places take their gradients.
 */
public final class GradientArrays {
    /** The operation's inputs. */
    public final PlanArrays forward;
    /** In: gradient of the final state. Out: of the initial one. */
    public final FloatArray state;
    /** What the launches work on. */
    public final GradientOperands operands;

    private final PlanSpec spec;
    private final Map<Input, FloatArray> gradients;

    /**
     * Allocates everything on the host side.
     *
     * @param map how many rows erase keys and gains have; their gradients have one per value head in any case
     * @throws io.deltarule.core.InvalidInputException if the device cannot hold them
     */
    public GradientArrays(PlanSpec spec, InputMap map, DeviceMemory memory) {
        this(spec, map, Map.of(), memory);
    }

    /**
     * Allocates what is not there yet.
     *
     * @param there inputs whose arrays the forward pass has
     */
    public GradientArrays(PlanSpec spec, InputMap map, Map<Input, FloatArray> there, DeviceMemory memory) {
        this.spec = spec;
        forward = new PlanArrays(spec, map, there, memory);
        DeltaShape s = spec.shape();
        state = memory.floats("d_state", s.state().count(), s.K(), s.V());
        operands = GradientOperands.of(
                s,
                spec.variant(),
                forward.arrays(),
                state,
                (input, axes) -> memory.floats("d_" + input.id(), s.tokens(), axes),
                () -> memory.floats("absent", 1, 1, 1));
        gradients = operands.gradients();
        state.init(0);
        outputs().forEach(each -> each.init(Float.NaN));
    }

    /** The gradient of the linear read-out, times the scale: what the read of scale · q would have. */
    public FloatArray readGradient() {
        return forward.o;
    }

    /** The gradient of the selective read-out; null without one. */
    public FloatArray crossGradient() {
        return forward.oCross;
    }

    /** What goes to the device before each run, each array once; without the states. */
    public Set<FloatArray> inputs() {
        Set<FloatArray> each = new LinkedHashSet<>(forward.inputs());
        each.addAll(forward.outputs());
        return each;
    }

    /** What comes back after each run. */
    public List<FloatArray> outputs() {
        return List.copyOf(gradients.values());
    }

    /** Fills the arrays of {@link #inputs} and both states for one run. */
    public void load(DeltaShape run, DeltaInputs in, DeltaCotangents given) {
        forward.load(run, in);
        forward.loadState(in.initialState());
        copyOrZero(given.o(), forward.o, (float) spec.scale());
        if (run.crossRead()) {
            copyOrZero(given.oCross(), forward.oCross, 1);
        }
        copyOrZero(given.finalState(), state, 1);
    }

    /** Marks the ends of the gradients' host side, so that a copy that never came back shows. */
    public void poison(DeltaInputs in) {
        gradients.forEach((input, array) -> {
            array.set(0, Float.NaN);
            Tensor tensor = in.get(input);
            long rows = tensor.size() / tensor.dim(2);
            int heads = input.eitherHeads() ? spec.shape().HV() : tensor.dim(2);
            array.set((int) (rows * heads - 1), Float.NaN);
        });
    }

    /** Copies the gradients of the inputs out. */
    public void store(DeltaGradients to) {
        gradients.keySet().forEach(input -> store(input, to.get(input)));
    }

    /** Copies the gradient of one input out; value heads that share a row add up. */
    public void store(Input input, Tensor to) {
        FloatArray array = gradients.get(input);
        if (input.eitherHeads() && to.dim(2) < spec.shape().HV()) {
            addHeads(array, to);
        } else {
            HostCopies.copyOut(array, to);
        }
    }

    /** The array of each input's gradient. */
    public Map<Input, FloatArray> byInput() {
        return Collections.unmodifiableMap(gradients);
    }

    private void addHeads(FloatArray from, Tensor to) {
        int heads = to.dim(2);
        int group = spec.shape().HV() / heads;
        int width = to.dim(3);
        for (long row = 0; row < to.size() / width; row++) {
            for (int d = 0; d < width; d++) {
                float sum = 0f;
                for (int i = 0; i < group; i++) {
                    sum += from.get((int) ((row * group + i) * width + d));
                }
                to.set(row * width + d, sum);
            }
        }
    }

    private static void copyOrZero(Tensor from, FloatArray to, float scale) {
        if (from == null) {
            to.init(0);
        } else {
            copyScaled(from, scale, to);
        }
    }

    /** Copies a tensor's numbers times a factor to the beginning of an array. */
    public static void copyScaled(Tensor from, float scale, FloatArray to) {
        for (long i = 0; i < from.size(); i++) {
            to.set((int) i, scale * from.get(i));
        }
    }
}
