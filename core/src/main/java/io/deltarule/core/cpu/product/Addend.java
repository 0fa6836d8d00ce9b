package io.deltarule.core.cpu.product;

import io.deltarule.core.cpu.math.Part;

/**
 * What is added to a product: the rows of a matrix times a factor each.
 *
 * @param rows the matrix; may be that which the sum is written to
 * @param factors of its rows
 */
public record Addend(Part rows, Factors factors) {
    /** Nothing is added, and nothing read. */
    public static final Addend NOTHING = new Addend(new Part(new float[Tiles.WIDTH], 0, 0), Factors.ONE);

    /** All rows times one factor; not read where it is 0. */
    static Addend of(float factor, Part rows) {
        return factor == 0 ? NOTHING : new Addend(rows, Factors.of(factor));
    }

    /** Whether nothing is added. */
    boolean isNothing() {
        return rows.stride() == 0;
    }

    /** The tile that begins at a row and a column. */
    Part tile(int row, int column) {
        return isNothing() ? rows : rows.from(row, column);
    }
}
