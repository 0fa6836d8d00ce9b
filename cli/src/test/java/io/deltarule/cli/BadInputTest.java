package io.deltarule.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.cli.output.ExitCode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Whatever is wrong with a file or an option: exit code 2, one line that names it, and no output file. */
class BadInputTest {
    @TempDir
    Path folder;

    /** What is broken, the input's bytes, and what the one line must name. */
    @SuppressWarnings("ArrayRecordComponent") // test data, never modified
    private record Broken(String what, byte[] content, String... named) {
        static Broken of(String what, RawFile file, String... named) {
            return new Broken(what, file.content(), named);
        }
    }

    private static Stream<Broken> files() {
        RawFile good = new RawFile();
        byte[] whole = good.content();
        byte[] hugeHeader = whole.clone();
        Arrays.fill(hugeHeader, 4, 7, (byte) 0x7f);
        return Stream.of(
                new Broken("empty", new byte[0], "8"),
                new Broken("text", "hello, this is no tensor file".getBytes(StandardCharsets.UTF_8), "header"),
                new Broken("truncated", Arrays.copyOf(whole, whole.length - 5), "cut short by 5"),
                new Broken("trailing bytes", Arrays.copyOf(whole, whole.length + 3), "last 3 bytes"),
                new Broken("huge header", hugeHeader, "header"),
                new Broken(
                        "overlapping tensors",
                        good.content(good.header().replaceFirst("\\[48,96\\]", "[40,88]")),
                        "\"k\"",
                        "overlap"),
                new Broken("duplicate keys", good.content(good.header().replace("\"k\"", "\"q\"")), "q"),
                new Broken(
                        "a tiny file that declares 2^30 tokens",
                        good.content(good.header().replace("[1, 3, 1, 4]", "[1, 1073741824, 1, 4]")),
                        "1073741824"),
                Broken.of("wrong type", new RawFile().tensor("q", "I32", new byte[48], 1, 3, 1, 4), "q", "I32", "F32"),
                Broken.of("wrong rank", new RawFile().floats("q", 1, 3, 4), "q", "[3, 4]"),
                Broken.of("wrong shape of k", new RawFile().floats("k", 1, 1, 3, 1, 5), "k", "[1, 3, 1, 5]"),
                Broken.of("wrong shape of v", new RawFile().floats("v", 1, 1, 2, 2, 2), "v", "[1, 2, 2, 2]"),
                Broken.of("wrong shape of beta", new RawFile().floats("beta", 1, 1, 3, 3), "beta", "[1, 3, 3]"),
                Broken.of("heads that do not divide", new RawFile().floats("q", 1, 1, 3, 3, 4), "H"),
                Broken.of("wrong initial state", new RawFile().floats("initial_state", 0, 1, 2, 4, 3), "initial_state"),
                Broken.of("missing tensor", new RawFile().without("beta"), "beta"),
                Broken.of("missing gate", new RawFile().without("g"), "g"),
                Broken.of("unknown tensor", new RawFile().floats("x", 1, 1, 3, 2, 2), "'x'"),
                Broken.of("read queries of another shape", new RawFile().floats("r", 1, 1, 3, 2, 99), "r: expected"),
                Broken.of("tensor of another variant", new RawFile().floats("w", 1, 1, 3, 2, 2), "w"),
                Broken.of("unknown variant", new RawFile().meta("variant", "no_such_rule"), "no_such_rule", "kda"),
                Broken.of("bad scale", new RawFile().meta("scale", "fast"), "scale", "fast"),
                Broken.of("scale that is not finite", new RawFile().meta("scale", "NaN"), "scale", "NaN"),
                Broken.of("scale past float32", new RawFile().meta("scale", "1e99"), "scale", "1e99"),
                Broken.of("bad householders", new RawFile().meta("householders", "-1"), "householders", "-1"),
                Broken.of("householders of another variant", new RawFile().meta("householders", "2"), "householders"),
                Broken.of("unknown gate", new RawFile().meta("gate", "vector"), "gate", "vector"),
                Broken.of("gate that contradicts g", new RawFile().meta("gate", "channel"), "gate", "channel"),
                Broken.of("negative boundary", new RawFile().longs("cu_seqlens", 0, -1, 3), "cu_seqlens", "-1"),
                Broken.of("falling boundaries", new RawFile().longs("cu_seqlens", 0, 2, 1, 3), "cu_seqlens", "index 2"),
                Broken.of(
                        "boundary that narrows to a valid one",
                        new RawFile().longs("cu_seqlens", 0, (1L << 32) + 3),
                        "cu_seqlens",
                        "4294967299"),
                Broken.of("boundaries that stop early", new RawFile().longs("cu_seqlens", 0, 2), "cu_seqlens", "3"),
                Broken.of("boundaries as floats", new RawFile().floats("cu_seqlens", 0, 2), "cu_seqlens", "F32"),
                Broken.of("not a number", new RawFile().set("v", 7, Float.NaN), "v", "NaN", "[0, 1, 1, 1]"),
                Broken.of("infinite", new RawFile().set("g", 2, Float.POSITIVE_INFINITY), "g", "Infinity"),
                Broken.of("decays, not their logarithms", new RawFile().set("g", 2, 0.9f), "g: ", "0.9", "exp(g)"),
                Broken.of("infinite", new RawFile().set("q", 2, Float.NEGATIVE_INFINITY), "q", "Infinity"),
                Broken.of(
                        "more sequences than there are numbers for",
                        new RawFile()
                                .tensor("q", "F32", new byte[0], Integer.MAX_VALUE, 0, 1, 1)
                                .tensor("k", "F32", new byte[0], Integer.MAX_VALUE, 0, 1, 1)
                                .tensor("v", "F32", new byte[0], Integer.MAX_VALUE, 0, 1, 1)
                                .tensor("g", "F32", new byte[0], Integer.MAX_VALUE, 0, 1)
                                .tensor("beta", "F32", new byte[0], Integer.MAX_VALUE, 0, 1),
                        "sequences",
                        "2147483647"),
                Broken.of(
                        "a state that no memory holds",
                        new RawFile()
                                .tensor("q", "F32", new byte[0], 1, 0, 1, 1 << 30)
                                .tensor("k", "F32", new byte[0], 1, 0, 1, 1 << 30)
                                .tensor("v", "F32", new byte[0], 1, 0, 2, 1 << 30)
                                .tensor("g", "F32", new byte[0], 1, 0, 2)
                                .tensor("beta", "F32", new byte[0], 1, 0, 2),
                        "size",
                        "MiB"));
    }

