package io.deltarule.loader;

import static io.deltarule.loader.FileBytes.claiming;
import static io.deltarule.loader.FileBytes.file;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.loader.SafetensorsException.Problem;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
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

/** Files that break one rule each: every one is refused for that rule, in one line with the numbers that matter. */
class HostileFileTest {
    private static final byte[] NOTHING = {};

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

    /** A file with one tensor "t" of these fields. */
    private static byte[] tensor(String fields, int dataSize) {
        return file("{\"t\":{" + fields + "}}", dataSize);
    }

    private static String entry(String name, String dtype, String shape, String offsets) {
        return "\"" + name + "\":{\"dtype\":\"" + dtype + "\",\"shape\":" + shape + ",\"data_offsets\":" + offsets
                + "}";
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    static Stream<Case> lengths() {
        return Stream.of(
                hostile("empty file", Problem.FILE_TOO_SHORT, NOTHING, "at least 8 bytes", "found 0 bytes"),
                hostile("seven bytes", Problem.FILE_TOO_SHORT, new byte[7], "found 7 bytes"),
                hostile(
                        "one byte more than the cap",
                        Problem.HEADER_TOO_LARGE,
                        claiming(100_000_001, ascii("{}"), NOTHING),
                        "at most 100000000 bytes",
                        "found 100000001 bytes"),
                hostile(
                        "high bit of the length",
                        Problem.HEADER_TOO_LARGE,
                        claiming(Long.MIN_VALUE + 2, ascii("{}"), NOTHING),
                        "found 9223372036854775810 bytes"),
                hostile(
                        "all bits of the length",
                        Problem.HEADER_TOO_LARGE,
                        claiming(-1, ascii("{}"), NOTHING),
                        "found 18446744073709551615 bytes"),
                hostile(
                        "Git LFS pointer",
                        Problem.HEADER_TOO_LARGE,
                        ascii("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"),
                        "git lfs pull"),
                hostile("zip", Problem.HEADER_TOO_LARGE, ascii("PK\3\4........"), "PyTorch"),
                hostile("JSON alone", Problem.HEADER_TOO_LARGE, ascii("{\"weight_map\":{}}"), "JSON file"),
                hostile(
                        "length past the end",
                        Problem.HEADER_PAST_END_OF_FILE,
                        claiming(3, ascii("{}"), NOTHING),
                        "the 2 bytes that follow",
                        "found 3 bytes"),
                hostile(
                        "length at the cap of a short file",
                        Problem.HEADER_PAST_END_OF_FILE,
                        claiming(100_000_000, ascii("{}"), NOTHING),
                        "found 100000000 bytes"));
    }

    static Stream<Case> texts() {
        return Stream.of(
                hostile("no UTF-8", Problem.NOT_UTF8, file(ascii("{\"\u00ff\":1}"), NOTHING), "0xff at byte 2"),
                hostile("over-long slash", Problem.NOT_UTF8, file(ascii("{\"\u00c0\u00af\":1}"), NOTHING), "0xc0"),
                hostile("cut sequence", Problem.NOT_UTF8, file(ascii("{}\u00e2\u0082"), NOTHING), "0xe2 at byte 2"),
                hostile(
                        "surrogate in UTF-8",
                        Problem.NOT_UTF8,
                        file(ascii("{\"\u00ed\u00a0\u0080\":1}"), NOTHING),
                        "0xed at byte 2"),
                hostile("no header", Problem.NOT_A_JSON_OBJECT, file("", 0), "a JSON object", "found nothing"),
                hostile("white space only", Problem.NOT_A_JSON_OBJECT, file("        ", 0), "found nothing"),
                hostile("array", Problem.NOT_A_JSON_OBJECT, file("[1]", 0), "found an array"),
                hostile("number", Problem.NOT_A_JSON_OBJECT, file("12", 0), "the number 12"),
                hostile("byte order mark", Problem.INVALID_JSON, file("\ufeff{}", 0), "character"),
                hostile("open brace", Problem.INVALID_JSON, file("{", 0), "valid JSON"),
                hostile("comma at the end", Problem.INVALID_JSON, file("{\"__metadata__\":{},}", 0), "valid JSON"),
                hostile("single quotes", Problem.INVALID_JSON, file("{'t':1}", 0), "valid JSON"),
                hostile("comment", Problem.INVALID_JSON, file("{/**/}", 0), "valid JSON"),
                hostile("newline in a name", Problem.INVALID_JSON, file("{\"a\nb\":1}", 0), "valid JSON"),
                hostile("leading zero", Problem.INVALID_JSON, tensor("\"shape\":[01]", 0), "valid JSON"),
                hostile("not a number", Problem.INVALID_JSON, tensor("\"shape\":[NaN]", 0), "valid JSON"),
                hostile("half a surrogate pair", Problem.INVALID_JSON, file("{\"\\ud800\":1}", 0), "surrogate"),
                hostile(
                        "half a pair and a letter",
                        Problem.INVALID_JSON,
                        file("{\"\\ud800\\u0041\":1}", 0),
                        "surrogate"),
                hostile(
                        "half a pair and a plain letter",
                        Problem.INVALID_JSON,
                        file("{\"\\ud800A\":1}", 0),
                        "surrogate"),
                hostile("halves reversed", Problem.INVALID_JSON, file("{\"\\udc00\\ud800\":1}", 0), "surrogate"),
                hostile("second object", Problem.TRAILING_JSON, file("{}{}", 0), "found an object"),
                hostile("junk after the object", Problem.INVALID_JSON, file("{} x", 0), "valid JSON"),
                hostile("zero byte after the object", Problem.INVALID_JSON, file("{}\0", 0), "valid JSON"),
                hostile(
                        "deep arrays",
                        Problem.JSON_LIMIT,
                        file("{\"t\":{\"x\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}}", 0),
                        "32 deep"),
                hostile("long number", Problem.JSON_LIMIT, tensor("\"shape\":[" + "9".repeat(5000) + "]", 0)),
                hostile("long name", Problem.JSON_LIMIT, file("{\"" + "n".repeat(70_000) + "\":1}", 0)));
    }

    static Stream<Case> values() {
        return Stream.of(
                hostile(
                        "two tensors of one name",
                        Problem.DUPLICATE_KEY,
                        file("{" + entry("t", "U8", "[1]", "[0,1]") + "," + entry("t", "U8", "[1]", "[1,2]") + "}", 2),
                        "'t'"),
                hostile(
                        "same name, one escaped",
                        Problem.DUPLICATE_KEY,
                        file(
                                "{" + entry("t", "U8", "[0]", "[0,0]") + "," + entry("\\u0074", "U8", "[0]", "[0,0]")
                                        + "}",
                                0),
                        "'t'"),
                hostile("two dtypes", Problem.DUPLICATE_KEY, tensor("\"dtype\":\"U8\",\"dtype\":\"I8\"", 0), "'dtype'"),
                hostile(
                        "two metadata objects",
                        Problem.DUPLICATE_KEY,
                        file("{\"__metadata__\":{},\"__metadata__\":{}}", 0),
                        "'__metadata__'"),
                hostile(
                        "metadata key twice",
                        Problem.DUPLICATE_KEY,
                        file("{\"__metadata__\":{\"a\":\"\",\"a\":\"\"}}", 0)),
                hostile(
                        "metadata is a list",
                        Problem.WRONG_JSON_TYPE,
                        file("{\"__metadata__\":[]}", 0),
                        "__metadata__",
                        "an object of strings",
                        "found an array"),
                hostile(
                        "metadata of numbers",
                        Problem.WRONG_JSON_TYPE,
                        file("{\"__metadata__\":{\"scale\":2}}", 0),
                        "__metadata__ \"scale\"",
                        "a string",
                        "the number 2"),
                hostile("tensor is a number", Problem.WRONG_JSON_TYPE, file("{\"t\":7}", 0), "\"t\"", "the number 7"),
                hostile("tensor is null", Problem.WRONG_JSON_TYPE, file("{\"t\":null}", 0), "\"t\"", "found null"),
                hostile("dtype is a number", Problem.WRONG_JSON_TYPE, tensor("\"dtype\":32", 0), "the number 32"),
                hostile("shape is a number", Problem.WRONG_JSON_TYPE, tensor("\"shape\":4", 0), "array of whole"),
                hostile("shape of text", Problem.WRONG_JSON_TYPE, tensor("\"shape\":[\"4\"]", 0), "string \"4\""),
                hostile("nested shape", Problem.WRONG_JSON_TYPE, tensor("\"shape\":[[4]]", 0), "found an array"),
                hostile("fraction", Problem.WRONG_JSON_TYPE, tensor("\"shape\":[4.0]", 0), "the number 4.0"),
                hostile("exponent", Problem.WRONG_JSON_TYPE, tensor("\"shape\":[4e0]", 0), "the number 4e0"),
                hostile(
                        "no dtype",
                        Problem.MISSING_FIELD,
                        tensor("\"shape\":[],\"data_offsets\":[0,0]", 0),
                        "no dtype"),
                hostile(
                        "no shape",
                        Problem.MISSING_FIELD,
                        tensor("\"dtype\":\"U8\",\"data_offsets\":[0,0]", 0),
                        "no shape"),
                hostile(
                        "no offsets",
                        Problem.MISSING_FIELD,
                        tensor("\"dtype\":\"U8\",\"shape\":[]", 0),
                        "no data_offsets"),
                hostile(
                        "half a pair in metadata",
                        Problem.INVALID_TEXT,
                        file("{\"__metadata__\":{\"a\":\"\\udfff\"}}", 0),
                        "__metadata__ \"a\""),
                hostile("unknown dtype", Problem.UNKNOWN_DTYPE, tensor("\"dtype\":\"F12\"", 0), "F32", "\"F12\""),
                hostile("dtype in lower case", Problem.UNKNOWN_DTYPE, tensor("\"dtype\":\"f32\"", 0), "\"f32\""),
                hostile("negative extent", Problem.NEGATIVE_NUMBER, tensor("\"shape\":[2,-3]", 0), "shape", "found -3"),
                hostile("negative offset", Problem.NEGATIVE_NUMBER, tensor("\"data_offsets\":[-1,3]", 0), "found -1"),
                hostile("negative zero", Problem.NEGATIVE_NUMBER, tensor("\"shape\":[-0]", 0), "found -0"),
                hostile(
                        "offset of 2^63",
                        Problem.NUMBER_TOO_LARGE,
                        tensor("\"data_offsets\":[0,9223372036854775808]", 0),
                        "9223372036854775808"),
                hostile(
                        "extent past u64",
                        Problem.NUMBER_TOO_LARGE,
                        tensor("\"shape\":[18446744073709551617]", 0),
                        "18446744073709551617"),
                hostile(
                        "65 axes",
                        Problem.TOO_MANY_AXES,
                        tensor("\"shape\":[" + "1,".repeat(64) + "1]", 0),
                        "shape",
                        "at most 64"),
                hostile("one offset", Problem.NOT_A_PAIR, tensor("\"data_offsets\":[4]", 0), "found [4]"),
                hostile("three offsets", Problem.NOT_A_PAIR, tensor("\"data_offsets\":[0,1,2]", 0), "[0, 1, 2]"));
    }

    static Stream<Case> layouts() {
        return Stream.of(
                hostile(
                        "end before begin",
                        Problem.REVERSED_OFFSETS,
                        file("{" + entry("t", "U8", "[0]", "[4,2]") + "}", 4),
                        "\"t\"",
                        "[4, 2]"),
                hostile(
                        "same bytes twice",
                        Problem.OVERLAP,
                        file("{" + entry("a", "U8", "[4]", "[0,4]") + "," + entry("b", "U8", "[4]", "[0,4]") + "}", 4),
                        "\"b\"",
                        "begin at 4",
                        "\"a\"",
                        "overlap of 4 bytes"),
                hostile(
                        "shared byte",
                        Problem.OVERLAP,
                        file("{" + entry("b", "U8", "[4]", "[3,7]") + "," + entry("a", "U8", "[4]", "[0,4]") + "}", 7),
                        "\"b\"",
                        "overlap of 1 bytes"),
                hostile(
                        "hole at the start",
                        Problem.HOLE,
                        file("{" + entry("t", "U8", "[4]", "[8,12]") + "}", 12),
                        "begin at 0",
                        "hole of 8 bytes"),
                hostile(
                        "hole between",
                        Problem.HOLE,
                        file("{" + entry("a", "U8", "[4]", "[0,4]") + "," + entry("b", "U8", "[4]", "[5,9]") + "}", 9),
                        "\"b\"",
                        "begin at 4",
                        "hole of 1 bytes"),
                hostile(
                        "product of extents overflows",
                        Problem.SIZE_OVERFLOW,
                        file("{" + entry("t", "U8", "[4294967296,4294967296]", "[0,16]") + "}", 16),
                        "U8[4294967296, 4294967296]"),
                hostile(
                        "product wraps to the right size",
                        Problem.SIZE_OVERFLOW,
                        file("{" + entry("t", "U8", "[4611686018427387905,4]", "[0,4]") + "}", 4),
                        "[4611686018427387905, 4]"),
                hostile(
                        "extent times width overflows",
                        Problem.SIZE_OVERFLOW,
                        file("{" + entry("t", "F32", "[2,2305843009213693952]", "[0,16]") + "}", 16),
                        "F32[2, 2305843009213693952]"),
                hostile(
                        "half a byte",
                        Problem.PARTIAL_BYTE,
                        file("{" + entry("t", "F4", "[3]", "[0,2]") + "}", 2),
                        "\"t\"",
                        "12 bits"),
                hostile(
                        "fewer bytes than elements",
                        Problem.SIZE_MISMATCH,
                        file("{" + entry("t", "I32", "[2,2]", "[0,4]") + "}", 4),
                        "16 bytes for I32[2, 2]",
                        "4 bytes in data_offsets [0, 4]"),
                hostile(
                        "scalar of no bytes",
                        Problem.SIZE_MISMATCH,
                        file("{" + entry("t", "F32", "[]", "[0,0]") + "}", 0),
                        "4 bytes for F32[]"),
                hostile(
                        "file cut short",
                        Problem.TRUNCATED,
                        file("{" + entry("t", "I32", "[2,2]", "[0,16]") + "}", 14),
                        "\"t\"",
                        "16 bytes of data",
                        "found 14 bytes",
                        "short by 2"),
                hostile(
                        "an exabyte claimed",
                        Problem.TRUNCATED,
                        file("{" + entry("t", "U8", "[1000000000000000000]", "[0,1000000000000000000]") + "}", 16),
                        "1000000000000000000 bytes",
                        "found 16 bytes"),
                hostile(
                        "bytes after the last tensor",
                        Problem.TRAILING_BYTES,
                        file("{" + entry("t", "I32", "[2,2]", "[0,16]") + "}", 17),
                        "found 17 bytes",
                        "last 1 bytes"),
                hostile("bytes after no tensor", Problem.TRAILING_BYTES, file("{}", 3), "without tensors", "found 3"));
    }

    static Stream<Case> all() {
        return Stream.of(lengths(), texts(), values(), layouts()).flatMap(cases -> cases);
    }

    @ParameterizedTest
    @MethodSource("all")
    void isRefusedForItsCause(Case hostile) {
        Path path = FileBytes.write(folder, "hostile.safetensors", hostile.file());
        SafetensorsException refusal = assertTimeoutPreemptively(
                Duration.ofSeconds(10),
                () -> assertThrows(
                        SafetensorsException.class,
                        () -> SafetensorsFile.open(path).close()));
        String message = refusal.getMessage();
        assertEquals(hostile.problem(), refusal.problem(), message);
        assertTrue(message.startsWith(path + ": "), message);
        assertTrue(message.contains(": expected ") && message.contains(", found ") && message.contains("; "), message);
        assertTrue(message.chars().noneMatch(c -> c < ' '), message);
        for (String part : hostile.said()) {
            assertTrue(message.contains(part), () -> "no <" + part + "> in: " + message);
        }
    }

    /** The causes that lie in a file's bytes, from the first of the header to the last of the data. */
    @Test
    void everyCauseInTheBytesHasItsFile() {
        Set<Problem> covered =
                all().map(Case::problem).collect(Collectors.toCollection(() -> EnumSet.noneOf(Problem.class)));
        assertEquals(EnumSet.range(Problem.FILE_TOO_SHORT, Problem.TRAILING_BYTES), covered);
    }

    @Test
    void namesCannotDisguiseTheMessage() {
        String name = "\\n\\u001b[2J\\u202e" + "x".repeat(5000);
        Path path = FileBytes.write(folder, "f", file("{\"" + name + "\":7}", 0));
        SafetensorsException refusal = assertThrows(SafetensorsException.class, () -> SafetensorsFile.open(path));
        assertTrue(refusal.getMessage().contains("\"\\u{a}\\u{1b}[2J\\u{202e}xxx"), refusal.getMessage());
        assertTrue(refusal.getMessage().contains("(5006 characters)"), refusal.getMessage());
        assertTrue(refusal.getMessage().length() < 600, refusal.getMessage());
    }

    @Test
    void manyTensorsAreReadInLinearTime() {
        String tensors = IntStream.range(0, 50_000)
                .mapToObj(i -> entry("t" + i, "U8", "[0]", "[0,0]"))
                .collect(Collectors.joining(",", "{", "}"));
        Path path = FileBytes.write(folder, "many.safetensors", file(tensors, 0));
        assertTimeoutPreemptively(Duration.ofSeconds(10), () -> {
            try (SafetensorsFile file = SafetensorsFile.open(path)) {
                assertEquals(50_000, file.tensors().size());
            }
        });
    }
}
