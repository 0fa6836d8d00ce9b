package io.deltarule.loader;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What was written is what is read, and writing that again gives the same bytes. */
class RoundTripTest {
    private static final List<Dtype> DTYPES = List.of(Dtype.values());

    @TempDir
    private Path folder;

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Tensor(String name, Dtype dtype, long[] shape, byte[] bytes) {
        static Tensor random(String name, Dtype dtype, long[] shape, SplittableRandom random) {
            long elements = Arrays.stream(shape).reduce(1, (a, b) -> a * b);
            byte[] bytes = new byte[Math.toIntExact(elements * dtype.bits() / 8)];
            random.nextBytes(bytes);
            return new Tensor(name, dtype, shape, bytes);
        }
    }

    private void assertRoundTrip(Map<String, String> metadata, List<Tensor> tensors) throws IOException {
        Path first = folder.resolve("first.safetensors");
        SafetensorsWriter writer = new SafetensorsWriter().metadata(metadata);
        for (Tensor t : tensors) {
            writer.add(t.name(), t.dtype(), t.shape(), MemorySegment.ofArray(t.bytes()));
        }
        writer.write(first);

        Path second = folder.resolve("second.safetensors");
        try (SafetensorsFile file = SafetensorsFile.open(first)) {
            assertEquals(
                    new ArrayList<>(metadata.entrySet()),
                    new ArrayList<>(file.metadata().entrySet()));
            assertEquals(tensors.size(), file.tensors().size());
            for (Tensor t : tensors) {
                TensorInfo info = file.info(t.name());
                assertEquals(t.dtype(), info.dtype());
                assertArrayEquals(t.shape(), info.shape(), info::toString);
                assertArrayEquals(t.bytes(), file.tensor(t.name()).toArray(ValueLayout.JAVA_BYTE), info::toString);
                assertAligned(file, info);
            }
            SafetensorsWriter again = new SafetensorsWriter().metadata(file.metadata());
            for (TensorInfo info : file.tensors().reversed()) {
                again.add(info.name(), info.dtype(), info.shape(), file.tensor(info.name()));
            }
            again.write(second);
        }
        assertArrayEquals(Files.readAllBytes(first), Files.readAllBytes(second));
    }

    /** The promise of the writer's order: elements of whole bytes lie at multiples of their width. */
    private static void assertAligned(SafetensorsFile file, TensorInfo info) {
        if (info.dtype().bits() % 8 == 0) {
            long width = info.dtype().bits() / 8;
            assertEquals(0, file.tensor(info.name()).address() % width, info::toString);
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyTypeAtEveryKindOfShape(Dtype dtype) throws IOException {
        SplittableRandom random = new SplittableRandom(dtype.name().hashCode());
        List<Tensor> tensors = new ArrayList<>();
        tensors.add(Tensor.random("vector", dtype, new long[] {12}, random));
        tensors.add(Tensor.random("matrix", dtype, new long[] {3, 4}, random));
        tensors.add(Tensor.random("deep", dtype, new long[] {1, 2, 1, 2, 1, 1, 3, 4}, random));
        tensors.add(Tensor.random("empty", dtype, new long[] {3, 0, 5}, random));
        tensors.add(Tensor.random("other", Dtype.U8, new long[] {7}, random));
        if (dtype.bits() % 8 == 0) {
            tensors.add(Tensor.random("scalar", dtype, new long[] {}, random));
        }
        assertRoundTrip(Map.of(), tensors);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
    void randomFiles(int seed) throws IOException {
        SplittableRandom random = new SplittableRandom(seed);
        Map<String, String> metadata = new LinkedHashMap<>();
        for (int i = random.nextInt(5); i > 0; i--) {
            metadata.put(text(random), text(random));
        }
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (int i = random.nextInt(30); i > 0; i--) {
            Dtype dtype = DTYPES.get(random.nextInt(DTYPES.size()));
            long[] shape = new long[random.nextInt(5)];
            Arrays.setAll(shape, axis -> random.nextInt(7));
            if (dtype.bits() % 8 != 0) {
                shape = Arrays.copyOf(shape, shape.length + 1);
                shape[shape.length - 1] = 4L * random.nextInt(3);
            }
            String name = text(random);
            tensors.put(name, Tensor.random(name, dtype, shape, random));
        }
        assertRoundTrip(metadata, List.copyOf(tensors.values()));
    }

    /** Any Unicode text, also what JSON has to escape; sometimes empty. */
    private static String text(SplittableRandom random) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(12); i > 0; i--) {
            int limit = random.nextBoolean() ? 0x80 : Character.MAX_CODE_POINT + 1;
            int c = random.nextInt(limit);
            boolean half = c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE;
            text.appendCodePoint(half ? '"' : c);
        }
        return text.toString();
    }

    /** Larger than the writer's block, and off its size. */
    @ParameterizedTest
    @ValueSource(ints = {(1 << 18) - 1, 1 << 18, 3 * (1 << 18) + 5})
    void floatsOfSeveralBlocks(int count) throws IOException {
        SplittableRandom random = new SplittableRandom(count);
        float[] floats = new float[count];
        for (int i = 0; i < count; i++) {
            floats[i] = (float) random.nextDouble(-1, 1);
        }
        long[] longs = random.longs(count).toArray();
        Path path = folder.resolve("blocks.safetensors");
        new SafetensorsWriter()
                .addFloats("f", new long[] {count}, floats)
                .addLongs("l", new long[] {count, 1}, longs)
                .write(path);
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            assertArrayEquals(floats, file.readFloats("f"));
            assertArrayEquals(longs, file.readLongs("l"));
        }
        Files.delete(path);
    }
}
