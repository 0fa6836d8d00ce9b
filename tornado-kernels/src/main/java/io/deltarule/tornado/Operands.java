package io.deltarule.tornado;

import io.deltarule.core.DeltaInputs;
import io.deltarule.core.DeltaOutputs;
import io.deltarule.core.DeltaShape;
import io.deltarule.core.Input;
import io.deltarule.core.InvalidInputException;
import io.deltarule.core.PlanSpec;
import io.deltarule.core.Tensor;
import io.deltarule.core.Variant;
import java.lang.foreign.MemorySegment;
import java.util.LinkedHashSet;
import java.util.Set;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/**
 * The tensors of one plan as TornadoVM arrays, sized for the plan's capacity. Tensors that a variant uses twice (k as
 * erase key, beta as both gains) are one array passed twice.
 */
final class Operands {
    final FloatArray q;
    final FloatArray k;
    final FloatArray v;
    /** One zero without a gate: kernels never read it then. */
    final FloatArray g;

    final FloatArray erase;
    final FloatArray eraseGain;
    final FloatArray writeGain;
    /** In: the state before the run. Out: the state after it. */
    final FloatArray state;

    final FloatArray o;

    private final PlanSpec spec;

    /**
     * Allocates everything on the host side.
     *
     * @throws InvalidInputException if a tensor has more values than a TornadoVM array can
     */
    Operands(PlanSpec spec) {
        this.spec = spec;
        DeltaShape s = spec.shape();
        Variant variant = spec.variant();
        int steps = s.microTokens();
        q = allocate("q", s.tokens(), s.H(), s.K());
        k = allocate("k", steps, s.H(), s.K());
        v = allocate("v", steps, s.HV(), s.V());
        g = s.gateWidth() == 0 ? allocate("g", 1, 1, 1) : allocate("g", s.tokens(), s.HV(), s.gateWidth());
        erase = variant.eraseKey().vector() == Input.K ? k : allocate("p", steps, s.HV(), s.K());
        FloatArray beta = variant.inputs().contains(Input.BETA) ? allocate("beta", steps, s.HV(), 1) : null;
        eraseGain = variant.eraseKey().scalarGain() ? beta : allocate("b", steps, s.HV(), s.K());
        writeGain = variant.writeValue().scalarGain() ? beta : allocate("w", steps, s.HV(), s.V());
        state = allocate("state", (long) s.sequences() * s.HV(), s.K(), s.V());
        o = allocate("o", s.tokens(), s.HV(), s.V());
        g.init(0);
        state.init(0);
        o.init(Float.NaN);
    }

    /**
     * An array of rows × heads × channels values, at least one.
     *
     * @throws InvalidInputException if that is more than an array index can reach
     */
    static FloatArray allocate(String name, long rows, long heads, long channels) {
        long size = rows * heads * channels;
        if (size > Integer.MAX_VALUE - 64) {
            throw new InvalidInputException(name + ": expected at most 2^31 values per tensor on a TornadoVM device but "
                    + "found " + rows + " x " + heads + " x " + channels
                    + "; run fewer tokens at a time with a plan that keeps its state");
        }
        return new FloatArray((int) Math.max(1, size));
    }

    /** What goes to the device before each run, each array once; without the state. */
    Set<FloatArray> inputs() {
        Set<FloatArray> each = new LinkedHashSet<>(java.util.List.of(q, k, v));
        if (spec.shape().gateWidth() > 0) {
            each.add(g);
        }
        each.addAll(java.util.List.of(erase, eraseGain, writeGain));
        return each;
    }

    /** Fills the arrays of {@link #inputs} for one run. */
    void load(DeltaShape run, DeltaInputs in) {
        Variant variant = spec.variant();
        copyIn(in.get(Input.Q), q);
        copyIn(in.get(Input.K), k);
        copyIn(in.get(Input.V), v);
        if (run.gateWidth() > 0) {
            copyIn(in.get(Input.G), g);
        }
        if (variant.eraseKey().vector() != Input.K) {
            copyPerValueHead(in.get(variant.eraseKey().vector()), run, erase);
        }
        if (variant.inputs().contains(Input.BETA)) {
            copyIn(in.get(Input.BETA), variant.eraseKey().scalarGain() ? eraseGain : writeGain);
        }
        if (!variant.eraseKey().scalarGain()) {
            copyPerValueHead(in.get(variant.eraseKey().gain()), run, eraseGain);
        }
        if (!variant.writeValue().scalarGain()) {
            copyIn(in.get(variant.writeValue().gain()), writeGain);
        }
    }

    /** Marks the ends of the read-out's host side, so that a copy that never came back shows. */
    void poison(DeltaShape run) {
        o.set(0, Float.NaN);
        o.set(run.tokens() * run.HV() * run.V() - 1, Float.NaN);
    }

    /** Sets the host side of the state; null for zeros. */
    void loadState(Tensor from) {
        if (from == null) {
            state.init(0);
        } else {
            copyIn(from, state);
        }
    }

    /** Copies the host side of the state out, as much as the tensor holds. */
    void storeState(Tensor to) {
        copyOut(state, to);
    }

    /** Copies the host side of the read-out. */
    void storeOutput(DeltaOutputs out) {
        copyOut(o, out.o());
    }

    private static void copyIn(Tensor from, FloatArray to) {
        MemorySegment.copy(from.data(), 0, to.getSegment(), 0, from.data().byteSize());
    }

    private static void copyOut(FloatArray from, Tensor to) {
        MemorySegment.copy(from.getSegment(), 0, to.data(), 0, to.data().byteSize());
    }

    /** Repeats the rows of key heads for each of their value heads, so that kernels see one row per value head. */
    private static void copyPerValueHead(Tensor from, DeltaShape run, FloatArray to) {
        int heads = from.dim(2);
        if (heads == run.HV()) {
            copyIn(from, to);
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
