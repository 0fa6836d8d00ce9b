package io.deltarule.loader;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that look odd, and that the reference implementation reads: refusing them would be a fault too. */
class UnusualFileTest {
    @TempDir
    private Path folder;

    private SafetensorsFile open(String header, byte... data) {
        return SafetensorsFile.open(FileBytes.write(folder, "unusual.safetensors", FileBytes.file(header, data)));
    }

    @Test
    void withoutTensors() {
        try (SafetensorsFile file = open("{}")) {
            assertEquals(List.of(), file.tensors());
            assertEquals(Map.of(), file.metadata());
        }
    }

    @Test
    void withWhiteSpaceAroundTheHeader() {
        try (SafetensorsFile file = open("\t\n{\"__metadata__\": {\"a\": \"b\"} }\r \t\n")) {
            assertEquals(Map.of("a", "b"), file.metadata());
        }
    }

    @Test
    void withNullMetadata() {
        try (SafetensorsFile file = open("{\"__metadata__\":null}")) {
            assertEquals(Map.of(), file.metadata());
        }
    }

    @Test
    void withFieldsOfTheFuture() {
        try (SafetensorsFile file =
                open("{\"t\":{\"dtype\":\"U8\",\"stride\":[[{}]],\"shape\":[1],\"data_offsets\":[0,1]}}", (byte) 9)) {
            assertEquals(9, file.tensor("t").get(ValueLayout.JAVA_BYTE, 0));
        }
    }

    @Test
    void withAnEmptyName() {
        try (SafetensorsFile file =
                open("{\"\":{\"dtype\":\"BOOL\",\"shape\":[1],\"data_offsets\":[0,1]}}", (byte) 1)) {
            assertTrue(file.contains(""));
        }
    }

    @Test
    void withTensorsInAnyOrderOfTheirNames() {
        try (SafetensorsFile file = open(
                "{\"b\":{\"dtype\":\"I32\",\"shape\":[],\"data_offsets\":[1,5]},"
                        + "\"none\":{\"dtype\":\"F64\",\"shape\":[3,0],\"data_offsets\":[1,1]},"
                        + "\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}}",
                (byte) 7,
                (byte) 0xfe,
                (byte) 0xff,
                (byte) 0xff,
                (byte) 0xff)) {
            assertEquals(
                    List.of("a", "none", "b"),
                    file.tensors().stream().map(TensorInfo::name).toList());
            assertArrayEquals(new long[] {-2}, file.readLongs("b"), "an unaligned scalar");
            assertArrayEquals(new float[0], file.readFloats("none"));
            assertArrayEquals(new long[] {3, 0}, file.info("none").shape());
        }
    }

    @Test
    void whoseEmptyTensorClaimsAnEnormousAxis() {
        try (SafetensorsFile file =
                open("{\"t\":{\"dtype\":\"F32\",\"shape\":[0,9223372036854775807],\"data_offsets\":[0,0]}}")) {
            assertEquals(0, file.info("t").elementCount());
            assertArrayEquals(new float[0], file.readFloats("t"));
        }
    }
}
