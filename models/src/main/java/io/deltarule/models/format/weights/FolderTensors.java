package io.deltarule.models.format.weights;

import io.deltarule.core.InvalidInputException;
import io.deltarule.core.layer.Weight;
import io.deltarule.loader.SafetensorsFolder;
import io.deltarule.loader.TensorInfo;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * The tensors of a folder, and what MLX did to them.
 *
 * @param folder opened
 */
public record FolderTensors(SafetensorsFolder folder) implements TensorStore {
    private static final String NORM = ".input_layernorm.weight";

    /** Parts of a model that may have embeddings of their own. */
    private static final Set<String> OTHER_PARTS = Set.of("mtp", "visual", "vision_tower", "vision_model");

    @Override
    public boolean contains(String name) {
        return folder.contains(name);
    }

    @Override
    public List<StoredTensor> tensors() {
        return folder.tensors().stream().map(StoredTensor::of).toList();
    }

    @Override
    public StoredTensor info(String name) {
        return StoredTensor.of(folder.info(name));
    }

    @Override
    public MemorySegment tensor(String name) {
        return folder.tensor(name);
    }

    @Override
    public List<Path> files() {
        return folder.files();
    }

    @Override
    public String types() {
        return "F32, F16 or BF16";
    }

    @Override
    public String cure() {
        return writtenByMlx()
                ? "; MLX wrote this folder (metadata format: mlx) and stores some parts otherwise: fetch the checkpoint"
                        + " as it was published"
                : "; expected exactly those that config.json asks for: fetch both again, of one version";
    }

    @Override
    public void close() {
        folder.close();
    }

    @Override
    public String prefix(String embedding, String absent) {
        List<String> found = folder.tensors().stream()
                .map(TensorInfo::name)
                .filter(name -> name.endsWith("." + embedding))
                .map(name -> name.substring(0, name.length() - embedding.length()))
                .filter(prefix -> OTHER_PARTS.stream().noneMatch(("." + prefix)::contains))
                .toList();
        return found.size() == 1 ? found.getFirst() : absent;
    }

    /**
     * Whoever moves the axes of convolutions, [channels, 1, taps] to [channels, taps, 1], makes factors of the norms too. As
     * published they are spread around 0, as factors around 1: a folder that MLX wrote and that has the one's convolutions and
     * the other's norms would talk nonsense whichever is believed.
     */
    @Override
    public boolean normsAreFactors() {
        boolean moved = folder.tensors().stream().anyMatch(FolderTensors::isTapsFirst);
        if (!moved && !writtenByMlx()) {
            return false;
        }
        double mean = meanNorm();
        if (!Double.isNaN(mean) && (mean > 0.5) != moved) {
            throw new InvalidInputException(String.format(
                    Locale.ROOT,
                    "tensors: expected a folder that MLX converted whole or not at all but found convolutions %s and"
                            + " norms around %.2f; fetch the checkpoint as it was published",
                    moved ? "[channels, taps, 1]" : "[channels, 1, taps]",
                    mean));
        }
        return moved;
    }

    /** Whether the files say that MLX wrote them, which does not tell whether it converted anything. */
    private boolean writtenByMlx() {
        return folder.metadata("format").contains("mlx");
    }

    private static boolean isTapsFirst(TensorInfo tensor) {
        long[] shape = tensor.shape();
        return tensor.name().endsWith("conv1d.weight") && shape.length == 3 && shape[2] == 1 && shape[1] > 1;
    }

    private double meanNorm() {
        double sum = 0;
        long count = 0;
        for (StoredTensor tensor : tensors()) {
            if (tensor.name().endsWith(NORM) && tensor.weightType() != null) {
                Weight norm = StoredWeight.whole(this, tensor);
                for (long i = 0; i < norm.size(); i++) {
                    sum += norm.get(i);
                }
                count += norm.size();
            }
        }
        return sum / count; // NaN where there is none
    }
}
