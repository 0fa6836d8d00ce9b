package io.deltarule.core.cpu.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.deltarule.core.cpu.math.Lanes;
import io.deltarule.core.cpu.math.Matrix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RowViewTest {
    private static final int ROWS = 5;
    private static final int HEADS = 3;

    /** Around whole vectors and around the eight of them that are moved at a time. */
    static int[] widths() {
        int lanes = Lanes.COUNT;
        return new int[] {1, lanes - 1, lanes, lanes + 1, 8 * lanes - 1, 8 * lanes, 8 * lanes + 1, 17 * lanes + 3};
    }

    @ParameterizedTest
    @MethodSource("widths")
    void movesRowsOfOneHeadOffHeap(int width) {
        try (Arena arena = Arena.ofConfined()) {
            // Floats may lie anywhere, not only where a vector may.
            long bytes = (long) ROWS * HEADS * width * Float.BYTES;
            moves(
                    width,
                    arena.allocate(bytes + 4, 64).asSlice(4),
                    arena.allocate(bytes + 4, 64).asSlice(4));
        }
    }

    @ParameterizedTest
    @MethodSource("widths")
    void movesRowsOfOneHeadInArrays(int width) {
        int count = ROWS * HEADS * width;
        moves(
                width,
                MemorySegment.ofArray(new float[count + 1]).asSlice(4),
                MemorySegment.ofArray(new float[count + 1]).asSlice(4));
    }

    private static void moves(int width, MemorySegment source, MemorySegment target) {
        int count = ROWS * HEADS * width;
        for (int i = 0; i < count; i++) {
            source.setAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, i, i);
            target.setAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, i, -1);
        }
        Matrix matrix = Matrix.allocate(4, width);
        Arrays.fill(matrix.data(), -2);

        new RowView("source", source, HEADS, HEADS, width).gather(2, 2, 1, matrix, 1);
        for (int row = 0; row < 4; row++) {
            for (int column = 0; column < matrix.stride(); column++) {
                boolean inside = (row == 1 || row == 2) && column < width;
                float expected = inside ? ((row + 1) * HEADS + 1) * width + column : -2;
                assertEquals(expected, matrix.get(row, column), "row " + row + ", column " + column);
            }
        }

        RowView into = new RowView("target", target, HEADS, HEADS, width);
        into.scatterRow(matrix, 1, 2, 1);
        into.scatterRow(matrix, 2, 3, 1);
        for (int i = 0; i < count; i++) {
            int row = i / width / HEADS;
            boolean inside = (row == 2 || row == 3) && i / width % HEADS == 1;
            assertEquals(inside ? i : -1, target.getAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, i), "number " + i);
        }
    }
}
