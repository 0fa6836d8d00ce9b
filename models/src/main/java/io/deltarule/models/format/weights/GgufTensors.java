package io.deltarule.models.format.weights;

import io.deltarule.loader.GgufFile;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;

/** The tensors of a GGUF file, in the types in which they are stored but for {@link WidenedBlocks}. */
public final class GgufTensors implements TensorStore {
    private final Path path;
    private final GgufFile file;
    private final boolean normsAreFactors;
    private final WidenedBlocks widened = new WidenedBlocks();

    /**
     * Of an opened file.
     *
     * @param path where it is
     * @param file closed with this
     * @param normsAreFactors whether whoever wrote it added the 1 to norms that are published without it
     */
    public GgufTensors(Path path, GgufFile file, boolean normsAreFactors) {
        this.path = path;
        this.file = file;
        this.normsAreFactors = normsAreFactors;
    }

    @Override
    public boolean normsAreFactors() {
        return normsAreFactors;
    }

    @Override
    public boolean contains(String name) {
        return file.contains(name);
    }

    @Override
    public List<StoredTensor> tensors() {
        return file.tensors().stream().map(StoredTensor::of).toList();
    }

    @Override
    public StoredTensor info(String name) {
        return StoredTensor.of(file.info(name));
    }

    @Override
    public MemorySegment tensor(String name) {
        return WidenedBlocks.has(file.info(name).type())
                ? widened.of(file.info(name), file.tensor(name))
                : file.tensor(name);
    }

    @Override
    public List<Path> files() {
        return List.of(path);
    }

    @Override
    public boolean isGguf() {
        return true;
    }

    @Override
    public String types() {
        return "F32, F16, BF16, Q8_0, Q4_0, Q4_K, Q5_K, Q6_K, Q4_1, Q5_0 or Q5_1";
    }

    @Override
    public String cure() {
        return "; expected exactly those that the file's metadata asks for: fetch it again, or convert the model again with a"
                + " current llama.cpp or with 'deltarule convert'";
    }

    @Override
    public void close() {
        widened.close();
        file.close();
    }
}
