package io.deltarule.core.reference.backward;

import io.deltarule.core.DeltaShape;
import io.deltarule.core.Input;
import io.deltarule.core.layer.SequenceOp;
import io.deltarule.core.reference.delta.BackwardReference;
import io.deltarule.core.reference.delta.DeltaNumbers;
import io.deltarule.core.reference.delta.OutputGradients;
import java.util.EnumMap;
import java.util.Map;

/** The delta rule as an operation of a layer: {@link BackwardReference} on its slots' numbers, not rounded. */
final class DeltaBackward {
    private DeltaBackward() {}

    /**
     * Goes back over a run.
     *
     * @param state [N, HV, K, V] before the run
     * @param carriedOut gradient of the states after it
     * @return gradient of the states before it
     */
    static double[] back(SequenceOp.Delta op, BackwardRun run, double[] state, double[] carriedOut) {
        int[] ends = new int[run.lengths().length + 1];
        for (int n = 0; n < run.lengths().length; n++) {
            ends[n + 1] = ends[n] + run.lengths()[n];
        }
        DeltaShape shape = op.shape(run.tokens(), run.lengths().length);
        Map<Input, double[]> inputs = new EnumMap<>(Input.class);
        op.inputs().forEach((input, slot) -> inputs.put(input, run.values(slot)));
        BackwardReference.Result back = BackwardReference.recurrent(
                op.variant(),
                new DeltaNumbers(shape, inputs, state, ends),
                new OutputGradients(run.gradient(op.o()), run.gradient(op.oCross()), carriedOut),
                op.scale());
        for (Map.Entry<Input, double[]> one : back.tensors().entrySet()) {
            double[] gradient = run.gradient(op.inputs().get(one.getKey()));
            for (int i = 0; i < one.getValue().length; i++) {
                BackwardRun.add(gradient, i, one.getValue()[i]);
            }
        }
        return back.initialState();
    }
}
