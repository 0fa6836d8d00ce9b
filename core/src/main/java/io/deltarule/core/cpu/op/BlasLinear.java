package io.deltarule.core.cpu.op;

import io.deltarule.core.cpu.math.OpenBlas;
import io.deltarule.core.layer.WeightType;
import java.lang.foreign.MemorySegment;

/** Projections of many tokens by OpenBLAS: one product per block of outputs and tokens. */
final class BlasLinear implements ManyTokens {
    /** Outputs or tokens below which a block's product is slower per number. */
    private static final int SMALLEST_BLOCK = 64;

    private final SlotBuffer x;
    private final LayerWeight W;
    private final LayerWeight b; // null for none
    private final SlotBuffer y;
    private final WeightPanels panels;

    BlasLinear(SlotBuffer x, LayerWeight W, LayerWeight b, SlotBuffer y, WeightPanels panels) {
        this.x = x;
        this.W = W;
        this.b = b;
        this.y = y;
        this.panels = panels;
    }

    @Override
    public void run(LayerRun run, int tokens) {
        int wanted = run.threads() == 1 ? 1 : 2 * run.threads();
        int columnBlocks = Math.min(wanted, blocks(y.width()));
        int rowBlocks = Math.min((wanted + columnBlocks - 1) / columnBlocks, blocks(tokens));
        int columns = (y.width() + columnBlocks - 1) / columnBlocks;
        int rows = (tokens + rowBlocks - 1) / rowBlocks;
        long operations = (long) tokens * y.width() * x.width() / 8;
        run.items(columnBlocks * rowBlocks, operations, (item, slot) -> {
            int column = item % columnBlocks * columns;
            int row = item / columnBlocks * rows;
            block(row, Math.min(rows, tokens - row), column, Math.min(columns, y.width() - column), slot);
        });
    }

    private static int blocks(int n) {
        return (n + SMALLEST_BLOCK - 1) / SMALLEST_BLOCK;
    }

    private void block(int row, int rows, int column, int columns, int slot) {
        if (rows <= 0 || columns <= 0) {
            return; // rounding block sizes up can leave nothing for the last
        }
        int in = x.width();
        if (W.type() == WeightType.F32) {
            product(row, rows, column, columns, W.data().asSlice((long) column * in * Float.BYTES));
            return;
        }
        MemorySegment panel = panels.of(slot);
        int most = WeightPanels.rows(in);
        for (int from = 0; from < columns; from += most) {
            int count = Math.min(most, columns - from);
            W.copy((long) (column + from) * in, count * in, panel, 0);
            product(row, rows, column + from, count, panel);
        }
    }

    /** @param part rows [column, column + columns) of W */
    private void product(int row, int rows, int column, int columns, MemorySegment part) {
        int in = x.width();
        if (b != null) {
            for (int t = row; t < row + rows; t++) {
                long bytes = (long) columns * Float.BYTES;
                MemorySegment.copy(b.data(), (long) column * Float.BYTES, y.data(), y.offset(t, column), bytes);
            }
        }
        OpenBlas.multiplyRightTransposed(
                rows,
                columns,
                in,
                1,
                x.from(x.row(row)),
                in,
                part,
                in,
                b == null ? 0 : 1,
                y.from(y.offset(row, column)),
                y.width());
    }
}
