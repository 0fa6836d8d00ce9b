package io.deltarule.core.layer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.core.InvalidInputException;
import io.deltarule.core.Tensor;
import io.deltarule.core.testkit.RandomBlocks;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Values of blocks that were written out by hand, bit field by bit field. */
class StoredBlocksTest {
    private static ByteBuffer block(WeightType type) {
        return ByteBuffer.allocate(type.blockBytes()).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static short half(double value) {
        return Float.floatToFloat16((float) value);
    }

    private static float[] values(WeightType type, ByteBuffer block) {
        float[] values = new float[type.block()];
        type.read(MemorySegment.ofBuffer(block.duplicate().clear()), 0, values, 0);
        return values;
    }

    @Test
    void q8HasSignedBytes() {
        ByteBuffer block = block(WeightType.Q8_0);
        block.putShort(0, half(0.5)).put(2, (byte) -128).put(3, (byte) 127).put(33, (byte) 1);
        float[] expected = new float[32];
        expected[0] = -64;
        expected[1] = 63.5f;
        expected[31] = 0.5f;
        assertArrayEquals(expected, values(WeightType.Q8_0, block));
    }

    @Test
    void q4HasItsSecondHalfInTheUpperBits() {
        ByteBuffer block = block(WeightType.Q4_0);
        block.putShort(0, half(-2));
        for (int i = 0; i < 16; i++) {
            block.put(2 + i, (byte) (i | (15 - i) << 4));
        }
        float[] found = values(WeightType.Q4_0, block);
        for (int i = 0; i < 16; i++) {
            assertEquals(-2f * (i - 8), found[i], "number " + i);
            assertEquals(-2f * (7 - i), found[16 + i], "number " + (16 + i));
        }
    }

    /** Scales 1 … and minima 63 … in parts 0 to 7, of which the last four are cut in two. */
    private static void scales(ByteBuffer block, int... scalesThenMinima) {
        for (int part = 0; part < 4; part++) {
            int upperScale = scalesThenMinima[part + 4];
            int upperMinimum = scalesThenMinima[part + 12];
            block.put(4 + part, (byte) (scalesThenMinima[part] | upperScale >> 4 << 6));
            block.put(8 + part, (byte) (scalesThenMinima[part + 8] | upperMinimum >> 4 << 6));
            block.put(12 + part, (byte) ((upperScale & 15) | ((upperMinimum & 15) << 4)));
        }
    }

    private static final int[] SCALES = {1, 2, 40, 63, 17, 34, 51, 62, 63, 5, 0, 9, 60, 18, 33, 47};

    @Test
    void q4kHasScalesAndMinimaOfParts() {
        ByteBuffer block = block(WeightType.Q4_K);
        block.putShort(0, half(0.25)).putShort(2, half(-0.5));
        scales(block, SCALES);
        for (int i = 0; i < 128; i++) {
            block.put(16 + i, (byte) (i * 7));
        }
        float[] found = values(WeightType.Q4_K, block);
        for (int part = 0; part < 8; part++) {
            for (int j = 0; j < 32; j++) {
                int pair = (part / 2 * 32 + j) * 7 & 0xff;
                int q = part % 2 == 0 ? pair & 15 : pair >> 4;
                assertEquals(0.25f * SCALES[part] * q + 0.5f * SCALES[8 + part], found[part * 32 + j], part + ", " + j);
            }
        }
    }

    @Test
    void q5kHasAFifthBit() {
        ByteBuffer block = block(WeightType.Q5_K);
        block.putShort(0, half(0.25)).putShort(2, half(2));
        scales(block, SCALES);
        for (int i = 0; i < 32; i++) {
            block.put(16 + i, (byte) (i * 11));
        }
        for (int i = 0; i < 128; i++) {
            block.put(48 + i, (byte) (i * 7));
        }
        float[] found = values(WeightType.Q5_K, block);
        for (int part = 0; part < 8; part++) {
            for (int j = 0; j < 32; j++) {
                int pair = (part / 2 * 32 + j) * 7 & 0xff;
                int q = (part % 2 == 0 ? pair & 15 : pair >> 4) + ((j * 11 & 1 << part) == 0 ? 0 : 16);
                assertEquals(0.25f * SCALES[part] * q - 2f * SCALES[8 + part], found[part * 32 + j], part + ", " + j);
            }
        }
    }

    /** Each number alone: its four lower bits, its two upper bits, its scale. */
    @Test
    void q6kIsSpreadOverThreePlaces() {
        for (int half = 0; half < 2; half++) {
            for (int l = 0; l < 32; l++) {
                ByteBuffer block = block(WeightType.Q6_K);
                block.putShort(208, half(0.5));
                for (int s = 0; s < 16; s++) {
                    block.put(192 + s, (byte) (s - 8));
                }
                // numbers l, l + 32, l + 64, l + 96: q = 1 + 16·0, 2 + 16·1, 3 + 16·2, 4 + 16·3
                block.put(64 * half + l, (byte) (1 | 3 << 4));
                block.put(64 * half + l + 32, (byte) (2 | 4 << 4));
                block.put(128 + 32 * half + l, (byte) (0 | 1 << 2 | 2 << 4 | 3 << 6));
                float[] found = values(WeightType.Q6_K, block);
                int[] q = {1, 18, 35, 52};
                for (int i = 0; i < 256; i++) {
                    boolean own = i / 128 == half && i % 32 == l;
                    int stored = own ? q[i % 128 / 32] : 0;
                    assertEquals(0.5f * (i / 16 - 8) * (stored - 32), found[i], "number " + i);
                }
            }
        }
    }

    /** Every pattern, by the definition: (1 + m/8) 2^(e−7), or m/8 2^−6 where e is 0; all ones is NaN. */
    @Test
    void float8HasNoInfinities() {
        byte[] all = new byte[256];
        for (int i = 0; i < 256; i++) {
            all[i] = (byte) i;
        }
        Weight weight = Weight.view(MemorySegment.ofArray(all), WeightType.F8_E4M3, 256);
        for (int i = 0; i < 256; i++) {
            int e = i >> 3 & 15;
            int m = i & 7;
            double magnitude = e == 0 ? m / 8.0 * Math.pow(2, -6) : (1 + m / 8.0) * Math.pow(2, e - 7);
            float expected = (i & 0x7f) == 0x7f ? Float.NaN : (float) (i < 128 ? magnitude : -magnitude);
            assertEquals(expected, weight.get(i), "pattern " + i);
        }
        assertEquals(448f, weight.get(0x7e));
    }

    /** Blocks of 3 by 3 on a matrix of 5 by 7, read as it is and from row 2 on. */
    @Test
    void scalesAreThoseOfTheirBlock() {
        byte[] ones = new byte[35];
        Arrays.fill(ones, (byte) 0x38);
        BlockScales scales = BlockScales.of(new float[] {1, 2, 3, 4, 5, 6}, 3, 5, 7);
        Weight weight = Weight.scaled(MemorySegment.ofArray(ones), WeightType.F8_E4M3, scales, 5, 7);
        Tensor all = weight.toTensor();
        for (int row = 0; row < 5; row++) {
            for (int column = 0; column < 7; column++) {
                float expected = row / 3 * 3 + column / 3 + 1;
                assertEquals(expected, weight.get(row * 7 + column));
                assertEquals(expected, all.get(row * 7 + column));
                if (row >= 2) {
                    assertEquals(expected, weight.rows(2, 3).get((row - 2) * 7 + column));
                }
            }
        }
        assertThrows(InvalidInputException.class, () -> BlockScales.of(new float[5], 3, 5, 7));
        assertThrows(InvalidInputException.class, () -> weight.view(7, 5));
    }

    /** One by one, in rows, all at once and as a slice. */
    @ParameterizedTest
    @EnumSource(
            value = WeightType.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {"F32", "BF16", "F16", "F8_E4M3"})
    void everyWayOfReadingGivesTheSame(WeightType type) {
        Weight weight = RandomBlocks.weight(type, 5, 512);
        Tensor all = weight.toTensor();
        float[] row = new float[512];
        weight.read(3 * 512, row);
        Weight rows = weight.rows(3, 2);
        double squares = 0;
        for (int i = 0; i < 512; i++) {
            float value = weight.get(3 * 512 + i);
            assertEquals(value, all.get(3 * 512 + i));
            assertEquals(value, row[i]);
            assertEquals(value, rows.get(i));
            squares += value * value;
        }
        assertTrue(squares > 0.1 && squares < 512, "squares " + squares);
        InvalidInputException refusal = assertThrows(
                InvalidInputException.class,
                () -> Weight.view(weight.data(), type, 512 * 5 / (type.block() + 1), type.block() + 1));
        assertTrue(refusal.getMessage().contains("whole blocks of " + type.block()), refusal.getMessage());
    }
}
