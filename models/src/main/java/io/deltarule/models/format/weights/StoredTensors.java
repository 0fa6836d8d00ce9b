package io.deltarule.models.format.weights;

/** Which tensors a folder holds, as far as a format needs to know before it can say which it expects. */
public interface StoredTensors {
    /** A folder that does not exist yet: a format then expects the names that its writers use today. */
    StoredTensors NOTHING = name -> false;

    /** Whether there is a tensor of this name. */
    boolean contains(String name);
}
