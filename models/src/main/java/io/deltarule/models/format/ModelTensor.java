package io.deltarule.models.format;

import java.util.List;

/**
 * A tensor of a model's files, as it is stored.
 *
 * @param name in the files
 * @param type as the file's format calls it, BF16 or Q4_K for example
 * @param shape the extent of every axis, row-major, outermost first
 * @param byteSize how many bytes it has
 */
public record ModelTensor(String name, String type, List<Long> shape, long byteSize) {
    /** Copies the shape. */
    public ModelTensor {
        shape = List.copyOf(shape);
    }
}
