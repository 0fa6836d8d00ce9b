package io.deltarule.loader;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.deltarule.loader.SafetensorsException.Problem;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** Reading: values computed by hand, sizes past an int, and every way a path or a request can be wrong. */
class SafetensorsFileTest {
    @TempDir
    private Path folder;

    /** A file of one tensor "t" after {@code gap} bytes of another, so that {@code gap} sets its alignment. */
    private SafetensorsFile one(String dtype, int elements, int gap, int... bytes) {
        byte[] data = new byte[gap + bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            data[gap + i] = (byte) bytes[i];
        }
        String header = ("{\"gap\":{\"dtype\":\"U8\",\"shape\":[%d],\"data_offsets\":[0,%d]},"
                        + "\"t\":{\"dtype\":\"%s\",\"shape\":[%d],\"data_offsets\":[%d,%d]}}")
                .formatted(gap, gap, dtype, elements, gap, data.length);
        return SafetensorsFile.open(FileBytes.write(folder, "one.safetensors", FileBytes.file(header, data)));
    }

    private static SafetensorsException refused(Problem problem, Executable action) {
        SafetensorsException refusal = assertThrows(SafetensorsException.class, action);
        assertEquals(problem, refusal.problem(), refusal.getMessage());
        return refusal;
    }

    @Test
    void readsSingles() {
        try (SafetensorsFile file = one("F32", 3, 1, 0, 0, 0x80, 0x3f, 0, 0, 0, 0x80, 0, 0, 0x80, 0x7f)) {
            assertArrayEquals(new float[] {1f, -0f, Float.POSITIVE_INFINITY}, file.readFloats("t"));
        }
    }

    @Test
    void readsHalves() {
        // 1, the smallest subnormal 2^-24, the largest finite 65504, -infinity, NaN
        try (SafetensorsFile file = one("F16", 5, 3, 0, 0x3c, 1, 0, 0xff, 0x7b, 0, 0xfc, 1, 0x7e)) {
            assertArrayEquals(
                    new float[] {1f, 0x1p-24f, 65504f, Float.NEGATIVE_INFINITY, Float.NaN}, file.readFloats("t"));
        }
    }

    @Test
    void readsBrainFloats() {
        // 1, -2.5, the smallest subnormal 2^-133, the largest finite
        try (SafetensorsFile file = one("BF16", 4, 1, 0x80, 0x3f, 0x20, 0xc0, 1, 0, 0x7f, 0x7f)) {
            assertArrayEquals(new float[] {1f, -2.5f, 0x1p-133f, 0x1.fep127f}, file.readFloats("t"));
        }
    }

    @Test
    void roundsDoubles() {
        // 1.5 exactly; 1 + 2^-25, which a single cannot hold; 2^1000, which overflows
        try (SafetensorsFile file = one(
                "F64", 3, 5, 0, 0, 0, 0, 0, 0, 0xf8, 0x3f, 0, 0, 0, 8, 0, 0, 0xf0, 0x3f, 0, 0, 0, 0, 0, 0, 0x70,
                0x7e)) {
            assertArrayEquals(new float[] {1.5f, 1f, Float.POSITIVE_INFINITY}, file.readFloats("t"));
        }
    }

    @Test
    void readsIntegers() {
        try (SafetensorsFile file = one("I32", 2, 1, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0x80)) {
            assertArrayEquals(new long[] {-1, Integer.MIN_VALUE}, file.readLongs("t"));
        }
        try (SafetensorsFile file = one("I64", 1, 3, 1, 2, 3, 4, 5, 6, 7, 0x88)) {
            assertArrayEquals(new long[] {0x8807060504030201L}, file.readLongs("t"));
        }
    }

