package io.deltarule.loader;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.loader.GgufException.Problem;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GgufRoundTripTest {
    @TempDir
    private Path folder;

    private static byte[] random(long seed, int size) {
        byte[] bytes = new byte[size];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    @Test
    void whatIsWrittenIsRead() throws IOException {
        Map<String, GgufValue> metadata = Map.of(
                "general.architecture", GgufValue.text("qwen35 \u00e4\ud83d\ude00"),
                "qwen35.block_count", GgufValue.u32(24),
                "qwen35.eps", GgufValue.f32(1e-6),
                "flag", GgufValue.bool(true),
                "types", GgufValue.i32s(1, -3, Integer.MIN_VALUE),
                "tokens", GgufValue.texts(List.of("a", "", "\u0120b")));
        byte[] first = random(1, 3 * 5 * 4);
        byte[] second = random(2, 2 * 34);
        GgufWriter writer = new GgufWriter();
        metadata.forEach(writer::metadata);
        writer.tensor("first", GgufType.F32, new long[] {3, 5}, MemorySegment.ofArray(first));
        writer.tensor("second", GgufType.Q8_0, new long[] {2, 32}, MemorySegment.ofArray(second));
        writer.tensor("none", GgufType.F16, new long[] {0}, MemorySegment.ofArray(new byte[0]));
        Path path = folder.resolve("x.gguf");
        writer.write(path);
        assertTrue(GgufFile.isOne(path));
        try (GgufFile file = GgufFile.open(path)) {
            assertEquals(metadata, file.metadata());
            assertEquals(
                    List.of("first", "second", "none"),
                    file.tensors().stream().map(GgufTensor::name).toList());
            assertEquals(List.of(3L, 5L), file.info("first").shape());
            assertArrayEquals(first, file.tensor("first").toArray(ValueLayout.JAVA_BYTE));
            assertArrayEquals(second, file.tensor("second").toArray(ValueLayout.JAVA_BYTE));
            assertEquals(0, file.tensor("first").address() % 32);
            assertEquals(0, file.tensor("second").address() % 32);
            assertEquals(
                    Problem.NO_SUCH_TENSOR,
                    assertThrows(GgufException.class, () -> file.tensor("third"))
                            .problem());
        }
        assertEquals(1, folder.toFile().list().length);
    }

    /** The first axis in the file is the innermost: read here from bytes made by hand. */
    @Test
    void axesAreReversed() {
        Path path = FileBytes.write(
                folder, "x.gguf", GgufBytes.start(1, 0).tensor("t", 0, 5, 3, 0).data(60));
        try (GgufFile file = GgufFile.open(path)) {
            assertEquals(new GgufTensor("t", GgufType.F32, List.of(3L, 5L), 0, 60), file.info("t"));
        }
    }

    @Test
    void everyTypeOfValueIsRead() {
        GgufBytes bytes = GgufBytes.start(0, 9);
        bytes.text("u8").u32(0).u8(200);
        bytes.text("i8").u32(1).u8(200);
        bytes.text("u16").u32(2).u8(255).u8(255);
        bytes.text("i16").u32(3).u8(255).u8(255);
        bytes.text("u32").u32(4).u32(-1);
        bytes.text("i32").u32(5).u32(-1);
        bytes.text("f32").u32(6).u32(Float.floatToIntBits(0.5f));
        bytes.text("u64").u32(10).u64(1L << 40);
        bytes.text("f64").u32(12).u64(Double.doubleToLongBits(0.25));
        try (GgufFile file = GgufFile.open(FileBytes.write(folder, "x.gguf", bytes.data(0)))) {
            assertEquals(
                    List.of(200L, -56L, 65535L, -1L, 4294967295L, -1L, 0.5, 1L << 40, 0.25),
                    file.metadata().values().stream().map(GgufValue::held).toList());
        }
    }

    @Test
    void contentOfAnotherSizeLeavesNoFile() throws IOException {
        GgufWriter writer =
                new GgufWriter().tensor("t", GgufType.F32, new long[] {2}, MemorySegment.ofArray(new byte[4]));
        GgufException refusal = assertThrows(GgufException.class, () -> writer.write(folder.resolve("x.gguf")));
        assertEquals(Problem.SIZE_MISMATCH, refusal.problem());
        assertFalse(GgufFile.isOne(folder.resolve("x.gguf")));
        assertEquals(0, folder.toFile().list().length);
        assertThrows(
                GgufException.class,
                () -> new GgufWriter()
                        .tensor("t", GgufType.Q4_K, new long[] {128}, MemorySegment.ofArray(new byte[72])));
    }
}
