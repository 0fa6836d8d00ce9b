package io.deltarule.emulator.matrix;

/**
 * Which elements of its tile each work-item of a warp holds, for D = A B + C with A [16, 16], B [16, 8], C and D [16, 8] of {@code
 * mma.m16n8k16} with operands of 16 bits. With g = lane / 4 and t = lane % 4:
 *
 * <pre>
 *   A   element i = 0 … 7   row g + 8 (i / 2 % 2)                column 2 t + i % 2 + 8 (i / 4)
 *   B   element i = 0 … 3   row 2 t + i % 2 + 8 (i / 2)          column g
 *   C   element i = 0 … 3   row g + 8 (i / 2)                    column 2 t + i % 2
 * </pre>
 *
 * Source: PTX ISA, section "Matrix Fragments for mma.m16n8k16 with floating point type".
 */
enum FragmentLayout {
    LEFT(16, 16, 8) {
        @Override
        int row(int lane, int i) {
            return lane / 4 + 8 * (i / 2 % 2);
        }

        @Override
        int column(int lane, int i) {
            return 2 * (lane % 4) + i % 2 + 8 * (i / 4);
        }
    },
    RIGHT(16, 8, 4) {
        @Override
        int row(int lane, int i) {
            return 2 * (lane % 4) + i % 2 + 8 * (i / 2);
        }

        @Override
        int column(int lane, int i) {
            return lane / 4;
        }
    },
    SUM(16, 8, 4) {
        @Override
        int row(int lane, int i) {
            return lane / 4 + 8 * (i / 2);
        }

        @Override
        int column(int lane, int i) {
            return 2 * (lane % 4) + i % 2;
        }
    };

    final int rows;
    final int columns;
    /** How many elements a work-item holds. */
    final int elements;

    FragmentLayout(int rows, int columns, int elements) {
        this.rows = rows;
        this.columns = columns;
        this.elements = elements;
    }

    /** The row of a work-item's i-th element. */
    abstract int row(int lane, int i);

    /** Its column. */
    abstract int column(int lane, int i);
}
