package io.deltarule.core.cpu.delta;

import io.deltarule.core.DeltaShape;
import io.deltarule.core.Gate;
import io.deltarule.core.Input;
import io.deltarule.core.PlanSpec;
import io.deltarule.core.Term;
import io.deltarule.core.cpu.memory.Columns;
import io.deltarule.core.cpu.memory.RowView;
import io.deltarule.core.cpu.memory.States;
import java.util.Map;

/**
 * One run's numbers as the recurrence sees them: q, k, v, g, the two factors of the erase key e and of the write value u,
 * the outputs, the states, and where each sequence begins and ends. A caller makes them once for tensors that stay where
 * they are and may change the boundaries from run to run.
 */
public final class Operands {
    final DeltaShape shape; // head counts and sizes; its lengths are the largest run's
    final float scale;
    final RowView q;
    final RowView k;
    final RowView g; // null without a gate
    final boolean erases; // false where e = 0; then there are no erase rows
    final RowView eraseVector;
    final RowView eraseGain;
    final RowView writeVector;
    final RowView writeGain;
    final boolean eraseGainIsScalar;
    final boolean writeGainIsScalar;
    final RowView o; // null in a backward pass, which has no outputs of this kind
    final RowView r; // null without a selective read
    final RowView oCross; // likewise
    final RowView lambda; // null but with log-linear states
    final Columns columns; // of V, of which the write value and o are seen
    final States before; // null for zeros
    final States after; // null where they are not wanted
    private final int[] boundaries; // in tokens; not copied
    private final int[] positions; // tokens before this run, by sequence; null for none; not copied
    private final Map<Input, RowView> inputs;

    /**
     * The numbers of a run.
     *
     * @param inputs what the variant reads, by name
     * @param o the linear read-out, null for a backward pass
     * @param oCross the selective read-out, null where there is none
     * @param before the states before the first token, null for zeros
     * @param after where the states after the last token go, null where nobody wants them; may be {@code before} itself
     * @param boundaries N + 1 of them in tokens; looked at in every run, so that the owner may change them in between
     */
    public Operands(
            PlanSpec spec,
            Map<Input, RowView> inputs,
            RowView o,
            RowView oCross,
            States before,
            States after,
            int[] boundaries) {
        this(spec, inputs, o, oCross, before, after, boundaries, null);
    }

    /**
     * The same of sequences that have had tokens before, as log-linear states have to know.
     *
     * @param positions how many, by sequence; null for none; looked at in every run
     */
    public Operands(
            PlanSpec spec,
            Map<Input, RowView> inputs,
            RowView o,
            RowView oCross,
            States before,
            States after,
            int[] boundaries,
            int[] positions) {
        shape = spec.shape();
        scale = (float) spec.scale();
        this.inputs = inputs;
        q = inputs.get(Input.Q);
        k = inputs.get(Input.K);
        g = shape.gate() == Gate.NONE ? null : inputs.get(Input.G);
        Term erase = spec.variant().eraseKey();
        Term write = spec.variant().writeValue();
        erases = spec.variant().erases();
        eraseVector = erases ? inputs.get(erase.vector()) : null;
        eraseGain = erases ? inputs.get(erase.gain()) : null;
        eraseGainIsScalar = erases && erase.scalarGain();
        writeVector = inputs.get(write.vector());
        writeGain = inputs.get(write.gain());
        writeGainIsScalar = write.scalarGain();
        this.o = o;
        r = inputs.get(Input.R);
        lambda = inputs.get(Input.LAMBDA);
        this.oCross = oCross;
        this.before = before;
        this.after = after;
        this.boundaries = boundaries;
        this.positions = positions;
        columns = Columns.all(shape.V());
    }

    private Operands(Operands all, Columns columns) {
        shape = all.shape;
        scale = all.scale;
        inputs = all.inputs;
        q = all.q;
        k = all.k;
        g = all.g;
        erases = all.erases;
        eraseVector = all.eraseVector;
        eraseGain = all.eraseGain;
        eraseGainIsScalar = all.eraseGainIsScalar;
        writeVector = all.writeVector.columns(columns);
        writeGain = all.writeGainIsScalar ? all.writeGain : all.writeGain.columns(columns);
        writeGainIsScalar = all.writeGainIsScalar;
        o = all.o.columns(columns);
        r = all.r;
        oCross = all.oCross;
        lambda = all.lambda;
        before = all.before;
        after = all.after;
        boundaries = all.boundaries;
        positions = all.positions;
        this.columns = columns;
    }

    /** The same run as a worker on some of V's columns sees it. */
    Operands columns(Columns some) {
        return new Operands(this, some);
    }

    /** Value heads that share one query/key head. */
    int group() {
        return shape.HV() / shape.H();
    }

    int householders() {
        return shape.householders();
    }

    /** Sequences of this run. */
    int sequences() {
        return boundaries.length - 1;
    }

    /** Micro-steps of all sequences. */
    long microSteps() {
        return (long) (boundaries[boundaries.length - 1] - boundaries[0]) * shape.householders();
    }

    /** How many tokens a sequence has had before this run. */
    int position(int sequence) {
        return positions == null ? 0 : positions[sequence];
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
        return inputs.entrySet();
    }
}
