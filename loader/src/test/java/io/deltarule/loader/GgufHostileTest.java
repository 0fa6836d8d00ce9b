package io.deltarule.loader;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.loader.GgufException.Problem;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** GGUF files that break one rule each: every one is refused for that rule, in one line with the numbers that matter. */
class GgufHostileTest {
    private static final String ALIGNMENT = "general.alignment";

    @TempDir
    private Path folder;

    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Case(String name, Problem problem, byte[] file, List<String> said) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static Case hostile(String name, Problem problem, byte[] file, String... said) {
        return new Case(name, problem, file, List.of(said));
    }

    /** A file without fault: a key, two tensors of 64 and 34 bytes. */
    static byte[] valid() {
        return GgufBytes.start(2, 1)
                .key("general.file_type", 7)
                .tensor("a", 0, 4, 4, 0)
                .tensor("b", 8, 32, 1, 64)
                .data(98);
    }

    private static byte[] one(int type, long row, long rows, long offset, int data) {
        return GgufBytes.start(1, 0).tensor("t", type, row, rows, offset).data(data);
    }

    private static byte[] value(int type, String bytes) {
        return GgufBytes.start(0, 1).text("k").u32(type).ascii(bytes).data(0);
    }

    static Stream<Case> starts() {
        return Stream.of(
                hostile("empty file", Problem.NOT_GGUF, new byte[0], "0 bytes in all"),
                hostile("other file", Problem.NOT_GGUF, new byte[100], "expected GGUF"),
                hostile(
                        "only the magic number",
                        Problem.TRUNCATED,
                        new GgufBytes().ascii("GGUF").bytes(),
                        "version"),
                hostile(
                        "version 1",
                        Problem.UNSUPPORTED_VERSION,
                        new GgufBytes().ascii("GGUF").u32(1).u64(0).u64(0).bytes(),
                        "found 1"),
                hostile(
                        "big-endian",
                        Problem.UNSUPPORTED_VERSION,
                        new GgufBytes().ascii("GGUF").u32(3 << 24).u64(0).u64(0).bytes(),
                        "big-endian"),
                hostile(
                        "more tensors than bytes",
                        Problem.COUNT_TOO_LARGE,
                        GgufBytes.start(1L << 40, 0).bytes(),
                        "number of tensors",
                        "1099511627776"),
                hostile(
                        "negative tensors",
                        Problem.COUNT_TOO_LARGE,
                        GgufBytes.start(-1, 0).bytes(),
                        "18446744073709551615"),
                hostile(
                        "more keys than bytes",
                        Problem.COUNT_TOO_LARGE,
                        GgufBytes.start(0, 1000).bytes(),
                        "number of keys"));
    }

    static Stream<Case> keys() {
        return Stream.of(
                hostile(
                        "key longer than the file",
                        Problem.COUNT_TOO_LARGE,
                        GgufBytes.start(0, 1).u64(1L << 62).data(64),
                        "length of key 0"),
                hostile(
                        "empty key",
                        Problem.WRONG_NAME_LENGTH,
                        GgufBytes.start(0, 1).key("", 1).data(0),
                        "found 0"),
                hostile(
                        "key of 70000 characters",
                        Problem.WRONG_NAME_LENGTH,
                        GgufBytes.start(0, 1).key("k".repeat(70_000), 1).data(0),
                        "found 70000"),
                hostile(
                        "key not UTF-8",
                        Problem.NOT_UTF8,
                        GgufBytes.start(0, 1).key("\u00ff\u00fe", 1).data(0),
                        "key 0"),
                hostile(
                        "duplicate key",
                        Problem.DUPLICATE_KEY,
                        GgufBytes.start(0, 2).key("k", 1).key("k", 1).data(0),
                        "\"k\""),
                hostile("unknown type of value", Problem.UNKNOWN_VALUE_TYPE, value(13, "\0\0\0\0"), "found 13"),
                hostile("truth value 2", Problem.INVALID_BOOL, value(7, "\2"), "0 or 1"),
                hostile(
                        "array of arrays",
                        Problem.NESTED_ARRAY,
                        GgufBytes.start(0, 1).text("k").u32(9).u32(9).u64(0).data(64),
                        "array of arrays"),
                hostile(
                        "array longer than the file",
                        Problem.COUNT_TOO_LARGE,
                        GgufBytes.start(0, 1).text("k").u32(9).u32(8).u64(1000).data(64),
                        "length of key \"k\"",
                        "at most"),
                hostile(
                        "text longer than the file",
                        Problem.COUNT_TOO_LARGE,
                        GgufBytes.start(0, 1).text("k").u32(8).u64(-1).data(64),
                        "18446744073709551615"),
                hostile(
                        "value past the end",
                        Problem.TRUNCATED,
                        GgufBytes.start(0, 1).text("key").u32(10).u32(0).bytes(),
                        "8 bytes",
                        "4 until the end"),
                hostile(
                        "alignment 48",
                        Problem.BAD_ALIGNMENT,
                        GgufBytes.start(0, 1).key(ALIGNMENT, 48).data(0),
                        "power of two"),
                hostile(
                        "alignment 0",
                        Problem.BAD_ALIGNMENT,
                        GgufBytes.start(0, 1).key(ALIGNMENT, 0).data(0),
                        "power of two"),
                hostile(
                        "alignment of 4 GiB",
                        Problem.BAD_ALIGNMENT,
                        GgufBytes.start(0, 1).key(ALIGNMENT, 1 << 31).data(0),
                        "power of two"),
                hostile(
                        "alignment as text",
                        Problem.BAD_ALIGNMENT,
                        GgufBytes.start(0, 1).text(ALIGNMENT).u32(8).text("32").data(0),
                        "U32"));
    }

