package io.deltarule.core.layer;

import io.deltarule.core.InvalidInputException;
import java.util.Arrays;

/**
 * What a matrix's stored numbers are multiplied by: one scale for each block of so many rows and columns, as FP8 checkpoints have
 * them. The last blocks may be cut off by the matrix's edges.
 */
public final class BlockScales {
    private final float[] scales;
    private final int across;
    private final int side;
    private final int firstRow;

    private BlockScales(float[] scales, int across, int side, int firstRow) {
        this.scales = scales;
        this.across = across;
        this.side = side;
        this.firstRow = firstRow;
    }

    /**
     * Scales of square blocks.
     *
     * @param scales row-major [⌈rows / side⌉, ⌈columns / side⌉], copied
     * @param side rows and columns of a block
     * @param rows of the matrix
     * @param columns of the matrix
     * @throws InvalidInputException if they are not as many as the matrix has blocks
     */
    public static BlockScales of(float[] scales, int side, int rows, int columns) {
        int across = Math.ceilDiv(columns, side);
        long expected = (long) Math.ceilDiv(rows, side) * across;
        if (scales.length != expected) {
            throw new InvalidInputException(
                    "scales: expected " + expected + " for " + Arrays.toString(new int[] {rows, columns})
                            + " in blocks of " + side + " by " + side + " but found " + scales.length);
        }
        return new BlockScales(scales.clone(), across, side, 0);
    }

    /** Those of the rows from one on. */
    BlockScales from(int row) {
        return new BlockScales(scales, across, side, firstRow + row);
    }

    /** Rows and columns of a block. */
    public int side() {
        return side;
    }

    /** The scale of a number. */
    public float at(long row, int column) {
        return scales[(int) ((firstRow + row) / side) * across + column / side];
    }
}
