package io.deltarule.models.format.weights;

import io.deltarule.core.Tensor;
import io.deltarule.core.layer.BlockScales;
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
    /** Rows and columns that share a scale. */
    static final int FP8_BLOCK = 128;

    private StoredWeight() {}

    /**
     * Consecutive numbers of tensors put one after the other.
     *
     * @param first the first of them
     * @param dims the weight's shape
     * @param arena owner of a copy, which is only made where the numbers are in several tensors
     */
    static Weight of(TensorStore folder, List<StoredTensor> tensors, long first, int[] dims, Arena arena) {
        long count = count(dims);
        long begin = 0;
        for (StoredTensor info : tensors) {
            long end = begin + info.elementCount();
            if (first >= begin && first + count <= end) {
                WeightType type = info.weightType();
                if (type == WeightType.F8_E4M3) {
                    int row = dims[dims.length - 1];
                    return whole(folder, info)
                            .rows(Math.toIntExact((first - begin) / row), Math.toIntExact(count / row))
                            .view(dims);
                }
                MemorySegment data = folder.tensor(info.name()).asSlice(type.bytes(first - begin), type.bytes(count));
                return Weight.view(data, type, dims);
            }
            begin = end;
        }
        return joined(folder, tensors, first, dims, arena);
    }

    private static long count(int[] dims) {
        long count = 1;
        for (int n : dims) {
            count *= n;
        }
        return count;
    }

    private static Weight joined(TensorStore folder, List<StoredTensor> tensors, long first, int[] dims, Arena arena) {
        WeightType type = tensors.getFirst().weightType();
        boolean alike = type.block() == 1 && type != WeightType.F8_E4M3;
        if (alike && tensors.stream().allMatch(info -> info.weightType() == type)) {
            return joinedAsStored(folder, tensors, first, dims, arena);
        }
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

    /** The same of tensors of one plain type, which the copy keeps. */
    private static Weight joinedAsStored(
            TensorStore folder, List<StoredTensor> tensors, long first, int[] dims, Arena arena) {
        WeightType type = tensors.getFirst().weightType();
        long count = count(dims);
        MemorySegment copy = arena.allocate(type.bytes(count), 64);
        long begin = 0;
        for (StoredTensor info : tensors) {
            long end = begin + info.elementCount();
            long from = Math.max(begin, first);
            long to = Math.min(end, first + count);
            if (from < to) {
                MemorySegment part = folder.tensor(info.name());
                long bytes = type.bytes(to - from);
                MemorySegment.copy(part, type.bytes(from - begin), copy, type.bytes(from - first), bytes);
            }
            begin = end;
        }
        return Weight.view(copy, type, dims);
    }

    /** Where an FP8 matrix's scales are. */
    static String scales(String name) {
        return name + "_scale_inv";
    }

    /** All numbers of a tensor: as a vector, or an FP8 one with its scales as a matrix, stacked ones one below the other. */
    static Weight whole(TensorStore folder, StoredTensor info) {
        int count = Math.toIntExact(info.elementCount());
        if (info.weightType() != WeightType.F8_E4M3) {
            return Weight.view(folder.tensor(info.name()), info.weightType(), count);
        }
        StoredTensor scales = folder.info(scales(info.name()));
        float[] values = new float[Math.toIntExact(scales.elementCount())];
        whole(folder, scales).copyTo(MemorySegment.ofArray(values));
        int columns = Math.toIntExact(info.shape().getLast());
        int rows = count / columns;
        return Weight.scaled(
                folder.tensor(info.name()),
                WeightType.F8_E4M3,
                BlockScales.of(values, FP8_BLOCK, rows, columns),
                rows,
                columns);
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

    /** One over the length of each of a matrix' first rows, summed in float64; infinite for a row of zeros. */
    static Weight inverseLengths(TensorStore folder, StoredTensor matrix, int[] dims, Arena arena) {
        Weight rows = whole(folder, matrix);
        int columns = Math.toIntExact(matrix.shape().getLast());
        Tensor lengths = Tensor.allocate(arena, dims);
        IntStream.range(0, dims[0]).parallel().forEach(row -> {
            double sum = 0;
            for (int i = 0; i < columns; i++) {
                double value = rows.get((long) row * columns + i);
                sum += value * value;
            }
            lengths.set(row, (float) (1 / Math.sqrt(sum)));
        });
        return Weight.of(lengths);
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
