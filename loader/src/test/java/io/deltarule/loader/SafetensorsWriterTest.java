package io.deltarule.loader;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.deltarule.loader.SafetensorsException.Problem;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** Writing: the reference writer's bytes, refusals before anything is written, and files that appear whole or not. */
class SafetensorsWriterTest {
    private static final long[] SCALAR = {};

    @TempDir
    private Path folder;

    private static SafetensorsException refused(Problem problem, Executable action) {
        SafetensorsException refusal = assertThrows(SafetensorsException.class, action);
        assertEquals(problem, refusal.problem(), refusal.getMessage());
        return refusal;
    }

    private List<String> filesInFolder() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(f -> f.getFileName().toString()).sorted().toList();
        }
    }

    private static MemorySegment bytes(int... values) {
        byte[] array = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            array[i] = (byte) values[i];
        }
        return MemorySegment.ofArray(array);
    }

    @Test
    void writesTheReferenceWritersBytes() throws IOException {
        Path path = folder.resolve("known.safetensors");
        new SafetensorsWriter()
                .metadata("format", "pt")
                .add("mask", Dtype.BOOL, new long[] {1}, bytes(1))
                .addFloats("w", new long[] {1, 1}, new float[] {1f})
                .addLongs("n", SCALAR, new long[] {258})
                .addFloats("b", new long[] {0}, new float[0])
                .write(path);
        String header = "{\"__metadata__\":{\"format\":\"pt\"},"
                + "\"n\":{\"dtype\":\"I64\",\"shape\":[],\"data_offsets\":[0,8]},"
                + "\"b\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[8,8]},"
                + "\"w\":{\"dtype\":\"F32\",\"shape\":[1,1],\"data_offsets\":[8,12]},"
                + "\"mask\":{\"dtype\":\"BOOL\",\"shape\":[1],\"data_offsets\":[12,13]}}";
        String padded = header + " ".repeat((8 - header.length() % 8) % 8);
        byte[] data = {2, 1, 0, 0, 0, 0, 0, 0, 0, 0, (byte) 0x80, 0x3f, 1};
        assertArrayEquals(FileBytes.file(padded, data), Files.readAllBytes(path));
    }

    @Test
    void writesAnEmptyFile() throws IOException {
        Path path = folder.resolve("empty.safetensors");
        new SafetensorsWriter().write(path);
        assertArrayEquals(FileBytes.file("{}      ", 0), Files.readAllBytes(path));
    }

    @Test
    void ordersNamesByTheirBytes() {
        Path path = folder.resolve("order.safetensors");
        SafetensorsWriter writer = new SafetensorsWriter();
        // As UTF-16 the emoji would come before U+FF21; as UTF-8, and by code point, it comes last.
        for (String name : List.of("\ud83d\ude00", "b", "\uff21", "", "a")) {
            writer.add(name, Dtype.U8, SCALAR, bytes(0));
        }
        writer.write(path);
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            assertEquals(
                    List.of("", "a", "b", "\uff21", "\ud83d\ude00"),
                    file.tensors().stream().map(TensorInfo::name).toList());
        }
    }

    @Test
    void refusesWhatDoesNotFitTogether() throws IOException {
        SafetensorsWriter writer = new SafetensorsWriter().metadata("k", "v").add("t", Dtype.U8, SCALAR, bytes(0));
        refused(Problem.DUPLICATE_KEY, () -> writer.add("t", Dtype.U8, SCALAR, bytes(0)));
        refused(Problem.DUPLICATE_KEY, () -> writer.metadata("k", "w"));
        refused(Problem.RESERVED_NAME, () -> writer.add("__metadata__", Dtype.U8, SCALAR, bytes(0)));
        refused(Problem.INVALID_TEXT, () -> writer.add("\ud800", Dtype.U8, SCALAR, bytes(0)));
        refused(Problem.INVALID_TEXT, () -> writer.metadata("x", "\udc00"));
        refused(Problem.NEGATIVE_NUMBER, () -> writer.add("n", Dtype.U8, new long[] {-1, -1}, bytes(0)));
        refused(Problem.TOO_MANY_AXES, () -> writer.add("n", Dtype.U8, new long[65], bytes()));
        refused(Problem.PARTIAL_BYTE, () -> writer.add("n", Dtype.F6_E2M3, new long[] {2}, bytes(0, 0)));
        refused(Problem.SIZE_OVERFLOW, () -> writer.add("n", Dtype.U8, new long[] {1L << 61}, bytes()));
        String message = refused(Problem.SIZE_MISMATCH, () -> writer.addFloats("n", new long[] {3}, new float[2]))
                .getMessage();
        assertTrue(message.contains("\"n\"") && message.contains("12 bytes") && message.contains("8 bytes"), message);

        Path path = folder.resolve("kept.safetensors");
        writer.write(path);
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            assertEquals(1, file.tensors().size(), "what was refused left no trace");
        }
    }

    @Test
    void refusesAHeaderThatReadersRefuse() throws IOException {
        SafetensorsWriter writer = new SafetensorsWriter().metadata("k", "v".repeat(100_000_000));
        refused(Problem.HEADER_TOO_LARGE, () -> writer.write(folder.resolve("f")));
        assertEquals(List.of(), filesInFolder());
    }

    @Test
    void leavesTheTargetAsItWasWhenWritingFails() throws IOException {
        Path target = Files.writeString(folder.resolve("model.safetensors"), "before");
        SafetensorsWriter writer = new SafetensorsWriter().addFloats("a", new long[] {1}, new float[1]);
        try (Arena arena = Arena.ofConfined()) {
            writer.addFloats("b", new long[] {1 << 20}, arena.allocate(ValueLayout.JAVA_FLOAT, 1 << 20));
        }
        assertThrows(IllegalStateException.class, () -> writer.write(target), "b's memory is gone");
        assertEquals("before", Files.readString(target));
        assertEquals(List.of("model.safetensors"), filesInFolder());
    }

    @Test
    void refusesPathsThatHoldNoFile() throws IOException {
        SafetensorsWriter writer = new SafetensorsWriter();
        refused(Problem.NOT_A_REGULAR_FILE, () -> writer.write(folder));
        refused(Problem.NOT_FOUND, () -> writer.write(folder.resolve("no/such/f")));
        Path file = Files.writeString(folder.resolve("f"), "");
        refused(Problem.NOT_FOUND, () -> writer.write(file.resolve("g")));
        Path device = Path.of("/dev/null");
        assumeTrue(Files.exists(device), "needs a device to aim at");
        refused(Problem.NOT_A_REGULAR_FILE, () -> writer.write(device));
        assertTrue(Files.exists(device) && !Files.isRegularFile(device));
    }

    @Test
    void followsALinkToTheFileBehindIt() throws IOException {
        Path real = Files.writeString(folder.resolve("real"), "before");
        Path link = Files.createSymbolicLink(folder.resolve("link"), real);
        new SafetensorsWriter().write(link);
        assertTrue(Files.isSymbolicLink(link));
        assertTrue(Files.isRegularFile(real, LinkOption.NOFOLLOW_LINKS));
        assertEquals("{}", Files.readString(real, StandardCharsets.ISO_8859_1).substring(8, 10));
    }

    @Test
    void writesOverTheFileItReadsFrom() {
        Path path = folder.resolve("same.safetensors");
        new SafetensorsWriter()
                .addFloats("a", new long[] {2}, new float[] {1, 2})
                .addFloats("b", new long[] {1}, new float[] {3})
                .write(path);
        try (SafetensorsFile old = SafetensorsFile.open(path)) {
            new SafetensorsWriter()
                    .add("b", Dtype.F32, new long[] {1}, old.tensor("b"))
                    .add("c", Dtype.F32, new long[] {1, 2}, old.tensor("a"))
                    .write(path);
            assertArrayEquals(new float[] {1, 2}, old.readFloats("a"));
        }
        try (SafetensorsFile now = SafetensorsFile.open(path)) {
            assertArrayEquals(new float[] {3}, now.readFloats("b"));
            assertArrayEquals(new float[] {1, 2}, now.readFloats("c"));
        }
    }

    /** Others may read what is written as they may read any file of this user. */
    @Test
    void givesTheFileUsualPermissions() throws IOException {
        Path usual = Files.writeString(folder.resolve("usual"), "");
        assumeTrue(Files.getFileStore(usual).supportsFileAttributeView("posix"), "needs POSIX permissions");
        Path written = folder.resolve("written");
        new SafetensorsWriter().write(written);
        assertEquals(
                PosixFilePermissions.toString(Files.getPosixFilePermissions(usual)),
                PosixFilePermissions.toString(Files.getPosixFilePermissions(written)));
    }
}
