package io.deltarule.emulator.matrix;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HashSet;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The elements that a work-item holds are those of the PTX ISA's figures, and those that {@code ldmatrix} brings. */
class FragmentLayoutTest {

    /** Row, column, row, column … of a work-item's elements, in their order. */
    private static int[] places(FragmentLayout layout, int lane) {
        return IntStream.range(0, layout.elements)
                .flatMap(i -> IntStream.of(layout.row(lane, i), layout.column(lane, i)))
                .toArray();
    }

    /** Read off the figures: the first, a middle and the last work-item. */
    @Test
    void figures() {
        assertArrayEquals(new int[] {0, 0, 0, 1, 8, 0, 8, 1, 0, 8, 0, 9, 8, 8, 8, 9}, places(FragmentLayout.LEFT, 0));
        assertArrayEquals(
                new int[] {3, 2, 3, 3, 11, 2, 11, 3, 3, 10, 3, 11, 11, 10, 11, 11}, places(FragmentLayout.LEFT, 13));
        assertArrayEquals(
                new int[] {7, 6, 7, 7, 15, 6, 15, 7, 7, 14, 7, 15, 15, 14, 15, 15}, places(FragmentLayout.LEFT, 31));
        assertArrayEquals(new int[] {0, 0, 1, 0, 8, 0, 9, 0}, places(FragmentLayout.RIGHT, 0));
        assertArrayEquals(new int[] {2, 3, 3, 3, 10, 3, 11, 3}, places(FragmentLayout.RIGHT, 13));
        assertArrayEquals(new int[] {6, 7, 7, 7, 14, 7, 15, 7}, places(FragmentLayout.RIGHT, 31));
        assertArrayEquals(new int[] {0, 0, 0, 1, 8, 0, 8, 1}, places(FragmentLayout.SUM, 0));
        assertArrayEquals(new int[] {3, 2, 3, 3, 11, 2, 11, 3}, places(FragmentLayout.SUM, 13));
        assertArrayEquals(new int[] {7, 6, 7, 7, 15, 6, 15, 7}, places(FragmentLayout.SUM, 31));
    }

    @ParameterizedTest
    @EnumSource
    void everyElementIsHeldOnce(FragmentLayout layout) {
        Set<Integer> held = new HashSet<>();
        for (int lane = 0; lane < 32; lane++) {
            for (int i = 0; i < layout.elements; i++) {
                held.add(layout.row(lane, i) * layout.columns + layout.column(lane, i));
            }
        }
        assertEquals(layout.rows * layout.columns, held.size());
        assertEquals(32 * layout.elements, held.size());
    }

    /**
     * {@code ldmatrix} of 8 × 8 matrices: work-item 8 r + i names row i of matrix r, and work-item T gets elements 2 (T % 4) and the one
     * after it of row T / 4; transposed those of column T / 4. The rows named are TornadoVM's for tiles of 16 and of 8 columns.
     */
    @Test
    void loadsBringTheseElements() {
        for (int lane = 0; lane < 32; lane++) {
            for (int i = 0; i < 8; i++) {
                int matrix = i / 2;
                assertEquals(matrix % 2 * 8 + lane / 4, FragmentLayout.LEFT.row(lane, i));
                assertEquals(matrix / 2 * 8 + 2 * (lane % 4) + i % 2, FragmentLayout.LEFT.column(lane, i));
            }
            for (int i = 0; i < 4; i++) {
                assertEquals(i / 2 * 8 + 2 * (lane % 4) + i % 2, FragmentLayout.RIGHT.row(lane, i));
                assertEquals(lane / 4, FragmentLayout.RIGHT.column(lane, i));
            }
        }
    }
}