    @Test
    void textOfAFileNeitherBreaksTheLineNorFillsTheScreen() {
        RawFile file = new RawFile().meta("scale", "1\\u2028\\u001b[31m" + "0".repeat(100_000));
        String line = CliRun.of("op", "--input", file.write(folder.resolve("in")), "--output", folder.resolve("out"))
                .refusal();
        assertTrue(line.length() < 1100, () -> "length " + line.length());
        assertTrue(line.chars().noneMatch(Character::isISOControl), line);
    }

    /** The reason why auto took this engine is said when all went well, not in place of the failure. */
    @Test
    void aFailureIsOneLineWhateverTheEngine() {
        Path input = new RawFile().floats("k", 1e15f, 1, 3, 1, 4).write(folder.resolve("in"));
        CliRun.of("op", "--input", input, "--output", folder.resolve("out")).refusal();
    }

    private static byte[] missingVariant() {
        RawFile file = new RawFile();
        file.metadata.clear();
        return file.content();
    }

    @TestFactory
    Stream<DynamicTest> brokenFilesAreRefused() {
        return Stream.concat(files(), Stream.of(new Broken("missing variant", missingVariant(), "variant")))
                .map(broken -> DynamicTest.dynamicTest(broken.what(), () -> {
                    Path input = RawFile.write(folder.resolve("in.safetensors"), broken.content());
                    Path output = folder.resolve("out.safetensors");
                    String line = CliRun.of("op", "--input", input, "--output", output, "--engine", "reference")
                            .refusal();
                    for (String name : broken.named()) {
                        assertTrue(line.contains(name), () -> "names " + name + ": " + line);
                    }
                    assertEquals(List.of(input), listing());
                }));
    }

