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
import java.lang.foreign.MemorySegment;
import java.util.LinkedHashSet;
import java.util.List;
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

    /**
     * Allocates everything on the host side.
     *
     * @param map how many rows erase keys and gains have
     * @throws io.deltarule.core.InvalidInputException if the device cannot hold them
     */
    public PlanArrays(PlanSpec spec, InputMap map, DeviceMemory memory) {
        this.spec = spec;
        this.map = map;
        DeltaShape s = spec.shape();
        Variant variant = spec.variant();
        q = floats(memory, Input.Q, false);
        k = floats(memory, Input.K, false);
        v = floats(memory, Input.V, false);
        g = s.gateWidth() == 0 ? memory.floats("g", 1, 1, 1) : floats(memory, Input.G, false);
        erase = map.ownEraseKey() ? floats(memory, variant.eraseKey().vector(), map.eraseRowPerValueHead()) : k;
        FloatArray beta = variant.inputs().contains(Input.BETA) ? floats(memory, Input.BETA, false) : null;
        writeGain = variant.writeValue().scalarGain()
                ? beta
                : floats(memory, variant.writeValue().gain(), false);
        if (map.eraseGainPerChannel()) {
            eraseGain = floats(memory, variant.eraseKey().gain(), !map.eraseGainPerKeyHead());
        } else {
            eraseGain = map.erases() ? beta : writeGain;
        }
        lambda = s.logLinear() ? floats(memory, Input.LAMBDA, false) : null;
        state = memory.floats("state", s.state().count(), s.K(), s.V());
        o = memory.floats("o", s.tokens(), s.HV(), s.V());
        r = s.crossRead() ? floats(memory, Input.R, false) : null;
        oCross = s.crossRead() ? memory.floats("o_cross", s.tokens(), s.HV(), s.V()) : null;
        g.init(0);
        state.init(0);
        outputs().forEach(each -> each.init(Float.NaN));
    }

    private FloatArray floats(DeviceMemory memory, Input input, boolean perValueHead) {
        DeltaShape s = spec.shape();
        return memory.floats(input.id(), s.tokens(), perValueHead ? input.axesPerValueHead(s) : input.axes(s));
    }

    /** What the launches use. */
    public DeltaArrays arrays() {
        return new DeltaArrays(q, k, v, g, erase, eraseGain, writeGain, r, lambda, state, o, oCross, map);
    }

    /** What goes to the device before each run, each array once; without the state. */
    public Set<FloatArray> inputs() {
        Set<FloatArray> each = new LinkedHashSet<>(List.of(q, k, v));
        if (spec.shape().gateWidth() > 0) {
            each.add(g);
        }
        each.addAll(List.of(erase, eraseGain, writeGain));
        if (r != null) {
            each.add(r);
        }
        if (lambda != null) {
            each.add(lambda);
        }
        return each;
    }

    /** The read-outs, which come back after each run. */
    public List<FloatArray> outputs() {
        return oCross == null ? List.of(o) : List.of(o, oCross);
    }

    /** Fills the arrays of {@link #inputs} for one run. */
    public void load(DeltaShape run, DeltaInputs in) {
        Variant variant = spec.variant();
        HostCopies.copyIn(in.get(Input.Q), q);
        HostCopies.copyIn(in.get(Input.K), k);
        HostCopies.copyIn(in.get(Input.V), v);
        if (run.gateWidth() > 0) {
            HostCopies.copyDecaysIn(in.get(Input.G), g);
        }
        if (map.ownEraseKey()) {
            copyRows(in.get(variant.eraseKey().vector()), run, map.eraseRowPerValueHead(), erase);
        }
        if (variant.inputs().contains(Input.BETA)) {
            HostCopies.copyIn(in.get(Input.BETA), variant.writeValue().scalarGain() ? writeGain : eraseGain);
        }
        if (map.eraseGainPerChannel()) {
            copyRows(in.get(variant.eraseKey().gain()), run, !map.eraseGainPerKeyHead(), eraseGain);
        }
        if (!variant.writeValue().scalarGain()) {
            HostCopies.copyIn(in.get(variant.writeValue().gain()), writeGain);
        }
        if (r != null) {
            HostCopies.copyIn(in.get(Input.R), r);
        }
        if (lambda != null) {
            HostCopies.copyIn(in.get(Input.LAMBDA), lambda);
        }
    }

    /** Marks the ends of the read-outs' host side, so that a copy that never came back shows. */
    public void poison(DeltaShape run) {
        for (FloatArray each : outputs()) {
            each.set(0, Float.NaN);
            each.set(run.tokens() * run.HV() * run.V() - 1, Float.NaN);
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
        long bytes = (long) from.dim(3) * Float.BYTES;
        for (long row = 0; row < (long) run.microTokens() * run.HV(); row++) {
            long source = row / run.HV() * heads + row % run.HV() / group;
            MemorySegment.copy(from.data(), source * bytes, to.getSegment(), row * bytes, bytes);
        }
    }
}
