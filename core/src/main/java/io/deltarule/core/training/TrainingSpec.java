package io.deltarule.core.training;

import io.deltarule.core.InvalidInputException;
import io.deltarule.core.layer.LayerSpec;
import io.deltarule.core.layer.Weight;
import io.deltarule.core.layer.WeightType;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * What a {@link TrainingPlan} is made for.
 *
 * @param layer program, weights and capacities; the weights that are trained are float32, as a {@link ParameterArena} has them
 * @param trained the weights whose gradients are wanted: all of the program's, or fewer; what serves no gradient is not
 *     computed
 * @param cuts numbers of operations, rising, before each of which the program is cut into blocks. Without cuts every slot
 *     of a run is remembered; with them only the slots that cross a cut are, and each block is run again when backward comes to it
 */
public record TrainingSpec(LayerSpec layer, ParameterLayout trained, List<Integer> cuts) {
    /**
     * Checks names, shapes and cuts.
     *
     * @throws InvalidInputException if a trained weight is none of the program's, has another shape or is not float32, or cuts do not rise
     *     from 1 to less than the number of operations
     */
    public TrainingSpec {
        Map<String, int[]> shapes = layer.program().weights();
        for (ParameterLayout.Entry entry : trained.entries()) {
            int[] dims = shapes.get(entry.name());
            if (dims == null || !Arrays.equals(dims, entry.dims())) {
                throw new InvalidInputException("trained: expected weights of the program but found " + entry.name()
                        + " " + Arrays.toString(entry.dims())
                        + (dims == null ? ", which it has not" : ", which it has as " + Arrays.toString(dims)));
            }
            Weight weight = layer.weights().get(entry.name(), dims);
            if (weight.type() != WeightType.F32) {
                throw new InvalidInputException("trained: expected " + entry.name() + " as F32 but found " + weight
                        + "; copy it to a ParameterArena, whose views are F32");
            }
        }
        cuts = List.copyOf(cuts);
        int before = 0;
        for (int cut : cuts) {
            if (cut <= before || cut >= layer.program().ops().size()) {
                throw new InvalidInputException("cuts: expected rising numbers from 1 to "
                        + (layer.program().ops().size() - 1) + " but found " + cuts);
            }
            before = cut;
        }
    }

    /** Everything is trained, and every slot remembered. */
    public static TrainingSpec of(LayerSpec layer) {
        return new TrainingSpec(layer, new ParameterLayout(layer.program().weights()), List.of());
    }

    /** The same with other weights trained. */
    public TrainingSpec training(ParameterLayout some) {
        return new TrainingSpec(layer, some, cuts);
    }

    /** The same cut before these operations. */
    public TrainingSpec cutBefore(List<Integer> operations) {
        return new TrainingSpec(layer, trained, operations);
    }
}
