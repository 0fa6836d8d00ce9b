package io.deltarule.core.reference;

import io.deltarule.core.Tensor;
import io.deltarule.core.engine.AbstractTrainingPlan;
import io.deltarule.core.layer.LayerSpec;
import io.deltarule.core.layer.Slot;
import io.deltarule.core.reference.delta.Flat;
import io.deltarule.core.reference.op.WeightNumbers;
import io.deltarule.core.training.ParameterArena;
import io.deltarule.core.training.TrainingSpec;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Any program forward and backward in float64, the oracle of every engine's training: slots, states, and the gradients of both
 * stay in float64 from the first run to the last; outputs and gradients are rounded to float32 when they are handed over. Where
 * the program is cut makes no difference: nothing is computed twice, what is needed is remembered.
 */
final class ReferenceTrainingPlan extends AbstractTrainingPlan {
    private Float64Program program; // null once released

    ReferenceTrainingPlan(TrainingSpec spec) {
        this(spec, ProgramSteps.weights(spec.layer()));
    }

    /**
     * @param weights the weights' numbers instead of those in {@code spec}: the tests move them by less than float32 resolves
     */
    ReferenceTrainingPlan(TrainingSpec spec, Map<String, WeightNumbers> weights) {
        super(spec);
        Set<String> trained = new HashSet<>();
        spec.trained().entries().forEach(entry -> trained.add(entry.name()));
        this.program = new Float64Program(spec.layer(), weights, trained, numbered());
    }

    /** What this plan runs, without rounding. */
    Float64Program program() {
        return program;
    }

    @Override
    protected void computeForward(
            int[] lengths, int[] positions, boolean chained, List<Tensor> inputs, List<Tensor> outputs) {
        List<double[]> results = program.forward(lengths, positions, widened(inputs));
        for (int i = 0; i < results.size(); i++) {
            round(results.get(i), outputs.get(i));
        }
    }

    @Override
    protected void computeBackward(
            boolean later,
            boolean earlier,
            List<Tensor> outputGradients,
            ParameterArena gradients,
            List<Tensor> inputGradients) {
        LayerSpec layer = spec().layer();
        List<Slot> wanted = new ArrayList<>();
        for (int i = 0; i < inputGradients.size(); i++) {
            if (inputGradients.get(i) != null) {
                wanted.add(layer.program().inputs().get(i));
            }
        }
        Float64Program.Gradients found = program.backward(later, earlier, widened(outputGradients), wanted);
        found.weights().forEach((name, gradient) -> add(gradient, gradients.tensor(name)));
        for (int i = 0; i < inputGradients.size(); i++) {
            if (inputGradients.get(i) != null) {
                round(found.inputs().get(i), inputGradients.get(i));
            }
        }
    }

    private static List<double[]> widened(List<Tensor> tensors) {
        List<double[]> numbers = new ArrayList<>();
        for (Tensor tensor : tensors) {
            numbers.add(Flat.widened(tensor));
        }
        return numbers;
    }

    private static void round(double[] from, Tensor to) {
        for (int i = 0; i < from.length; i++) {
            to.set(i, (float) from[i]);
        }
    }

    private static void add(double[] from, Tensor to) {
        for (int i = 0; i < from.length; i++) {
            to.set(i, (float) (to.get(i) + from[i]));
        }
    }

    @Override
    protected void clear() {
        program.reset();
    }

    @Override
    protected Optional<String> notFinite() {
        return program.firstNotFinite();
    }

    @Override
    protected long held() {
        return program.bytes();
    }

    @Override
    protected void release() {
        program = null;
    }
}