    static Stream<Case> tensors() {
        return Stream.of(
                hostile(
                        "no axes",
                        Problem.TOO_MANY_AXES,
                        GgufBytes.start(1, 0).text("t").u32(0).u32(0).u64(0).data(64)),
                hostile(
                        "4 billion axes",
                        Problem.TOO_MANY_AXES,
                        GgufBytes.start(1, 0).text("t").u32(-1).u32(0).u64(0).data(64),
                        "4294967295"),
                hostile("unknown type", Problem.UNKNOWN_TENSOR_TYPE, one(99, 4, 4, 0, 64), "number 99"),
                hostile("removed type", Problem.UNKNOWN_TENSOR_TYPE, one(4, 32, 4, 0, 256), "number 4"),
                hostile("part of a block", Problem.PARTIAL_BLOCK, one(8, 33, 4, 0, 256), "32 numbers", "[4, 33]"),
                hostile("size overflows", Problem.SIZE_OVERFLOW, one(0, 1L << 40, 1L << 40, 0, 64)),
                hostile("bytes overflow", Problem.SIZE_OVERFLOW, one(0, 1L << 31, 1L << 31, 0, 64)),
                hostile("negative extent", Problem.SIZE_OVERFLOW, one(0, -4, 4, 0, 64), "18446744073709551612"),
                hostile("negative offset", Problem.SIZE_OVERFLOW, one(0, 4, 4, -32, 64)),
                hostile("odd offset", Problem.MISALIGNED, one(0, 4, 4, 16, 80), "multiple of 32", "found 16"),
                hostile("past the end", Problem.TRUNCATED, one(0, 4, 4, 32, 64), "64 bytes from byte 32"),
                hostile("offset near the limit", Problem.TRUNCATED, one(0, 4, 4, Long.MAX_VALUE - 31, 64)),
                hostile("no data at all", Problem.TRUNCATED, Arrays.copyOf(one(0, 4, 4, 0, 0), 60)),
                hostile(
                        "duplicate name",
                        Problem.DUPLICATE_TENSOR,
                        GgufBytes.start(2, 0)
                                .tensor("t", 0, 4, 4, 0)
                                .tensor("t", 0, 4, 4, 64)
                                .data(128),
                        "\"t\""),
                hostile(
                        "shared bytes",
                        Problem.OVERLAP,
                        GgufBytes.start(2, 0)
                                .tensor("a", 0, 4, 4, 0)
                                .tensor("b", 0, 4, 4, 32)
                                .data(128),
                        "\"b\"",
                        "\"a\""));
    }

    static Stream<Case> all() {
        return Stream.of(starts(), keys(), tensors()).flatMap(s -> s);
    }

    @ParameterizedTest
    @MethodSource("all")
    void isRefusedForItsRule(Case hostile) {
        Path file = FileBytes.write(folder, "hostile.gguf", hostile.file());
        GgufException refusal = assertThrows(GgufException.class, () -> GgufFile.open(file));
        assertEquals(hostile.problem(), refusal.problem(), refusal.getMessage());
        assertTrue(refusal.getMessage().startsWith(file + ": "), refusal.getMessage());
        hostile.said().forEach(part -> assertTrue(refusal.getMessage().contains(part), refusal.getMessage()));
    }

    /** Every cause that a file's bytes can have is in the list above. */
    @Test
    void everyProblemHasACase() {
        Set<Problem> notOfBytes = EnumSet.of(
                Problem.NOT_FOUND,
                Problem.NOT_A_REGULAR_FILE,
                Problem.IO_FAILED,
                Problem.NO_SUCH_TENSOR,
                Problem.NO_SUCH_KEY,
                Problem.WRONG_VALUE_TYPE,
                Problem.SIZE_MISMATCH);
        Set<Problem> covered = all().map(Case::problem).collect(Collectors.toSet());
        assertEquals(EnumSet.complementOf(EnumSet.copyOf(notOfBytes)), covered);
    }

    /** Wherever a file is cut short, it is refused. */
    @Test
    void everyCutIsRefused() {
        byte[] whole = valid();
        GgufFile.open(FileBytes.write(folder, "whole.gguf", whole)).close();
        IntStream.range(0, whole.length).forEach(length -> {
            Path file = FileBytes.write(folder, "cut.gguf", Arrays.copyOf(whole, length));
            assertThrows(GgufException.class, () -> GgufFile.open(file), () -> "cut to " + length);
        });
    }

    @Test
    void whatIsNoFileIsSaid() {
        assertEquals(
                Problem.NOT_FOUND,
                assertThrows(GgufException.class, () -> GgufFile.open(folder.resolve("none.gguf")))
                        .problem());
        assertEquals(
                Problem.NOT_A_REGULAR_FILE,
                assertThrows(GgufException.class, () -> GgufFile.open(folder)).problem());
    }
}
