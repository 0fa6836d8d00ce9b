package io.deltarule.models.format.weights;

import io.deltarule.core.Tensor;
import io.deltarule.core.layer.Weight;
import io.deltarule.core.layer.WeightType;
import io.deltarule.loader.SafetensorsFolder;
import io.deltarule.loader.TensorInfo;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Makes a weight of tensors in files: a view of the mapped file where its numbers lie in one tensor, a copy where they are
 * spread over several or are a product.
 */
final class StoredWeight {
    private StoredWeight() {}

    /** How a tensor's numbers are stored, or null where no weight can be stored so. */
    static WeightType type(TensorInfo info) {
        return switch (info.dtype()) {
            case F32 -> WeightType.F32;
            case BF16 -> WeightType.BF16;
            case F16 -> WeightType.F16;
            default -> null;
        };
    }

    /**
     * Consecutive numbers of tensors put one after the other.
     *
     * @param first the first of them
     * @param dims the weight's shape
     * @param arena owner of a copy, which is only made where the numbers are in several tensors
     */
    static Weight of(SafetensorsFolder folder, List<TensorInfo> tensors, long first, int[] dims, Arena arena) {
        long count = 1;
        for (int n : dims) {
            count *= n;
        }
        long begin = 0;
        for (TensorInfo info : tensors) {
            long end = begin + info.elementCount();
            if (first >= begin && first + count <= end) {
                int bytes = type(info).blockBytes();
                MemorySegment data = folder.tensor(info.name()).asSlice((first - begin) * bytes, count * bytes);
                return Weight.view(data, type(info), dims);
            }
            begin = end;
        }
        return joined(folder, tensors, first, dims, arena);
    }

    private static Weight joined(
            SafetensorsFolder folder, List<TensorInfo> tensors, long first, int[] dims, Arena arena) {
        Tensor copy = Tensor.allocate(arena, dims);
        long begin = 0;
        for (TensorInfo info : tensors) {
            Weight part = whole(folder, info);
            long from = Math.max(begin, first);
            long to = Math.min(begin + part.size(), first + copy.size());
            for (long i = from; i < to; i++) {
                copy.set(i - first, part.get(i - begin));
            }
            begin += part.size();
        }
        return Weight.of(copy);
    }

    /** All numbers of a tensor, as a vector. */
    static Weight whole(SafetensorsFolder folder, TensorInfo info) {
        return Weight.view(folder.tensor(info.name()), type(info), Math.toIntExact(info.elementCount()));
    }

    /** W = B A, summed in float64. */
    static Weight product(SafetensorsFolder folder, TensorInfo b, TensorInfo a, Arena arena) {
        int rows = (int) b.shape()[0];
        int rank = (int) b.shape()[1];
        int columns = (int) a.shape()[1];
        Weight left = whole(folder, b);
        float[] right = new float[Math.multiplyExact(rank, columns)];
        whole(folder, a).copyTo(MemorySegment.ofArray(right));
        Tensor product = Tensor.allocate(arena, rows, columns);
        IntStream.range(0, rows).parallel().forEach(i -> {
            double[] sums = new double[columns];
            for (int r = 0; r < rank; r++) {
                double factor = left.get((long) i * rank + r);
                for (int j = 0; j < columns; j++) {
                    sums[j] += factor * right[r * columns + j];
                }
            }
            for (int j = 0; j < columns; j++) {
                product.set((long) i * columns + j, (float) sums[j]);
            }
        });
        return Weight.of(product);
    }
}
