package io.deltarule.emulated;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.enums.MMAShape;
import uk.ac.manchester.tornado.api.types.BFloat16;
import uk.ac.manchester.tornado.api.types.HalfFloat;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** Matrix products of warps compute what the matrices say, whichever warp and tile. */
class WarpProductTest {

    /** One warp: tiles of 16 bits as they come, D = A B + c. */
    static void oneTile(KernelContext context, IntArray a, IntArray b, FloatArray d, float c, int brain) {
        int[] left = context.allocateIntLocalArray(128);
        int[] right = context.allocateIntLocalArray(64);
        for (int at = context.localIdx; at < 128; at += 32) {
            left[at] = a.get(at);
        }
        for (int at = context.localIdx; at < 64; at += 32) {
            right[at] = b.get(at);
        }
        context.localBarrier();
        float[] sums = context.mmaFragment(c);
        HalfFloat[] fragA = context.mmaLoadA(left, 16);
        HalfFloat[] fragB = context.mmaLoadB(right, 16);
        if (brain == 1) {
            sums = context.mmaBF16(fragA, fragB, sums, MMAShape.M16N8K16);
        } else {
            sums = context.mma(fragA, fragB, sums, MMAShape.M16N8K16);
        }
        context.mmaStore(sums, d, 0, 0, 8);
    }

    /**
     * C [64, 64] = A [64, 64] B [64, 64] by one group of four warps, each with a band of 16 rows; tiles of the whole depth lie one
     * after the other.
     */
    static void product(KernelContext context, FloatArray a, FloatArray b, FloatArray c) {
        int[] left = context.allocateIntLocalArray(64 * 64 / 2);
        int[] right = context.allocateIntLocalArray(64 * 64 / 2);
        for (int at = context.localIdx; at < 64 * 64 / 2; at += 128) {
            int tile = at / 128;
            int row = tile / 4 * 16 + at % 128 / 8;
            int k = tile % 4 * 16 + at % 8 * 2;
            left[at] = (BFloat16.bf16FromFloat(a.get(row * 64 + k)) & 0xFFFF)
                    | (BFloat16.bf16FromFloat(a.get(row * 64 + k + 1)) << 16);
            tile = at / 64;
            k = tile / 8 * 16 + at % 64 / 4;
            int column = tile % 8 * 8 + at % 4 * 2;
            right[at] = (BFloat16.bf16FromFloat(b.get(k * 64 + column)) & 0xFFFF)
                    | (BFloat16.bf16FromFloat(b.get(k * 64 + column + 1)) << 16);
        }
        context.localBarrier();
        int band = context.localIdx / 32;
        for (int column = 0; column < 8; column++) {
            float[] sums = context.mmaFragment(0f);
            for (int k = 0; k < 4; k++) {
                HalfFloat[] fragA = context.mmaLoadA(left, 16, (band * 4 + k) * 512);
                HalfFloat[] fragB = context.mmaLoadB(right, 16, (k * 8 + column) * 256);
                sums = context.mmaBF16(fragA, fragB, sums, MMAShape.M16N8K16);
            }
            context.mmaStore(sums, c, band * 16, column * 8, 64);
        }
    }

    /** Two in each int, row after row. */
    private static IntArray packed(float[][] matrix, boolean brain) {
        int columns = matrix[0].length;
        IntArray packed = new IntArray(matrix.length * columns / 2);
        for (int at = 0; at < packed.getSize(); at++) {
            float[] row = matrix[2 * at / columns];
            packed.set(at, bits(row[2 * at % columns], brain) | (bits(row[2 * at % columns + 1], brain) << 16));
        }
        return packed;
    }

    private static int bits(float value, boolean brain) {
        return (brain ? BFloat16.bf16FromFloat(value) : Float.floatToFloat16(value)) & 0xFFFF;
    }

    private static FloatArray oneTile(float[][] a, float[][] b, float c, boolean brain) {
        IntArray left = packed(a, brain);
        IntArray right = packed(b, brain);
        FloatArray d = new FloatArray(16 * 8);
        d.init(Float.NaN);
        Launched.run(
                new TaskGraph("g")
                        .transferToDevice(DataTransferMode.EVERY_EXECUTION, left, right)
                        .task("t", WarpProductTest::oneTile, new KernelContext(), left, right, d, c, brain ? 1 : 0)
                        .transferToHost(DataTransferMode.EVERY_EXECUTION, d),
                32,
                32);
        return d;
    }

