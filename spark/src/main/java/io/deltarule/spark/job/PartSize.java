package io.deltarule.spark.job;

/**
 * How many rows a part has where nobody says it: few enough that every core gets several parts and that little is lost with a machine, and
 * enough that texts still fill runs together.
 *
 * @param rows of all files
 * @param bytes of all files
 * @param cores that compute
 */
record PartSize(long rows, long bytes, int cores) {
    private static final int PARTS_PER_CORE = 16;
    private static final int MOST_ROWS = 1000;
    private static final long MOST_BYTES = 4L << 20;
    private static final int FEWEST_ROWS = 32;
    private static final long FEWEST_BYTES = 16L << 10;

    /** The number. */
    int chosen() {
        long perRow = rows == 0 ? 1 : Math.max(1, bytes / rows);
        long most = Math.clamp(MOST_BYTES / perRow, 1, MOST_ROWS);
        long fewest = Math.clamp(FEWEST_BYTES / perRow, 1, FEWEST_ROWS);
        return (int) Math.clamp(Math.ceilDiv(rows, (long) PARTS_PER_CORE * cores), fewest, most);
    }
}
