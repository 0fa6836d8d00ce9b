package io.deltarule.models.format.weights;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;

/** A model's mapped files of tensors, whatever their format. */
public interface TensorStore extends StoredTensors, AutoCloseable {
    /** All tensors. */
    List<StoredTensor> tensors();

    /** What is said of a tensor that {@link #contains} knows. */
    StoredTensor info(String name);

    @Override
    default List<Long> shape(String name) {
        return contains(name) ? info(name).shape() : List.of();
    }

    /** A tensor's bytes where they lie, little-endian, valid until this is closed. */
    MemorySegment tensor(String name);

    /** The files. */
    List<Path> files();

    /** The types that weights may have, for messages. */
    String types();

    /** What to do where tensors are not those that the model needs. */
    String cure();

    @Override
    void close();
}
