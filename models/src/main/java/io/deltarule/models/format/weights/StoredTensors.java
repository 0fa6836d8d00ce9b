package io.deltarule.models.format.weights;

/**
 * Which tensors a folder holds. Some formats were written in several ways under one {@code model_type}; which names to expect
 * then depends on what is there.
 */
public interface StoredTensors {
    /** A folder that does not exist yet: a format then expects the names that its writers use today. */
    StoredTensors NOTHING = name -> false;

    /** Whether there is a tensor of this name. */
    boolean contains(String name);
}
