package io.deltarule.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.deltarule.cli.output.ExitCode;
import io.deltarule.loader.SafetensorsFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OpCommandTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({
        "reference,comba,chunk",
        "cpu,comba,chunk",
        "reference,comba,recurrent",
        "cpu,comba,recurrent",
        "reference,delta_rule,chunk",
        "cpu,delta_rule,chunk",
        "reference,gated_delta_product_3,chunk",
        "cpu,gated_delta_product_3,chunk",
        "reference,gated_delta_product_3,recurrent",
        "cpu,gated_delta_product_3,recurrent",
        "reference,gated_delta_rule_varlen,chunk",
        "cpu,gated_delta_rule_varlen,chunk",
        "reference,gated_delta_rule_varlen,recurrent",
        "cpu,gated_delta_rule_varlen,recurrent",
        "reference,gdn2,chunk",
        "cpu,gdn2,chunk",
        "reference,kda,recurrent",
        "cpu,kda,recurrent",
        "reference,kda_varlen,chunk",
        "cpu,kda_varlen,chunk",
        "reference,one_token,recurrent",
        "cpu,one_token,recurrent",
        "reference,deltalens,chunk",
        "cpu,deltalens,chunk",
        "reference,deltalens_channel_gated,recurrent",
        "cpu,deltalens_channel_gated,recurrent",
        "cpu,deltalens_channel_gated,chunk",
        "reference,loglinear_delta_rule,recurrent",
        "reference,loglinear_delta_rule,chunk",
        "cpu,loglinear_delta_rule,recurrent",
        "cpu,loglinear_delta_rule,chunk",
        "cpu,loglinear_gated_delta_rule,chunk",
        "cpu,loglinear_gated_delta_product,recurrent",
        "cpu,loglinear_gated_delta_product,chunk",
        "cpu,loglinear_kda_varlen,recurrent",
        "cpu,loglinear_kda_varlen,chunk",
        "cpu,loglinear_ssd,recurrent",
        "cpu,loglinear_ssd,chunk",
        "reference,ssd_scalar,recurrent",
        "cpu,ssd_scalar,recurrent",
        "cpu,ssd_scalar,chunk",
        "reference,ssd_channel,chunk",
        "cpu,ssd_channel,chunk",
        "cpu,ssd_none_varlen,recurrent",
        "cpu,ssd_none_varlen,chunk",
        "cpu,ssd_strong_decay,chunk",
        "reference,rwkv7,recurrent",
        "reference,rwkv7,chunk",
        "cpu,rwkv7,recurrent",
        "cpu,rwkv7,chunk"
    })
    void goldenOperationsComeOutRight(String engine, String name, String form) {
        Path input = CliRun.golden(name + ".in.safetensors", folder);
        Path expected = CliRun.golden(name + ".out.safetensors", folder);
        Path output = folder.resolve("out.safetensors");
        CliRun.of("op", "--input", input, "--output", output, "--engine", engine, "--form", form)
                .succeeded();
        CliRun.of("compare", expected, output).succeeded();
    }

    @ParameterizedTest
    @CsvSource({ // some: the emulator is slow
        "loglinear_delta_rule,recurrent",
        "loglinear_gated_delta_rule,chunk",
        "loglinear_gated_delta_product,chunk",
        "loglinear_kda_varlen,recurrent",
        "loglinear_kda_varlen,chunk",
        "loglinear_ssd,chunk"
    })
    void goldenOperationsComeOutRightOnTornado(String name, String form) {
        Path output = folder.resolve("out.safetensors");
        Path input = CliRun.golden(name + ".in.safetensors", folder);
        String device = System.getProperty("deltarule.test.device", "emulator");
        CliRun.of("op", "--input", input, "--output", output, "--engine", "tornado", "--device", device, "--form", form)
                .succeeded();
        try (SafetensorsFile file = SafetensorsFile.open(output)) {
            assertEquals(device, file.metadata().get("device"));
        }
        CliRun.of("compare", CliRun.golden(name + ".out.safetensors", folder), output)
                .succeeded();
    }

    /** A golden operation in chunks of 16 on engine tornado. */
    private CliRun inChunks(String name, Path output, Object... more) {
        List<Object> all = new ArrayList<>(List.of("op", "--input", CliRun.golden(name + ".in.safetensors", folder)));
        all.addAll(List.of("--output", output, "--engine", "tornado", "--chunk-size", "16"));
        all.addAll(List.of(more));
        return CliRun.of(all.toArray()).succeeded();
    }

    @Test
    void productsOnTensorCoresComeOutRightAndSaySo() {
        assumeTrue(System.getProperty("deltarule.test.device", "emulator").equals("emulator"), "no tensor cores");
        String name = "gated_delta_rule_strong_decay";
        Path output = folder.resolve("out.safetensors");
        CliRun run = inChunks(name, output, "--device", "emulator", "--precision", "tensor2");
        assertTrue(run.out().contains("form chunk, precision tensor2, "), run.out());
        CliRun.of("compare", CliRun.golden(name + ".out.safetensors", folder), output)
                .succeeded();
        try (SafetensorsFile file = SafetensorsFile.open(output)) {
            assertEquals("tensor2", file.metadata().get("precision"));
        }
    }

    /** A file of rounded inputs would be as far from the truth. */
    @ParameterizedTest
    @CsvSource({"bfloat16, 1e-2", "float16, 2e-3"})
    void tensorsInSixteenBitsComeOutRoundedAndSaySo(String storage, String tolerance) {
        String name = "gated_delta_rule_strong_decay";
        Path output = folder.resolve("out.safetensors");
        CliRun run = inChunks(name, output, "--storage", storage);
        assertTrue(run.out().contains("storage " + storage + ", "), run.out());
        Path exact = CliRun.golden(name + ".out.safetensors", folder);
        CliRun.of("compare", "--tolerance", tolerance, exact, output).succeeded();
        assertEquals(
                1, CliRun.of("compare", "--tolerance", "1e-5", exact, output).code());
        try (SafetensorsFile file = SafetensorsFile.open(output)) {
            assertEquals(storage, file.metadata().get("storage"));
        }
    }

    @Test
    void theOutputSaysWhatMadeIt() {
        Path output = folder.resolve("out.safetensors");
        CliRun.of(
                        "op",
                        "--input",
                        CliRun.golden("kda.in.safetensors", folder),
                        "--output",
                        output,
                        "--engine",
                        "reference",
                        "--chunk-size",
                        "16")
                .succeeded();
        try (SafetensorsFile file = SafetensorsFile.open(output)) {
            assertEquals("kda", file.metadata().get("variant"));
            assertEquals("channel", file.metadata().get("gate"));
            assertEquals("reference", file.metadata().get("engine"));
            assertEquals("cpu", file.metadata().get("device"));
            assertEquals("chunk", file.metadata().get("form"));
            assertEquals("16", file.metadata().get("chunk_size"));
        }
    }

    @Test
    void theDefaultScaleIsOneOverTheRootOfK() {
        Path defaulted = folder.resolve("defaulted");
        Path named = folder.resolve("named");
        Path input = new RawFile().write(folder.resolve("a"));
        CliRun.of("op", "--input", input, "--output", defaulted, "--engine", "reference")
                .succeeded();
        input = new RawFile().meta("scale", "0.5").write(folder.resolve("b"));
        CliRun.of("op", "--input", input, "--output", named, "--engine", "reference")
                .succeeded();
        CliRun.of("compare", defaulted, named, "--tolerance", "0").succeeded();
        input = new RawFile().meta("scale", "0.25").write(folder.resolve("c"));
        CliRun.of("op", "--input", input, "--output", named, "--engine", "reference")
                .succeeded();
        assertEquals(
                ExitCode.MISMATCH,
                CliRun.of("compare", defaulted, named, "--tensors", "o").code());
    }

    @ParameterizedTest
    @ValueSource(strings = {"reference", "cpu"})
    void aLogDecayOfMinusInfinityForgetsEverything(String engine) {
        Path reset = folder.resolve("reset");
        Path underflow = folder.resolve("underflow");
        Path input = new RawFile().set("g", 2, Float.NEGATIVE_INFINITY).write(folder.resolve("a"));
        CliRun.of("op", "--input", input, "--output", reset, "--engine", engine).succeeded();
        input = new RawFile().set("g", 2, -1e5f).write(folder.resolve("b")); // its exponential is 0 in float64 too
        CliRun.of("op", "--input", input, "--output", underflow, "--engine", engine)
                .succeeded();
        CliRun.of("compare", reset, underflow, "--tolerance", "0").succeeded();
    }

    @ParameterizedTest
    @ValueSource(strings = {"F64", "F16", "BF16"})
    void otherFloatTypesAreConverted(String dtype) {
        int width = dtype.equals("F64") ? 8 : 2;
        ByteBuffer q = ByteBuffer.allocate(12 * width).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < 12; i++) { // 0.25 in every type
            switch (dtype) {
                case "F64" -> q.putDouble(0.25);
                case "F16" -> q.putShort((short) 0x3400);
                default -> q.putShort((short) 0x3e80);
            }
        }
        Path same = folder.resolve("same");
        Path converted = folder.resolve("converted");
        Path input = new RawFile().write(folder.resolve("a"));
        CliRun.of("op", "--input", input, "--output", same, "--engine", "reference")
                .succeeded();
        input = new RawFile().tensor("q", dtype, q.array(), 1, 3, 1, 4).write(folder.resolve("b"));
        CliRun.of("op", "--input", input, "--output", converted, "--engine", "reference")
                .succeeded();
        CliRun.of("compare", same, converted, "--tolerance", "0").succeeded();
    }

    @ParameterizedTest
    @ValueSource(strings = {"reference", "cpu"})
    void resultsThatOverflowAreReportedAndNotWritten(String engine) {
        Path input = new RawFile().floats("k", 1e15f, 1, 3, 1, 4).write(folder.resolve("in"));
        Path output = folder.resolve("out");
        String line = CliRun.of("op", "--input", input, "--output", output, "--engine", engine)
                .refusal();
        assertTrue(line.contains("grew beyond float32"), line);
        assertTrue(Files.notExists(output));
    }

    @Test
    void anOldOutputIsReplacedOnlyByAWholeOne() throws Exception {
        Path output = Files.writeString(folder.resolve("out"), "old");
        CliRun.of(
                        "op",
                        "--input",
                        new RawFile().without("beta").write(folder.resolve("in")),
                        "--output",
                        output,
                        "--engine",
                        "reference")
                .refusal();
        assertArrayEquals("old".getBytes(java.nio.charset.StandardCharsets.UTF_8), Files.readAllBytes(output));
        CliRun.of(
                        "op",
                        "--input",
                        new RawFile().write(folder.resolve("in")),
                        "--output",
                        output,
                        "--engine",
                        "reference")
                .succeeded();
        CliRun.of("compare", output, output).succeeded();
    }
}
