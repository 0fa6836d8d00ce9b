package io.deltarule.core.reference;

import io.deltarule.core.NumericException;
import io.deltarule.core.Tensor;
import io.deltarule.core.engine.AbstractLayerPlan;
import io.deltarule.core.layer.LayerSpec;
import io.deltarule.core.layer.Slot;
import io.deltarule.core.reference.op.LayerStep;
import java.util.Iterator;
import java.util.List;

/**
 * Any program, token by token in float64: each token goes through all operations before the next one begins. What is
 * carried stays in float64 from run to run; only {@link #saveState} rounds it to float32.
 */
final class ReferenceLayerPlan extends AbstractLayerPlan {
    /** What becomes of a slot's number when an operation has computed it. */
    interface Stored {
        double of(Slot slot, double computed);
    }

    private final Stored stored;
    private ProgramSteps steps; // null once released

    ReferenceLayerPlan(LayerSpec spec) {
        this(spec, (slot, computed) -> computed);
    }

    /**
     * @param stored the tests round here, to measure what that alone costs
     */
    ReferenceLayerPlan(LayerSpec spec, Stored stored) {
        super(spec);
        this.stored = stored;
        this.steps = new ProgramSteps(spec.program(), ProgramSteps.weights(spec), spec.sequences(), spec.maxContext());
    }

    @Override
    protected void execute(int[] lengths, int[] positions, List<Tensor> inputs, List<Tensor> outputs) {
        long token = 0;
        for (int sequence = 0; sequence < lengths.length; sequence++) {
            for (int t = 0; t < lengths[sequence]; t++, token++) {
                List<Slot> given = spec().program().inputs();
                for (int i = 0; i < given.size(); i++) {
                    double[] row = steps.row(given.get(i));
                    for (int c = 0; c < row.length; c++) {
                        row[c] = inputs.get(i).get(token * row.length + c);
                    }
                }
                steps.token(sequence, positions[sequence] + t, this::store);
                List<Slot> wanted = spec().program().outputs();
                for (int i = 0; i < wanted.size(); i++) {
                    double[] row = steps.row(wanted.get(i));
                    for (int c = 0; c < row.length; c++) {
                        float number = (float) row[c];
                        if (!Float.isFinite(number)) {
                            throw new NumericException("output " + wanted.get(i).name()
                                    + ": expected finite numbers but found " + number + " at token " + t
                                    + " of sequence " + sequence + ", channel " + c
                                    + "; look for a weight or an input that is not finite");
                        }
                        outputs.get(i).set(token * row.length + c, number);
                    }
                }
            }
        }
    }

    private void store(Slot slot) {
        double[] row = steps.row(slot);
        for (int c = 0; c < row.length; c++) {
            row[c] = stored.of(slot, row[c]);
        }
    }

    @Override
    protected void clearState() {
        steps.steps().forEach(LayerStep::reset);
    }

    @Override
    protected void readState(List<Tensor> state, int[] positions) {
        Iterator<Tensor> next = state.iterator();
        steps.steps().forEach(step -> step.save(next, positions));
    }

    @Override
    protected void writeState(List<Tensor> state, int[] positions) {
        Iterator<Tensor> next = state.iterator();
        steps.steps().forEach(step -> step.load(next, positions));
    }

    @Override
    protected void release() {
        steps = null;
    }
}
