package io.deltarule.models.format.weights;

import java.util.List;

/**
 * Which tensors a folder holds. Some formats were written in several ways under one {@code model_type}; which names to expect
 * then depends on what is there.
 */
public interface StoredTensors {
    /** A folder that does not exist yet: a format then expects the names that its writers use today. */
    StoredTensors NOTHING = name -> false;

    /** Whether there is a tensor of this name. */
    boolean contains(String name);

    /** A tensor's axes; none where there is no such tensor, or nothing is known of it. */
    default List<Long> shape(String name) {
        return List.of();
    }

    /**
     * What stands before the names of the text model's tensors, where it is a part of something.
     *
     * @param embedding the embedding's name without that
     * @param absent where no tensor, or more than one, ends with that name
     */
    default String prefix(String embedding, String absent) {
        return absent;
    }

    /** Whether tensors have the names of GGUF files, and their numbers the order that these have. */
    default boolean isGguf() {
        return false;
    }

    /**
     * Whether norms that the format's publishers store as the factor − 1 are stored as the factor, as MLX does.
     *
     * @throws io.deltarule.core.InvalidInputException if one cannot tell
     */
    default boolean normsAreFactors() {
        return false;
    }
}