    /** Longer than a conversion's block, and off its size. */
    @Test
    void readsMoreThanOneBlock() {
        int count = 20_001;
        ByteBuffer halves = ByteBuffer.allocate(2 * count).order(ByteOrder.LITTLE_ENDIAN);
        float[] expected = new float[count];
        for (int i = 0; i < count; i++) {
            expected[i] = Float.float16ToFloat((short) (i % 0x7c00));
            halves.putShort((short) (i % 0x7c00));
        }
        String header =
                "{\"t\":{\"dtype\":\"F16\",\"shape\":[%d],\"data_offsets\":[0,%d]}}".formatted(count, 2 * count);
        Path path = FileBytes.write(folder, "blocks.safetensors", FileBytes.file(header, halves.array()));
        try (SafetensorsFile file = SafetensorsFile.open(path);
                Arena arena = Arena.ofConfined()) {
            assertArrayEquals(expected, file.readFloats("t"));
            MemorySegment target = arena.allocate(ValueLayout.JAVA_FLOAT, count);
            file.readFloats("t", target);
            assertArrayEquals(expected, target.toArray(ValueLayout.JAVA_FLOAT));
        }
    }

    @Test
    void readsPastTwoGibibytes() throws IOException {
        long gap = (1L << 31) + 4097; // odd, so that the tensor after it is unaligned
        String header = ("{\"gap\":{\"dtype\":\"U8\",\"shape\":[%d],\"data_offsets\":[0,%d]},"
                        + "\"t\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[%d,%d]}}")
                .formatted(gap, gap, gap, gap + 8);
        byte[] start = FileBytes.file(header, 0);
        Path path = folder.resolve("large.safetensors");
        try (FileChannel out = FileChannel.open(
                path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, StandardOpenOption.SPARSE)) {
            out.write(ByteBuffer.wrap(start));
            out.write(
                    ByteBuffer.wrap(new byte[] {0, 0, 0x20, 0x41, 0, 0, (byte) 0xa0, (byte) 0xc0}), start.length + gap);
        }
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            assertArrayEquals(new float[] {10f, -5f}, file.readFloats("t"));
            assertEquals(gap, file.tensor("gap").byteSize());
            refused(Problem.UNSUPPORTED_CONVERSION, () -> file.readFloats("gap"));
        }
    }

    @Test
    void refusesAnArrayLargerThanJavaHas() throws IOException {
        long count = 1L << 31;
        byte[] start = FileBytes.file(
                "{\"t\":{\"dtype\":\"F16\",\"shape\":[%d],\"data_offsets\":[0,%d]}}".formatted(count, 2 * count), 0);
        Path path = folder.resolve("array.safetensors");
        try (FileChannel out = FileChannel.open(
                path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, StandardOpenOption.SPARSE)) {
            out.write(ByteBuffer.wrap(start));
            out.write(ByteBuffer.wrap(new byte[1]), start.length + 2 * count - 1);
        }
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            SafetensorsException refusal = refused(Problem.TOO_LARGE_FOR_ARRAY, () -> file.readFloats("t"));
            assertTrue(refusal.getMessage().contains("found 2147483648"), refusal.getMessage());
        }
    }

    @Test
    void slicesWithoutACopy() {
        try (SafetensorsFile file = one("U8", 2, 1, 5, 6)) {
            MemorySegment slice = file.tensor("t");
            assertTrue(slice.isNative() && slice.isReadOnly() && slice.isMapped());
            assertArrayEquals(new byte[] {5, 6}, slice.toArray(ValueLayout.JAVA_BYTE));
        }
    }

    @Test
    void shapesAreCopies() {
        try (SafetensorsFile file = one("U8", 2, 0, 5, 6)) {
            TensorInfo info = file.info("t");
            assertNotSame(info.shape(), info.shape());
            info.shape()[0] = 99;
            assertArrayEquals(new long[] {2}, info.shape());
            assertThrows(
                    UnsupportedOperationException.class, () -> file.metadata().put("a", "b"));
            assertThrows(
                    UnsupportedOperationException.class, () -> file.tensors().clear());
        }
    }

    @Test
    void saysWhichTensorsThereAre() {
        try (SafetensorsFile file = one("U8", 1, 1, 5)) {
            SafetensorsException refusal = refused(Problem.NO_SUCH_TENSOR, () -> file.tensor("T"));
            assertTrue(refusal.getMessage().contains("tensor \"T\""), refusal.getMessage());
            assertTrue(refusal.getMessage().contains("2 tensors such as \"gap\", \"t\""), refusal.getMessage());
        }
    }

    @Test
    void saysWhichTypesItConverts() {
        for (Dtype dtype : Dtype.values()) {
            try (SafetensorsFile file = one(dtype.name(), 4, 0, new int[4 * dtype.bits() / 8])) {
                if (dtype == Dtype.F32 || dtype == Dtype.F16 || dtype == Dtype.BF16 || dtype == Dtype.F64) {
                    assertArrayEquals(new float[4], file.readFloats("t"));
                } else {
                    String message = refused(Problem.UNSUPPORTED_CONVERSION, () -> file.readFloats("t"))
                            .getMessage();
                    assertTrue(message.contains("F32, F16, BF16 or F64, found " + dtype), message);
                }
                if (dtype == Dtype.I64 || dtype == Dtype.I32) {
                    assertArrayEquals(new long[4], file.readLongs("t"));
                } else {
                    String message = refused(Problem.UNSUPPORTED_CONVERSION, () -> file.readLongs("t"))
                            .getMessage();
                    assertTrue(message.contains("I64 or I32, found " + dtype), message);
                }
            }
        }
    }

    @Test
    void refusesATargetOfAnotherSize() {
        try (SafetensorsFile file = one("BF16", 2, 0, 0, 0, 0, 0)) {
            for (int size : new int[] {0, 4, 7, 9, 12}) {
                String message = refused(
                                Problem.WRONG_DESTINATION_SIZE,
                                () -> file.readFloats("t", MemorySegment.ofArray(new byte[size])))
                        .getMessage();
                assertTrue(message.contains("2 floats") && message.contains("found " + size + " bytes"), message);
            }
        }
    }

    @Test
    void cannotBeReadOnceClosed() {
        SafetensorsFile file = one("F32", 1, 0, 0, 0, 0, 0);
        MemorySegment slice = file.tensor("t");
        file.close();
        file.close();
        assertThrows(IllegalStateException.class, () -> slice.get(ValueLayout.JAVA_BYTE, 0));
        IllegalStateException refusal = assertThrows(IllegalStateException.class, () -> file.readFloats("t"));
        assertTrue(refusal.getMessage().contains("tensor \"t\" before close()"), refusal.getMessage());
    }

    @Test
    void refusesWhatIsNoFile() throws IOException, InterruptedException {
        refused(Problem.NOT_FOUND, () -> SafetensorsFile.open(folder.resolve("missing.safetensors")));
        String message = refused(Problem.NOT_A_REGULAR_FILE, () -> SafetensorsFile.open(folder))
                .getMessage();
        assertTrue(message.contains("a folder") && message.contains("model.safetensors"), message);

        Path pipe = folder.resolve("pipe");
        assumeTrue(hasMkfifo(pipe), "needs named pipes");
        assertTimeoutPreemptively(
                Duration.ofSeconds(10), () -> refused(Problem.NOT_A_REGULAR_FILE, () -> SafetensorsFile.open(pipe)));
    }

    private static boolean hasMkfifo(Path pipe) throws InterruptedException {
        try {
            return new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor() == 0;
        } catch (IOException missing) {
            return false;
        }
    }

    @Test
    void refusesWhatItMayNotRead() throws IOException {
        Path path = Files.write(folder.resolve("secret.safetensors"), "x".getBytes(StandardCharsets.UTF_8));
        // The super-user may read anything: there the refusal cannot be provoked.
        assumeTrue(path.toFile().setReadable(false) && !Files.isReadable(path), "needs an ordinary user");
        refused(Problem.ACCESS_DENIED, () -> SafetensorsFile.open(path));
    }
}
