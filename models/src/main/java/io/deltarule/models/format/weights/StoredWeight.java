package io.deltarule.models.format.weights;

import io.deltarule.core.Tensor;
import io.deltarule.core.layer.Weight;
import io.deltarule.core.layer.WeightType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Makes a weight of tensors in files: a view of the mapped file where its numbers lie in one tensor, a copy where they are
 * spread over several or are a product.
 */
final class StoredWeight {
    private StoredWeight() {}

    /**
     * Consecutive numbers of tensors put one after the other.
     *
     * @param first the first of them
     * @param dims the weight's shape
     * @param arena owner of a copy, which is only made where the numbers are in several tensors
     */
    static Weight of(TensorStore folder, List<StoredTensor> tensors, long first, int[] dims, Arena arena) {
        long count = 1;
        for (int n : dims) {
            count *= n;
        }
        long begin = 0;
        for (StoredTensor info : tensors) {
            long end = begin + info.elementCount();
            if (first >= begin && first + count <= end) {
                WeightType type = info.weightType();
                MemorySegment data = folder.tensor(info.name()).asSlice(type.bytes(first - begin), type.bytes(count));
                return Weight.view(data, type, dims);
            }
            begin = end;
        }
        return joined(folder, tensors, first, dims, arena);
    }

    private static Weight joined(TensorStore folder, List<StoredTensor> tensors, long first, int[] dims, Arena arena) {
        Tensor copy = Tensor.allocate(arena, dims);
        long begin = 0;
        for (StoredTensor info : tensors) {
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
    static Weight whole(TensorStore folder, StoredTensor info) {
        return Weight.view(folder.tensor(info.name()), info.weightType(), Math.toIntExact(info.elementCount()));
    }

    /** A weight that is made of tensors' values. */
    static Weight made(
            TensorStore folder, List<StoredTensor> tensors, WeightSource.Maker maker, int[] dims, Arena arena) {
        List<float[]> values = new ArrayList<>();
        for (StoredTensor info : tensors) {
            float[] all = new float[Math.toIntExact(info.elementCount())];
            whole(folder, info).copyTo(MemorySegment.ofArray(all));
            values.add(all);
        }
        Tensor copy = Tensor.allocate(arena, dims);
        float[] made = maker.make(values);
        for (int i = 0; i < made.length; i++) {
            copy.set(i, made[i]);
        }
        return Weight.of(copy);
    }

    /** W = B A, summed in float64. */
    static Weight product(TensorStore folder, StoredTensor b, StoredTensor a, Arena arena) {
        int rows = (int) b.extents()[0];
        int rank = (int) b.extents()[1];
        int columns = (int) a.extents()[1];
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
