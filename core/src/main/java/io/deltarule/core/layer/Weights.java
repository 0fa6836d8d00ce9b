package io.deltarule.core.layer;

import io.deltarule.core.InvalidInputException;
import io.deltarule.core.Tensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Named weights. The numbers are not copied: whoever mapped or made them keeps them alive while plans use them.
 *
 * @param all by name
 */
public record Weights(Map<String, Weight> all) {
    /** Copies the map, not the numbers. */
    public Weights {
        all = Map.copyOf(all);
    }

    /** Float32 tensors as weights, not copied. */
    public static Weights of(Map<String, Tensor> tensors) {
        Map<String, Weight> weights = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> weights.put(name, Weight.of(tensor)));
        return new Weights(weights);
    }

    /**
     * One weight.
     *
     * @param name its name
     * @param dims the shape it must have
     * @return the weight
     * @throws InvalidInputException if it is missing or has another shape
     */
    public Weight get(String name, int... dims) {
        Weight weight = all.get(name);
        if (weight == null) {
            throw new InvalidInputException(
                    "weight " + name + ": expected " + Arrays.toString(dims) + " but there is none of that name");
        }
        if (!weight.hasDims(dims)) {
            throw new InvalidInputException(
                    "weight " + name + ": expected " + Arrays.toString(dims) + " but found " + weight);
        }
        return weight;
    }
}
