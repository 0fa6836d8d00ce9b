package io.deltarule.spark.job;

import java.io.Serializable;
import java.util.Comparator;

/**
 * Where a row was: it never changes, however the rows are spread.
 *
 * @param shard which of the input files, in their order
 * @param row its number in the file, from 0
 */
record RowPlace(int shard, long row) implements Comparable<RowPlace>, Serializable {
    private static final Comparator<RowPlace> ORDER =
            Comparator.comparingInt(RowPlace::shard).thenComparingLong(RowPlace::row);

    /** Rows [number · rows, (number + 1) · rows) of a shard: one file of results. */
    record Part(int shard, long number) implements Comparable<Part>, Serializable {
        private static final Comparator<Part> ORDER =
                Comparator.comparingInt(Part::shard).thenComparingLong(Part::number);

        @Override
        public int compareTo(Part other) {
            return ORDER.compare(this, other);
        }

        /** The file's name. */
        String file() {
            return String.format("%05d-%07d.jsonl", shard, number);
        }

        /** The part of a file of that name; null where it is none. */
        static Part of(String file) {
            return file.matches("\\d{5,}-\\d{7,}\\.jsonl")
                    ? new Part(
                            Integer.parseInt(file.substring(0, file.indexOf('-'))),
                            Long.parseLong(file.substring(file.indexOf('-') + 1, file.indexOf('.'))))
                    : null;
        }
    }

    Part part(int rowsPerPart) {
        return new Part(shard, row / rowsPerPart);
    }

    @Override
    public int compareTo(RowPlace other) {
        return ORDER.compare(this, other);
    }
}
