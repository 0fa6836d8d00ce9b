package io.deltarule.models.format.weights;

import java.util.Arrays;
import java.util.List;

/** Where in the files a weight's numbers are. */
public sealed interface WeightSource {
    /** The tensors that hold them. */
    List<String> names();

    /**
     * Rows of one tensor, or of several put one after the other along their first axis.
     *
     * @param names the tensors
     * @param shape that of all of them together, with axes of length 1 where the files may have them
     * @param firstRow the weight's first row, in rows as long as the weight's
     */
    record Rows(List<String> names, List<Integer> shape, long firstRow) implements WeightSource {
        /** Copies the lists. */
        public Rows {
            names = List.copyOf(names);
            shape = List.copyOf(shape);
        }

        /** How many rows each tensor has where all of them are cut as torch.chunk cuts: equal parts, the last one less. */
        public int[] chunks() {
            int rows = shape.getFirst();
            int parts = names.size();
            int part = (rows + parts - 1) / parts;
            int[] chunks = new int[parts];
            Arrays.setAll(chunks, i -> parts == 1 ? rows : Math.min(part, rows - i * part));
            return chunks;
        }
    }

    /**
     * The product of two factors, W = B A.
     *
     * @param b B [rows, rank]
     * @param a A [rank, columns]
     */
    record Product(String b, String a) implements WeightSource {
        @Override
        public List<String> names() {
            return List.of(b, a);
        }
    }

    /** Makes a weight's numbers of tensors' numbers. */
    @FunctionalInterface
    interface Maker {
        /**
         * All numbers, row-major.
         *
         * @param tensors the tensors' values, row-major
         */
        float[] make(List<float[]> tensors);
    }

    /**
     * Numbers that have to be computed, or moved otherwise than in runs of rows; for what is small, since they are copied.
     *
     * @param names the tensors
     * @param shapes theirs
     * @param maker makes as many numbers as the weight has
     */
    record Made(List<String> names, List<List<Integer>> shapes, Maker maker) implements WeightSource {
        /** Copies the lists. */
        public Made {
            names = List.copyOf(names);
            shapes = List.copyOf(shapes);
        }
    }

    /**
     * Whole tensors put one after the other along their first axis, each of a shape of its own.
     *
     * @param names the tensors
     * @param shapes theirs
     */
    record Joined(List<String> names, List<List<Integer>> shapes) implements WeightSource {
        /** Copies the lists. */
        public Joined {
            names = List.copyOf(names);
            shapes = List.copyOf(shapes);
        }
    }

    /**
     * One over the length of each row of a matrix: what follows from another weight and lies in no file.
     *
     * @param name the matrix
     * @param shape its shape; only its first rows count where the weight has fewer numbers
     */
    record InverseLengths(String name, List<Integer> shape) implements WeightSource {
        @Override
        public List<String> names() {
            return List.of(name);
        }
    }

    /** A tensor of a shape, all of it. */
    static WeightSource of(String name, int... dims) {
        return rows(name, 0, dims);
    }

    /** Some rows of a tensor of a shape. */
    static WeightSource rows(String name, long firstRow, int... dims) {
        return rows(List.of(name), firstRow, dims);
    }

    /** Some rows of several tensors that have a shape together. */
    static WeightSource rows(List<String> names, long firstRow, int... dims) {
        return new Rows(names, Arrays.stream(dims).boxed().toList(), firstRow);
    }
}