    /** Elements that are all different and exact in 16 bits of either kind. */
    private static float[][] numbered(int rows, int columns) {
        float[][] matrix = new float[rows][columns];
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                matrix[i][j] = i * columns + j - 100;
            }
        }
        return matrix;
    }

    /** Ones where the column is the row less {@code shift}. */
    private static float[][] shifted(int rows, int columns, int shift) {
        float[][] matrix = new float[rows][columns];
        for (int i = 0; i < rows; i++) {
            if (i - shift >= 0 && i - shift < columns) {
                matrix[i][i - shift] = 1;
            }
        }
        return matrix;
    }

    @Test
    void theIdentityOnTheLeftGivesB() {
        for (boolean brain : new boolean[] {false, true}) {
            FloatArray d = oneTile(shifted(16, 16, 0), numbered(16, 8), 0.5f, brain);
            for (int at = 0; at < 16 * 8; at++) {
                assertEquals(at - 100 + 0.5f, d.get(at));
            }
        }
    }

    @Test
    void theIdentityOnTheRightGivesHalfOfA() {
        for (boolean brain : new boolean[] {false, true}) {
            for (int shift : new int[] {0, 8}) {
                FloatArray d = oneTile(numbered(16, 16), shifted(16, 8, shift), -2f, brain);
                for (int at = 0; at < 16 * 8; at++) {
                    assertEquals(at / 8 * 16 + at % 8 + shift - 100 - 2f, d.get(at));
                }
            }
        }
    }

    /** The order is stated: a sum that would come out otherwise in another. */
    @Test
    void sumsAreAddedInTheOrderOfDepth() {
        float[][] a = new float[16][16];
        float[][] b = new float[16][8];
        float[] terms = {0x1p24f, 1, 1, -0x1p24f}; // the ones are lost: 2^24 + 1 is no float
        for (int k = 0; k < 4; k++) {
            a[0][k] = terms[k];
            b[k][0] = 1;
        }
        assertEquals(0f, oneTile(a, b, 0, true).get(0));
        assertEquals(0f, oneTile(a, b, 1, true).get(0)); // C comes first, and is lost as well
    }

    /** Operands rounded to 16 bits: products exact, sums of 64 terms in float, in any order within 64 units of rounding. */
    @Test
    void fourWarpsMultiplyWholeMatrices() {
        Random random = new Random(7);
        FloatArray a = new FloatArray(64 * 64);
        FloatArray b = new FloatArray(64 * 64);
        for (int at = 0; at < 64 * 64; at++) {
            a.set(at, random.nextFloat() - 0.5f);
            b.set(at, random.nextFloat() - 0.5f);
        }
        FloatArray c = new FloatArray(64 * 64);
        c.init(Float.NaN);
        Launched.run(
                new TaskGraph("g")
                        .transferToDevice(DataTransferMode.EVERY_EXECUTION, a, b)
                        .task("t", WarpProductTest::product, new KernelContext(), a, b, c)
                        .transferToHost(DataTransferMode.EVERY_EXECUTION, c),
                128,
                128);
        for (int at = 0; at < 64 * 64; at++) {
            double sum = 0;
            double size = 0;
            for (int k = 0; k < 64; k++) {
                double term = (double) rounded(a.get(at / 64 * 64 + k)) * rounded(b.get(k * 64 + at % 64));
                sum += term;
                size += Math.abs(term);
            }
            double bound = 64 * 0x1p-24 * size;
            assertTrue(Math.abs(c.get(at) - sum) <= bound, at + ": expected " + sum + " but found " + c.get(at));
        }
    }

    private static float rounded(float value) {
        return BFloat16.bf16ToFloat(BFloat16.bf16FromFloat(value));
    }

    @Test
    void sixteenBitsAreRoundedToNearestEven() {
        assertEquals(0x1p0f, rounded(0x1p0f + 0x1p-8f)); // a tie, down to even
        assertEquals(0x1p0f + 0x1p-6f, rounded(0x1p0f + 0x1p-7f + 0x1p-8f)); // a tie, up to even
        assertEquals(0x1p0f + 0x1p-7f, rounded(Math.nextUp(0x1p0f + 0x1p-8f)));
        assertEquals(-0x1p0f, rounded(-0x1p0f - 0x1p-8f));
        assertEquals(Float.POSITIVE_INFINITY, rounded(Float.MAX_VALUE));
        assertEquals(Float.NEGATIVE_INFINITY, rounded(Float.NEGATIVE_INFINITY));
        assertTrue(Float.isNaN(rounded(Float.NaN)));
        assertTrue(Float.isNaN(rounded(Float.intBitsToFloat(0x7F800001))));
        assertEquals(
                Float.intBitsToFloat(0x00010000), rounded(Float.intBitsToFloat(0x0000FFFF))); // below normal numbers
    }
}
