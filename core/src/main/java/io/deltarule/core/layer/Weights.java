package io.deltarule.core.layer;

import io.deltarule.core.InvalidInputException;
import io.deltarule.core.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Named weights. The tensors are not copied: whoever mapped or made them keeps them alive while plans use them.
 *
 * @param tensors by name
 */
public record Weights(Map<String, Tensor> tensors) {
    /** Copies the map, not the numbers. */
    public Weights {
        tensors = Map.copyOf(tensors);
    }

    /** Builds weights one by one. */
    public static Weights of(Map<String, Tensor> tensors) {
        return new Weights(new LinkedHashMap<>(tensors));
    }

    /**
     * One weight.
     *
     * @param name its name
     * @param dims the shape it must have
     * @return the tensor
     * @throws InvalidInputException if it is missing or has another shape
     */
    public Tensor get(String name, int... dims) {
        Tensor tensor = tensors.get(name);
        if (tensor == null) {
            throw new InvalidInputException("weight " + name + ": expected " + java.util.Arrays.toString(dims)
                    + " but there is none of that name");
        }
        if (!tensor.hasDims(dims)) {
            throw new InvalidInputException(
                    "weight " + name + ": expected " + java.util.Arrays.toString(dims) + " but found " + tensor);
        }
        return tensor;
    }
}
