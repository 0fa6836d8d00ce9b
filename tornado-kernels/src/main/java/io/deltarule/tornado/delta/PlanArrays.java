package io.deltarule.tornado.delta;

import io.deltarule.core.DeltaInputs;
import io.deltarule.core.DeltaOutputs;
import io.deltarule.core.DeltaShape;
import io.deltarule.core.Input;
import io.deltarule.core.PlanSpec;
import io.deltarule.core.Tensor;
import io.deltarule.core.Variant;
import io.deltarule.tornado.graph.DeviceMemory;
import io.deltarule.tornado.graph.HostCopies;
import io.deltarule.tornado.stored.StoredArrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/**
 * The tensors of one plan as TornadoVM arrays, sized for the plan's capacity. Tensors that a variant uses twice (k as
 * erase key, beta as both gains) are one array passed twice.
 */
public final class PlanArrays {
    final FloatArray q;
    final FloatArray k;
    final FloatArray v;
    /** One zero without a gate: kernels never read it then. */
    final FloatArray g;

    final FloatArray erase;
    final FloatArray eraseGain;
    final FloatArray writeGain;
    /** Read queries; null without a selective read. */
    final FloatArray r;
    /** Weights of log-linear levels; null for one state. */
    final FloatArray lambda;
    /** In: the state before the run. Out: the state after it. */
    public final FloatArray state;

    public final FloatArray o;
    /** Selective read-out; null without one. */
    public final FloatArray oCross;

    private final PlanSpec spec;
    private final InputMap map;
    private final Map<Input, FloatArray> inputs = new EnumMap<>(Input.class);

    /**
     * Allocates everything on the host side.
     *
     * @param map how many rows erase keys and gains have
     * @throws io.deltarule.core.InvalidInputException if the device cannot hold them
     */
    public PlanArrays(PlanSpec spec, InputMap map, DeviceMemory memory) {
        this(spec, map, Map.of(), memory);
    }

    /**
     * Allocates what is not there yet.
     *
     * @param there inputs that are another operation's arrays
     */
    public PlanArrays(PlanSpec spec, InputMap map, Map<Input, FloatArray> there, DeviceMemory memory) {
        this.spec = spec;
        this.map = map;
        inputs.putAll(there);
        DeltaShape s = spec.shape();
        Variant variant = spec.variant();
        q = numbers(memory, Input.Q, false);
        k = numbers(memory, Input.K, false);
        v = numbers(memory, Input.V, false);
        g = s.gateWidth() == 0 ? none(memory) : decays(memory);
        erase = map.ownEraseKey() ? numbers(memory, variant.eraseKey().vector(), map.eraseRowPerValueHead()) : k;
        FloatArray beta = variant.inputs().contains(Input.BETA) ? numbers(memory, Input.BETA, false) : null;
        writeGain = variant.writeValue().scalarGain()
                ? beta
                : numbers(memory, variant.writeValue().gain(), false);
        if (map.eraseGainPerChannel()) {
            eraseGain = numbers(memory, variant.eraseKey().gain(), !map.eraseGainPerKeyHead());
        } else {
            eraseGain = map.erases() ? beta : writeGain;
        }
        lambda = s.logLinear() ? numbers(memory, Input.LAMBDA, false) : null;
        state = memory.floats("state", s.state().count(), s.K(), s.V());
        o = memory.numbers("o", s.tokens(), s.HV(), s.V());
        r = s.crossRead() ? numbers(memory, Input.R, false) : null;
        oCross = s.crossRead() ? memory.numbers("o_cross", s.tokens(), s.HV(), s.V()) : null;
        state.init(0);
        outputs().forEach(StoredArrays::poison);
    }

    private static FloatArray none(DeviceMemory memory) {
        FloatArray one = memory.floats("g", 1, 1, 1);
        one.init(0);
        return one;
    }

    /** Sums of them are taken, which rounding would show in: they are float32 however tensors are kept. */
    private FloatArray decays(DeviceMemory memory) {
        DeltaShape s = spec.shape();
        return inputs.computeIfAbsent(Input.G, key -> memory.floats(Input.G.id(), s.tokens(), Input.G.axes(s)));
    }

    private FloatArray numbers(DeviceMemory memory, Input input, boolean perValueHead) {
        DeltaShape s = spec.shape();
        return inputs.computeIfAbsent(
                input,
                key -> memory.numbers(
                        input.id(), s.tokens(), perValueHead ? input.axesPerValueHead(s) : input.axes(s)));
    }

    /** The array of each input that the operation has. */
    public Map<Input, FloatArray> byInput() {
        return Collections.unmodifiableMap(inputs);
    }

    /** What the launches use. */
    public DeltaArrays arrays() {
        return new DeltaArrays(q, k, v, g, erase, eraseGain, writeGain, r, lambda, state, o, oCross, map);
    }

    /** What goes to the device before each run, each array once; without the state. */
    public Set<FloatArray> inputs() {
        return new LinkedHashSet<>(inputs.values());
    }

    /** The read-outs, which come back after each run. */
    public List<FloatArray> outputs() {
        return oCross == null ? List.of(o) : List.of(o, oCross);
    }

    /** Fills the arrays of {@link #inputs} for one run. */
    public void load(DeltaShape run, DeltaInputs in) {
        inputs.keySet().forEach(input -> load(run, input, in.get(input)));
    }

    /** Fills the array of one input. */
    public void load(DeltaShape run, Input input, Tensor from) {
        FloatArray to = inputs.get(input);
        if (input == Input.G) {
            HostCopies.copyDecaysIn(from, to);
        } else if (input.eitherHeads()) {
            copyRows(from, run, input == Input.P ? map.eraseRowPerValueHead() : !map.eraseGainPerKeyHead(), to);
        } else {
            HostCopies.copyIn(from, to);
        }
    }

    /** Marks the ends of the read-outs' host side, so that a copy that never came back shows. */
    public void poison(DeltaShape run) {
        for (FloatArray each : outputs()) {
            StoredArrays.set(each, 0, Float.NaN);
            StoredArrays.set(each, run.tokens() * run.HV() * run.V() - 1, Float.NaN);
        }
    }

    /** Sets the host side of the state; null for zeros. */
    public void loadState(Tensor from) {
        if (from == null) {
            state.init(0);
        } else {
            HostCopies.copyIn(from, state);
        }
    }

    /** Copies the host side of the state out, as much as the tensor holds. */
    public void storeState(Tensor to) {
        HostCopies.copyOut(state, to);
    }

    /** Copies the host side of the read-outs. */
    public void storeOutputs(DeltaOutputs to) {
        HostCopies.copyOut(o, to.o());
        if (oCross != null) {
            HostCopies.copyOut(oCross, to.oCross());
        }
    }

    /** Copies rows; where there is one per key head and kernels want one per value head, it is repeated. */
    private static void copyRows(Tensor from, DeltaShape run, boolean perValueHead, FloatArray to) {
        int heads = from.dim(2);
        int wanted = perValueHead ? run.HV() : run.H();
        if (heads > wanted) {
            throw new IllegalArgumentException("expected rows of " + wanted + " heads but found " + from);
        }
        if (heads == wanted) {
            HostCopies.copyIn(from, to);
            return;
        }
        int group = run.HV() / heads;
        long channels = from.dim(3);
        for (long row = 0; row < (long) run.microTokens() * run.HV(); row++) {
            long source = row / run.HV() * heads + row % run.HV() / group;
            StoredArrays.copyIn(from, source * channels, to, row * channels, channels);
        }
    }
}