    @TestFactory
    Stream<DynamicTest> wrongOptionsAreRefused() throws IOException {
        Path in = new RawFile().write(folder.resolve("in.safetensors"));
        Path out = folder.resolve("out.safetensors");
        Path missing = folder.resolve("missing");
        Files.createDirectory(folder.resolve("directory"));
        return Stream.of(
                        new Object[] {"'--frobnicate'", "op", "--frobnicate"},
                        new Object[] {"--output", "op", "--input", in},
                        new Object[] {"'frobnicate'", "frobnicate"},
                        new Object[] {"nothing", "op", "--input", missing, "--output", out},
                        new Object[] {"folder", "op", "--input", folder, "--output", out},
                        new Object[] {"no folder", "op", "--input", in, "--output", missing.resolve("o")},
                        new Object[] {"directory", "op", "--input", in, "--output", folder.resolve("directory")},
                        new Object[] {"same", "op", "--input", in, "--output", folder.resolve("./in.safetensors")},
                        new Object[] {"'cuda'", "op", "--input", in, "--output", out, "--engine", "cuda"},
                        new Object[] {
                            "'opencl:9:9'",
                            "op",
                            "--input",
                            in,
                            "--output",
                            out,
                            "--engine",
                            "reference",
                            "--device",
                            "opencl:9:9"
                        },
                        new Object[] {"'opencl:9:9'", "op", "--input", in, "--output", out, "--device", "opencl:9:9"},
                        new Object[] {"device", "op", "--input", in, "--output", "/dev/null"},
                        new Object[] {"'parallel'", "op", "--input", in, "--output", out, "--form", "parallel"},
                        new Object[] {"'half'", "op", "--input", in, "--output", out, "--precision", "half"},
                        new Object[] {
                            "found tensor",
                            "op",
                            "--input",
                            in,
                            "--output",
                            out,
                            "--engine",
                            "cpu",
                            "--precision",
                            "tensor"
                        },
                        new Object[] {"found 0", "op", "--input", in, "--output", out, "--chunk-size", "0"},
                        new Object[] {"'many'", "op", "--input", in, "--output", out, "--chunk-size", "many"},
                        new Object[] {"99999999", "op", "--input", in, "--output", out, "--chunk-size", "99999999"},
                        new Object[] {"'B'", "compare", in},
                        new Object[] {"nothing", "compare", in, missing},
                        new Object[] {"-1.0", "compare", in, in, "--tolerance", "-1"},
                        new Object[] {"NaN", "compare", in, in, "--tolerance", "NaN"},
                        new Object[] {"'z'", "compare", in, in, "--tensors", "q,z"})
                .map(row -> DynamicTest.dynamicTest(Arrays.toString(row), () -> {
                    String line =
                            CliRun.of(Arrays.copyOfRange(row, 1, row.length)).refusal();
                    assertTrue(line.contains((String) row[0]), line);
                    assertTrue(line.contains("expected"), line);
                    assertTrue(Files.notExists(out), "no output file");
                }));
    }

    @Test
    void anUnchangedFileIsAccepted() {
        Path input = new RawFile().write(folder.resolve("in.safetensors"));
        CliRun.of("op", "--input", input, "--output", folder.resolve("out"), "--engine", "reference")
                .succeeded();
    }

    @Test
    void aStackTraceIsShownWhereAskedFor() {
        CliRun run = CliRun.of("op", "--input", folder, "--output", folder.resolve("out"), "--debug");
        assertEquals(ExitCode.BAD_INPUT, run.code());
        assertTrue(run.err().contains("at io.deltarule"), run.err());
    }

    private List<Path> listing() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        }
    }
}
