package io.deltarule.loader;

import java.util.Arrays;
import java.util.List;

/**
 * What a GGUF file says of one tensor. Values are checked before an instance leaves this package: the bytes are as many as
 * type and shape ask for, and lie inside the file.
 *
 * @param name as in the file
 * @param type of its blocks
 * @param shape the extent of every axis, row-major, outermost first: the reverse of the file's order
 * @param begin where its bytes start, counted from the first byte of all tensors' data
 * @param byteSize how many there are
 */
public record GgufTensor(String name, GgufType type, List<Long> shape, long begin, long byteSize) {
    /** Copies the shape. */
    public GgufTensor {
        shape = List.copyOf(shape);
    }

    /** The number of values: the product of the shape. */
    public long elementCount() {
        return shape.stream().reduce(1L, (a, b) -> a * b);
    }

    /** One past the last byte. */
    long end() {
        return begin + byteSize;
    }

    /**
     * The bytes that type and shape ask for.
     *
     * @param file for messages
     * @throws GgufException if they overflow, or rows are no whole blocks
     */
    static long byteSize(String file, String name, GgufType type, long... shape) {
        String found = type + Arrays.toString(shape);
        long row = shape[shape.length - 1];
        if (row % type.block() != 0) {
            throw new GgufException(
                    GgufException.Problem.PARTIAL_BLOCK,
                    file,
                    GgufException.tensor(name),
                    "rows of whole blocks of " + type.block() + " numbers",
                    found,
                    GgufException.DAMAGED);
        }
        try {
            long elements = 1;
            for (long extent : shape) {
                elements = Math.multiplyExact(elements, extent);
            }
            return Math.multiplyExact(elements / type.block(), type.blockBytes());
        } catch (ArithmeticException overflow) {
            throw new GgufException(
                    GgufException.Problem.SIZE_OVERFLOW,
                    file,
                    GgufException.tensor(name),
                    "a size of at most " + Long.MAX_VALUE + " bytes",
                    found,
                    GgufException.DAMAGED);
        }
    }
}
