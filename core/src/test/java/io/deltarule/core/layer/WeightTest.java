package io.deltarule.core.layer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.core.InvalidInputException;
import io.deltarule.core.Tensor;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class WeightTest {
    /** Every pattern of 16 bits, at an odd address. */
    private static Weight patterns(WeightType type, int... dims) {
        ByteBuffer bytes = ByteBuffer.allocate(1 + (1 << 17)).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < 1 << 16; i++) {
            bytes.putShort(1 + 2 * i, (short) i);
        }
        return Weight.view(MemorySegment.ofArray(bytes.array()).asSlice(1), type, dims);
    }

    private static int expected(WeightType type, int pattern) {
        return Float.floatToRawIntBits(
                type == WeightType.BF16 ? Float.intBitsToFloat(pattern << 16) : Float.float16ToFloat((short) pattern));
    }

    @ParameterizedTest
    @EnumSource(
            value = WeightType.class,
            names = {"BF16", "F16"})
    void everyPatternIsReadExactly(WeightType type) {
        Weight weight = patterns(type, 1 << 16);
        Tensor all = weight.toTensor();
        for (int i = 0; i < 1 << 16; i++) {
            assertEquals(expected(type, i), Float.floatToRawIntBits(weight.get(i)), "pattern " + i);
            assertEquals(expected(type, i), Float.floatToRawIntBits(all.get(i)), "pattern " + i);
        }
    }

    /** One, a subnormal number and the largest, written out. */
    @Test
    void knownNumbers() {
        assertEquals(1f, patterns(WeightType.BF16, 1 << 16).get(0x3f80));
        assertEquals(0x1p-133f, patterns(WeightType.BF16, 1 << 16).get(1));
        assertEquals(1f, patterns(WeightType.F16, 1 << 16).get(0x3c00));
        assertEquals(0x1p-24f, patterns(WeightType.F16, 1 << 16).get(1));
        assertEquals(-65504f, patterns(WeightType.F16, 1 << 16).get(0xfbff));
    }

    @Test
    void float32IsUsedWhereItLies() {
        byte[] bytes = new byte[17];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putFloat(1 + 8, 2.5f);
        Weight weight = Weight.view(MemorySegment.ofArray(bytes).asSlice(1), WeightType.F32, 2, 2);
        assertEquals(2.5f, weight.get(2));
        Tensor tensor = weight.toTensor();
        assertEquals(2.5f, tensor.get(2));
        tensor.set(3, 7);
        assertEquals(7, weight.get(3));
        MemorySegment copy = MemorySegment.ofArray(new float[4]);
        weight.copyTo(copy);
        assertArrayEquals(new float[] {0, 0, 2.5f, 7}, Tensor.view(copy, 4).toArray());
        Tensor own = Tensor.of(new float[] {1, 2}, 2);
        assertSame(own.data(), Weight.of(own).data());
        assertEquals(2, Weight.of(own).get(1));
    }

    @ParameterizedTest
    @EnumSource(
            value = WeightType.class,
            names = {"F32", "BF16", "F16"})
    void rowsAndOtherAxesAreViews(WeightType type) {
        MemorySegment data = MemorySegment.ofArray(new byte[24 * type.blockBytes()]);
        Weight weight = Weight.view(data, type, 4, 1, 6);
        Weight flat = weight.view(4, 6).rows(1, 2);
        assertTrue(flat.hasDims(2, 6));
        assertEquals(12, flat.size());
        assertEquals(data.address() + 6L * type.blockBytes(), flat.data().address());
        assertEquals(type, flat.type());
        assertEquals(0, weight.rows(4, 0).size());
        assertEquals(3, weight.rank());
        assertEquals(6, weight.dim(2));
        assertEquals(1, Weight.view(data.asSlice(0, type.blockBytes()), type).size());
        weight.dims()[0] = 9;
        assertArrayEquals(new int[] {4, 1, 6}, weight.dims());
        assertEquals(type + " [4, 1, 6]", weight.toString());
        refused("expected to have rows 3 to 5", () -> weight.rows(3, 2));
        refused("rows", () -> weight.rows(-1, 2));
        refused("rows", () -> weight.rows(1, -1));
        refused("rows 2 to 2147483649", () -> weight.rows(2, Integer.MAX_VALUE));
        refused("expected axes of 24 values but found [5, 5]", () -> weight.view(5, 5));
        refused("room", () -> weight.copyTo(MemorySegment.ofArray(new float[23])));
        refused("at least 0", () -> weight.view(-4, -6));
    }

    @Test
    void refusesSizesThatDoNotFit() {
        MemorySegment data = MemorySegment.ofArray(new byte[12]);
        refused("expected 5 values (10 bytes) but found 12", () -> Weight.view(data, WeightType.BF16, 5));
        refused("expected 6 values (24 bytes) but found 12", () -> Weight.view(data, WeightType.F32, 2, 3));
        int most = Integer.MAX_VALUE;
        refused("overflows", () -> Weight.view(data, WeightType.F16, most, most, most));
        refused("overflows", () -> Weight.view(data, WeightType.F16, most, most, 2));
        refused("at least 0", () -> Weight.view(data, WeightType.F16, -1));
    }

    /** A table of one shape as embedding and head is one weight; another shape under its name is a mistake. */
    @Test
    void oneNameHasOneShape() {
        Slot ids = new Slot("ids", 1);
        Slot h = new Slot("h", 4);
        Slot logits = new Slot("logits", 7);
        LayerOp embedding = new MatrixOp.Embedding(ids, h, "table", 7);
        LayerProgram tied = new LayerProgram(
                List.of(ids), List.of(logits), List.of(embedding, new MatrixOp.Linear(h, logits, "table", null)));
        assertEquals(1, tied.weights().size());
        Slot fewer = new Slot("logits", 6);
        refused(
                "weight table: expected [7, 4]",
                () -> new LayerProgram(
                        List.of(ids),
                        List.of(fewer),
                        List.of(embedding, new MatrixOp.Linear(h, fewer, "table", null))));
        refused(
                "weight w: expected one shape",
                () -> new LayerProgram(List.of(h), List.of(logits), List.of(new MatrixOp.Linear(h, logits, "w", "w"))));
        assertEquals(
                7, Weights.of(Map.of("t", Tensor.zeros(7, 1))).get("t", 7, 1).size());
    }

    private static void refused(String about, Executable body) {
        String message = assertThrows(InvalidInputException.class, body).getMessage();
        assertTrue(message.contains(about), message);
    }
}
