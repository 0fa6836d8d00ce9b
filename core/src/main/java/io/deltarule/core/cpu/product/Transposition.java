package io.deltarule.core.cpu.product;

import io.deltarule.core.cpu.math.Lanes;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;

/**
 * Copies that exchange rows and columns. A square of as many rows as a vector has lanes is turned in steps: of two rows d
 * apart, for d = 1, 2, 4, …, the blocks of d numbers that lie across the diagonal change places. Two steps are taken while
 * four rows are in registers.
 */
final class Transposition {
    private static final int SIDE = Lanes.COUNT;

    private static final VectorMask<Float> UPPER_1 = upper(1);
    private static final VectorMask<Float> UPPER_2 = upper(2);
    private static final VectorMask<Float> UPPER_4 = upper(4);
    private static final VectorMask<Float> UPPER_8 = upper(8);
    private static final VectorShuffle<Float> UP_1 = rotation(-1);
    private static final VectorShuffle<Float> UP_2 = rotation(-2);
    private static final VectorShuffle<Float> UP_4 = rotation(-4);
    private static final VectorShuffle<Float> UP_8 = rotation(-8);
    private static final VectorShuffle<Float> DOWN_1 = rotation(1);
    private static final VectorShuffle<Float> DOWN_2 = rotation(2);
    private static final VectorShuffle<Float> DOWN_4 = rotation(4);
    private static final VectorShuffle<Float> DOWN_8 = rotation(8);

    private Transposition() {}

    /** The lanes of a step that come from the other row. */
    private static VectorMask<Float> upper(int apart) {
        boolean[] lanes = new boolean[SIDE];
        for (int lane = 0; lane < SIDE; lane++) {
            lanes[lane] = (lane & apart) != 0;
        }
        return VectorMask.fromArray(Lanes.SPECIES, lanes, 0);
    }

    private static VectorShuffle<Float> rotation(int by) {
        return VectorShuffle.fromOp(Lanes.SPECIES, lane -> (lane + by) & (SIDE - 1));
    }

    /** to_{j, i} ← from_{i, j} for i &lt; rows and j &lt; columns; matrices begin at an index and have a stride. */
    static void copy(float[] from, int at, int stride, int rows, int columns, float[] to, int toAt, int toStride) {
        boolean squares = SIDE == 16 || SIDE == 8;
        int wholeRows = squares ? rows / SIDE * SIDE : 0;
        int wholeColumns = squares ? columns / SIDE * SIDE : 0;
        float[] square = new float[SIDE * SIDE];
        for (int i = 0; i < wholeRows; i += SIDE) {
            for (int j = 0; j < wholeColumns; j += SIDE) {
                firstSteps(from, at + i * stride + j, stride, square);
                if (SIDE == 16) {
                    lastSteps(square, to, toAt + j * toStride + i, toStride);
                } else {
                    lastStep(square, to, toAt + j * toStride + i, toStride);
                }
            }
        }
        some(from, at, stride, 0, wholeRows, wholeColumns, columns, to, toAt, toStride);
        some(from, at, stride, wholeRows, rows, 0, columns, to, toAt, toStride);
    }

    /** The same for rows [i0, i1) and columns [j0, j1), a number at a time. */
    private static void some(
            float[] from, int at, int stride, int i0, int i1, int j0, int j1, float[] to, int toAt, int toStride) {
        for (int i = i0; i < i1; i++) {
            int source = at + i * stride;
            for (int j = j0; j < j1; j++) {
                to[toAt + i + j * toStride] = from[source + j];
            }
        }
    }

    /** d = 1 and 2. */
    private static void firstSteps(float[] from, int at, int stride, float[] to) {
        for (int i = 0; i < SIDE; i += 4) {
            int source = at + i * stride;
            FloatVector x0 = FloatVector.fromArray(Lanes.SPECIES, from, source);
            FloatVector x1 = FloatVector.fromArray(Lanes.SPECIES, from, source + stride);
            FloatVector x2 = FloatVector.fromArray(Lanes.SPECIES, from, source + 2 * stride);
            FloatVector x3 = FloatVector.fromArray(Lanes.SPECIES, from, source + 3 * stride);
            FloatVector y0 = x0.blend(x1.rearrange(UP_1), UPPER_1);
            FloatVector y1 = x0.rearrange(DOWN_1).blend(x1, UPPER_1);
            FloatVector y2 = x2.blend(x3.rearrange(UP_1), UPPER_1);
            FloatVector y3 = x2.rearrange(DOWN_1).blend(x3, UPPER_1);
            y0.blend(y2.rearrange(UP_2), UPPER_2).intoArray(to, i * SIDE);
            y1.blend(y3.rearrange(UP_2), UPPER_2).intoArray(to, (i + 1) * SIDE);
            y0.rearrange(DOWN_2).blend(y2, UPPER_2).intoArray(to, (i + 2) * SIDE);
            y1.rearrange(DOWN_2).blend(y3, UPPER_2).intoArray(to, (i + 3) * SIDE);
        }
    }

    /** d = 4 and 8, of 16 rows. */
    private static void lastSteps(float[] from, float[] to, int at, int stride) {
        for (int i = 0; i < 4; i++) {
            FloatVector x0 = FloatVector.fromArray(Lanes.SPECIES, from, i * SIDE);
            FloatVector x1 = FloatVector.fromArray(Lanes.SPECIES, from, (i + 4) * SIDE);
            FloatVector x2 = FloatVector.fromArray(Lanes.SPECIES, from, (i + 8) * SIDE);
            FloatVector x3 = FloatVector.fromArray(Lanes.SPECIES, from, (i + 12) * SIDE);
            FloatVector y0 = x0.blend(x1.rearrange(UP_4), UPPER_4);
            FloatVector y1 = x0.rearrange(DOWN_4).blend(x1, UPPER_4);
            FloatVector y2 = x2.blend(x3.rearrange(UP_4), UPPER_4);
            FloatVector y3 = x2.rearrange(DOWN_4).blend(x3, UPPER_4);
            int target = at + i * stride;
            y0.blend(y2.rearrange(UP_8), UPPER_8).intoArray(to, target);
            y1.blend(y3.rearrange(UP_8), UPPER_8).intoArray(to, target + 4 * stride);
            y0.rearrange(DOWN_8).blend(y2, UPPER_8).intoArray(to, target + 8 * stride);
            y1.rearrange(DOWN_8).blend(y3, UPPER_8).intoArray(to, target + 12 * stride);
        }
    }

    /** d = 4, of 8 rows. */
    private static void lastStep(float[] from, float[] to, int at, int stride) {
        for (int i = 0; i < 4; i++) {
            FloatVector x = FloatVector.fromArray(Lanes.SPECIES, from, i * SIDE);
            FloatVector y = FloatVector.fromArray(Lanes.SPECIES, from, (i + 4) * SIDE);
            int target = at + i * stride;
            x.blend(y.rearrange(UP_4), UPPER_4).intoArray(to, target);
            x.rearrange(DOWN_4).blend(y, UPPER_4).intoArray(to, target + 4 * stride);
        }
    }
}
