package io.deltarule.core.cpu.delta;

import io.deltarule.core.DeltaInputs;
import io.deltarule.core.DeltaOutputs;
import io.deltarule.core.DeltaShape;
import io.deltarule.core.Gate;
import io.deltarule.core.Input;
import io.deltarule.core.PlanSpec;
import io.deltarule.core.Tensor;
import io.deltarule.core.Term;
import java.lang.foreign.MemorySegment;
import java.util.EnumMap;
import java.util.Map;

/**
 * One run's tensors as the recurrence sees them: q, k, v, g, the two factors of the erase key e and of the write value
 * u, the outputs, and where each sequence begins and ends.
 */
public final class Operands {
    private static final Thread ANOTHER_THREAD = Thread.ofPlatform().daemon().unstarted(() -> {});

    final DeltaShape shape;
    final float scale;
    final RowView q;
    final RowView k;
    final RowView g; // null without a gate
    final RowView eraseVector;
    final RowView eraseGain;
    final RowView writeVector;
    final RowView writeGain;
    final boolean eraseGainIsScalar;
    final boolean writeGainIsScalar;
    final RowView o; // null in a backward pass, which has no outputs of this kind
    final RowView r; // null without a selective read
    final RowView oCross; // likewise
    final Columns columns; // of V, of which the write value and o are seen
    final MemorySegment initialState; // null for zeros
    final MemorySegment finalState; // null where it is not wanted
    private final int[] boundaries; // in tokens
    private final Map<Input, RowView> views;

    /**
     * @param out null for a backward pass
     */
    public Operands(PlanSpec spec, DeltaShape shape, DeltaInputs in, DeltaOutputs out) {
        this.shape = shape;
        this.scale = (float) spec.scale();
        views = new EnumMap<>(Input.class);
        in.tensors().forEach((input, tensor) -> views.put(input, view(input, tensor)));
        q = views.get(Input.Q);
        k = views.get(Input.K);
        g = shape.gate() == Gate.NONE ? null : views.get(Input.G);
        Term erase = spec.variant().eraseKey();
        Term write = spec.variant().writeValue();
        eraseVector = views.get(erase.vector());
        eraseGain = views.get(erase.gain());
        eraseGainIsScalar = erase.scalarGain();
        writeVector = views.get(write.vector());
        writeGain = views.get(write.gain());
        writeGainIsScalar = write.scalarGain();
        o = out == null ? null : new RowView("o", shared(out.o()), shape.HV(), shape.HV(), shape.V());
        r = views.get(Input.R);
        oCross = out == null || out.oCross() == null
                ? null
                : new RowView("o_cross", shared(out.oCross()), shape.HV(), shape.HV(), shape.V());
        initialState = in.initialState() == null ? null : shared(in.initialState());
        finalState = out == null || out.finalState() == null ? null : shared(out.finalState());
        boundaries = in.boundaries(shape);
        columns = Columns.all(shape.V());
    }

    private Operands(Operands all, Columns columns) {
        shape = all.shape;
        scale = all.scale;
        views = all.views;
        q = all.q;
        k = all.k;
        g = all.g;
        eraseVector = all.eraseVector;
        eraseGain = all.eraseGain;
        eraseGainIsScalar = all.eraseGainIsScalar;
        writeVector = all.writeVector.columns(columns);
        writeGain = all.writeGainIsScalar ? all.writeGain : all.writeGain.columns(columns);
        writeGainIsScalar = all.writeGainIsScalar;
        o = all.o.columns(columns);
        r = all.r;
        oCross = all.oCross;
        initialState = all.initialState;
        finalState = all.finalState;
        boundaries = all.boundaries;
        this.columns = columns;
    }

    /** The same run as a worker on some of V's columns sees it. */
    public Operands columns(Columns some) {
        return new Operands(this, some);
    }

    /** Whether the initial and the final state are the same memory, so that a step may write where it reads. */
    boolean stateStaysInPlace() {
        return initialState != null
                && finalState != null
                && initialState.isNative()
                && finalState.isNative()
                && initialState.address() == finalState.address();
    }

    private RowView view(Input input, Tensor tensor) {
        int heads = tensor.dim(2); // every input is [B, rows, heads] or [B, rows, heads, width]
        int width = tensor.rank() == 4 ? tensor.dim(3) : 1;
        return new RowView(input.id(), shared(tensor), heads, shape.HV(), width);
    }

    /**
     * The tensor's numbers as every worker may see them. A confined arena's memory is opened to the workers for the time
     * of the run: its owner, the only thread that could close it, is the caller and waits.
     */
    static MemorySegment shared(Tensor tensor) {
        MemorySegment data = tensor.data();
        if (!data.isNative() || data.isAccessibleBy(ANOTHER_THREAD)) {
            return data;
        }
        if (!data.isAccessibleBy(Thread.currentThread())) {
            throw new WrongThreadException("a tensor " + tensor + " belongs to another thread's confined arena");
        }
        MemorySegment view = MemorySegment.ofAddress(data.address()).reinterpret(data.byteSize());
        return data.isReadOnly() ? view.asReadOnly() : view;
    }

    /** Value heads that share one query/key head. */
    int group() {
        return shape.HV() / shape.H();
    }

    int householders() {
        return shape.householders();
    }

    /** First token of a sequence. */
    int begin(int sequence) {
        return boundaries[sequence];
    }

    /** The token after a sequence's last. */
    int end(int sequence) {
        return boundaries[sequence + 1];
    }

    /** All inputs that have a row per token or micro-step. */
    Iterable<Map.Entry<Input, RowView>> inputs() {
        return views.entrySet();
    }
}
