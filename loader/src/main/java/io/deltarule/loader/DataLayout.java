package io.deltarule.loader;

import io.deltarule.loader.SafetensorsException.Problem;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** The rules that tie tensors' shapes and byte ranges to each other and to the size of the file. */
final class DataLayout {
    private final String label;

    DataLayout(String label) {
        this.label = label;
    }

    /**
     * Checks that the tensors cover the file's data exactly, each with the bytes its shape and type ask for.
     *
     * @param tensors in any order
     * @param dataSize the number of bytes after the header
     * @return the tensors in the order of their bytes
     * @throws SafetensorsException at the first rule broken
     */
    List<TensorInfo> check(List<TensorInfo> tensors, long dataSize) {
        // An empty tensor shares its begin with its successor, and comes first by its end.
        List<TensorInfo> sorted = tensors.stream()
                .sorted(Comparator.comparingLong(TensorInfo::begin).thenComparingLong(TensorInfo::end))
                .toList();
        TensorInfo previous = null;
        for (TensorInfo tensor : sorted) {
            checkPlace(tensor, previous);
            checkSize(tensor);
            previous = tensor;
        }
        checkEnd(previous, dataSize);
        return sorted;
    }

    /** The number of bytes of a tensor: product of extents · bits / 8. */
    long byteSize(String name, Dtype dtype, long[] shape) {
        long bits;
        try {
            long elements = 1;
            for (long extent : shape) {
                elements = Math.multiplyExact(elements, extent);
            }
            bits = Math.multiplyExact(elements, dtype.bits());
        } catch (ArithmeticException overflow) {
            throw new SafetensorsException(
                    Problem.SIZE_OVERFLOW,
                    label,
                    SafetensorsException.tensor(name),
                    "a size of at most " + Long.MAX_VALUE + " bits",
                    dtype + Arrays.toString(shape),
                    "correct the shape");
        }
        if (bits % Byte.SIZE != 0) {
            throw new SafetensorsException(
                    Problem.PARTIAL_BYTE,
                    label,
                    SafetensorsException.tensor(name),
                    "whole bytes",
                    bits + " bits from " + dtype + Arrays.toString(shape),
                    "pad the last axis so that its " + dtype.bits() + "-bit elements fill whole bytes");
        }
        return bits / Byte.SIZE;
    }

    private void checkPlace(TensorInfo tensor, TensorInfo previous) {
        if (tensor.end() < tensor.begin()) {
            throw damaged(
                    Problem.REVERSED_OFFSETS,
                    tensor,
                    "data_offsets [begin, end] with begin <= end",
                    "[" + tensor.begin() + ", " + tensor.end() + "]");
        }
        long start = previous == null ? 0 : previous.end();
        if (tensor.begin() != start) {
            Problem problem = tensor.begin() < start ? Problem.OVERLAP : Problem.HOLE;
            String neighbour = previous == null
                    ? "the start of the data"
                    : "the end of " + SafetensorsException.tensor(previous.name()) + " before it";
            throw damaged(
                    problem,
                    tensor,
                    "data_offsets to begin at " + start + ", " + neighbour,
                    "begin " + tensor.begin() + " (" + (problem == Problem.HOLE ? "a hole" : "an overlap") + " of "
                            + Math.abs(tensor.begin() - start) + " bytes)");
        }
    }

    private void checkSize(TensorInfo tensor) {
        long size = byteSize(tensor.name(), tensor.dtype(), tensor.shape());
        if (size != tensor.byteSize()) {
            throw damaged(
                    Problem.SIZE_MISMATCH,
                    tensor,
                    size + " bytes for " + tensor.dtype() + Arrays.toString(tensor.shape()),
                    tensor.byteSize() + " bytes in data_offsets [" + tensor.begin() + ", " + tensor.end() + "]");
        }
    }

    private void checkEnd(TensorInfo last, long dataSize) {
        long end = last == null ? 0 : last.end();
        if (end == dataSize) {
            return;
        }
        String subject = last == null ? "header without tensors" : SafetensorsException.tensor(last.name());
        throw new SafetensorsException(
                end > dataSize ? Problem.TRUNCATED : Problem.TRAILING_BYTES,
                label,
                subject,
                end + " bytes of data after the header, the end of the last tensor",
                dataSize + " bytes",
                end > dataSize
                        ? "the file was cut short by " + (end - dataSize) + " bytes: fetch or write it again"
                        : "the last " + (dataSize - end) + " bytes belong to no tensor: fetch or write the file again");
    }

    private SafetensorsException damaged(Problem problem, TensorInfo tensor, String expected, String found) {
        return new SafetensorsException(
                problem,
                label,
                SafetensorsException.tensor(tensor.name()),
                expected,
                found,
                SafetensorsException.DAMAGED);
    }
}
