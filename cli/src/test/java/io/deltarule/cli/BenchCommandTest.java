package io.deltarule.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.deltarule.cli.output.ExitCode;
import io.deltarule.core.Engines;
import io.deltarule.core.Gate;
import io.deltarule.core.testkit.TestScope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag(TestScope.THOROUGH)
class BenchCommandTest {
    private static final Object[] SMALL = {
        "bench",
        "--engine",
        "cpu",
        "--T",
        "70",
        "--heads",
        "2",
        "--value-heads",
        "4",
        "--K",
        "16",
        "--V",
        "8",
        "--repeats",
        "3"
    };

    @TempDir
    Path folder;

    private static Object[] small(Object... more) {
        Object[] all = java.util.Arrays.copyOf(SMALL, SMALL.length + more.length);
        System.arraycopy(more, 0, all, SMALL.length, more.length);
        return all;
    }

    @ParameterizedTest
    @ValueSource(strings = {"gated_delta_rule", "comba"})
    void oneOperationAsJson(String variant) throws Exception {
        CliRun run = CliRun.of(small("--variant", variant, "--json")).succeeded();
        JsonNode document = ResultsSchema.valid(new ObjectMapper().readTree(run.out()));
        for (String ceiling : List.of("gflops", "read_gbytes_per_s", "copy_gbytes_per_s", "sgemm_gflops")) {
            assertTrue(document.at("/devices/0/ceilings/" + ceiling).asDouble() > 0, ceiling);
        }
        assertTrue(document.at("/results/0/share_of_processor").asDouble() > 0, run.out());
        assertTrue(document.get("command").asText().startsWith("deltarule bench "), run.out());
        assertTrue(document.get("command").asText().contains("--variant " + variant), run.out());
        assertTrue(document.get("commit").asText().matches("[0-9a-f]{12}(-dirty)?|null"), run.out());
        assertTrue(document.at("/machine/load_before").asDouble(-1) >= 0, run.out());
        for (String version : List.of("OpenBLAS", "OpenBLAS kernels", "OpenBLAS configuration", "Vector API")) {
            assertFalse(
                    document.at("/devices/0/versions").path(version).asText().isEmpty(), version);
        }
        assertEquals(1, document.get("results").size());
        JsonNode result = document.at("/results/0");
        assertEquals("ok", result.get("status").asText());
        assertEquals(variant, result.get("variant").asText());
        assertEquals(4, result.at("/shape/HV").asInt());
        assertEquals(3, result.get("repeats").asInt());
        double median = result.get("median_ms").asDouble();
        assertTrue(median > 0 && result.get("p10_ms").asDouble() <= median);
        assertEquals(70 / (median / 1e3), result.get("tokens_per_s").asDouble(), 1e-6 * 70 / (median / 1e3));
        assertEquals(
                result.get("flops").asDouble() / (median * 1e6),
                result.get("gflops").asDouble(),
                1e-9 + 1e-6 * result.get("gflops").asDouble());
        assertTrue(result.at("/verification/ratio").asDouble() < 5e-5);
        assertEquals(5e-5, result.at("/verification/tolerance").asDouble());
        assertEquals("float32", result.get("precision").asText());
        assertEquals("float32", result.get("storage").asText());
    }

    /** The emulator stands for a device: its engine says where the time goes, and its ceilings are measured. */
    @Test
    void aDeviceSaysWhereTheTimeGoes() throws Exception {
        CliRun run = CliRun.of(
                        "bench",
                        "--engine",
                        "tornado",
                        "--device",
                        "emulator",
                        "--T",
                        "20",
                        "--heads",
                        "1",
                        "--K",
                        "8",
                        "--V",
                        "8",
                        "--repeats",
                        "2",
                        "--json")
                .succeeded();
        JsonNode document = ResultsSchema.valid(new ObjectMapper().readTree(run.out()));
        JsonNode result = document.at("/results/0");
        assertTrue(result.get("kernel_ms").asDouble() > 0, run.out());
        assertTrue(result.get("copy_in_ms").asDouble() > 0, run.out());
        assertTrue(result.get("bytes_out").asLong() >= 20 * 8 * 4, run.out());
        assertTrue(result.get("energy_mj").isNull(), run.out());
        double first = result.get("first_run_ms").asDouble();
        double compile = result.get("compile_ms").asDouble();
        assertTrue(compile > 0 && compile < first, run.out());
        JsonNode ceilings = document.at("/devices/0/ceilings");
        assertEquals("ok", ceilings.get("status").asText());
        assertTrue(ceilings.get("threads").isNull(), run.out());
        assertTrue(
                ceilings.get("sgemm_gflops").isNull()
                        && ceilings.get("read_gbytes_per_s").isNull(),
                run.out());
        assertTrue(ceilings.get("gflops").asDouble() > 0
                && ceilings.get("copy_gbytes_per_s").asDouble() > 0);
        assertTrue(result.get("share_of_processor").asDouble() > 0);
    }

    private static CliRun onTheEmulator(Object... more) {
        List<Object> all = new ArrayList<>(
                List.of("bench", "--engine", "tornado", "--device", "emulator", "--T", 20, "--heads", 1));
        all.addAll(List.of("--K", 16, "--V", 16, "--repeats", 1, "--json"));
        all.addAll(List.of(more));
        return CliRun.of(all.toArray());
    }

    @Test
    void chunksOfZeroAreTheEnginesOwn() throws Exception {
        CliRun run = onTheEmulator("--chunk-size", 0).succeeded();
        JsonNode result =
                ResultsSchema.valid(new ObjectMapper().readTree(run.out())).at("/results/0");
        assertEquals("chunk", result.get("form").asText());
        assertEquals(
                Engines.named("tornado").chunkSize(Gate.SCALAR),
                result.get("chunk_size").asInt());
    }

    @ParameterizedTest
    @CsvSource({"--storage, float16, float32, float16", "--precision, tensor, tensor, float32"})
    void theDocumentSaysInWhatNumbers(String option, String value, String precision, String storage) throws Exception {
        CliRun run = onTheEmulator(option, value).succeeded();
        JsonNode document = ResultsSchema.valid(new ObjectMapper().readTree(run.out()));
        JsonNode result = document.at("/results/0");
        assertEquals("prefill_" + value, result.get("name").asText());
        assertEquals("prefill_" + value, result.get("suite").asText());
        assertEquals(precision, result.get("precision").asText());
        assertEquals(storage, result.get("storage").asText());
        double tolerance = result.at("/verification/tolerance").asDouble();
        assertTrue(tolerance > 1e-4 && tolerance < 2e-2, run.out());
        assertTrue(result.at("/verification/ratio").asDouble() < tolerance, run.out());
    }

    @Test
    void numbersThatAreNotThereAreRefused() {
        assertTrue(CliRun.of("bench", "--engine", "cpu", "--storage", "bfloat16")
                .refusal()
                .contains("engine cpu expected float32 but found bfloat16"));
        assertTrue(onTheEmulator("--precision", "tensor", "--form", "recurrent")
                .refusal()
                .contains("expected form chunk but found recurrent"));
        assertTrue(CliRun.of("bench", "--storage", "int4").refusal().contains("'int4'"));
        assertTrue(CliRun.of("bench", "--suite", "quick", "--precision", "tensor")
                .refusal()
                .contains("found sizes, --precision, --storage or --resident"));
        String help = CliRun.of("bench", "--help").succeeded().out();
        assertTrue(help.contains("--precision=P") && help.contains("--storage=S"), help);
    }

    @Test
    void aFileBesideTheTable() throws Exception {
        Path file = folder.resolve("report.json");
        CliRun run = CliRun.of(small("--form", "recurrent", "--json", file)).succeeded();
        assertTrue(run.out().contains("prefill"), run.out());
        assertEquals(
                "recurrent",
                new ObjectMapper()
                        .readTree(Files.readString(file))
                        .at("/results/0/form")
                        .asText());
        try (var files = Files.list(folder)) {
            assertEquals(List.of(file), files.toList());
        }
    }

    @Test
    void aFolderForPeopleAndMachines() throws Exception {
        Path results = folder.resolve("a/b");
        CliRun.of(small("--output", results)).succeeded();
        String report = Files.readString(results.resolve("report.html"));
        assertTrue(report.contains("1 configurations matched"));
        assertFalse(report.contains("id=\"failures\""), "nothing failed");
        assertEquals(2, Files.readAllLines(results.resolve("results.csv")).size());
        Path page = folder.resolve("both.html");
        Path file = results.resolve("results.json");
        CliRun.of("report", file, file, "-o", page).succeeded();
        assertTrue(Files.readString(page).contains(" (b 2)</span>"));
        assertTrue(CliRun.of("report", file, "-o", folder.resolve("x.pdf"))
                .refusal()
                .contains(".html"));
        assertTrue(CliRun.of("report", page, "-o", folder.resolve("x.html"))
                .refusal()
                .contains("JSON"));
        assertTrue(CliRun.of("report", file, "-o", file).refusal().contains(".html"));
    }

    @Test
    void decodingKeepsItsState() throws Exception {
        CliRun run = CliRun.of(small("--form", "recurrent", "--T", "1", "--json"));
        assertEquals(ExitCode.BAD_INPUT, run.code(), "--T twice");
        run = CliRun.of("bench", "--engine", "cpu", "--T", "1", "--form", "recurrent", "--repeats", "3", "--json")
                .succeeded();
        assertTrue(new ObjectMapper()
                .readTree(run.out())
                .at("/results/0/keeps_state")
                .asBoolean());
    }

    @Test
    void whatCannotBeMeasuredIsRefused() {
        assertTrue(CliRun.of("bench", "--T", "0").refusal().contains("T=0"));
        assertTrue(CliRun.of("bench", "--variant", "lstm").refusal().contains("'lstm'"));
        assertTrue(CliRun.of("bench", "--repeats", "3").refusal().contains("--variant"));
        assertTrue(CliRun.of("bench", "--seconds", "-1").refusal().contains("-1"));
        assertTrue(CliRun.of("bench", "--heads", "3", "--value-heads", "4")
                .refusal()
                .contains("HV"));
        assertTrue(CliRun.of("bench", "--suite", "huge").refusal().contains("quick, standard, full"));
        assertTrue(CliRun.of("bench", "--suite", "quick", "--T", "9").refusal().contains("--suite"));
        assertTrue(CliRun.of("bench", "--direction", "sideways").refusal().contains("backward"));
        assertTrue(CliRun.of("bench", "--suite", "quick", "--engine", "gpu")
                .refusal()
                .contains("gpu"));
        assertTrue(CliRun.of("bench", "--K", "0").refusal().contains("K"));
        assertTrue(CliRun.of("bench", "--B", "100000", "--T", "20000").refusal().contains("size"));
        String many = CliRun.of("bench", "--chunk-size", "100000", "--T", "8", "--seconds", "0.1")
                .refusal();
        assertTrue(many.contains("1 to 256 but found 100000"), many);
        assertTrue(CliRun.of("bench", "--json", folder.resolve("no/file"))
                .refusal()
                .contains("folder"));
    }

    private Path llamaBench(String script) throws IOException {
        Path program = Files.writeString(folder.resolve("llama-bench"), "#!/bin/sh\n" + script + "\n");
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
        return program;
    }

    private static final String TESTS = "[{\"build_commit\":\"abc\",\"build_number\":7,\"backends\":\"CPU\","
            + "\"n_prompt\":512,\"n_gen\":0,\"samples_ns\":[1000000000]},"
            + "{\"n_prompt\":0,\"n_gen\":64,\"samples_ns\":[6400000000]}]";

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void aModelsFileBesideLlamaBench() throws Exception {
        Path model = folder.resolve("m");
        Path file = folder.resolve("m.gguf");
        CliRun.of("make-model", "--type", "qwen3_5", "--output", model, "--hidden", 96)
                .succeeded();
        CliRun.of("convert", "--model", model, "--output", file, "--type", "q8_0")
                .succeeded();
        Path json = folder.resolve("r.json");
        Path results = folder.resolve("results");
        CliRun run = CliRun.of(
                        "bench",
                        "--model",
                        file,
                        "--llama-bench",
                        llamaBench("echo '" + TESTS + "'"),
                        "--repeats",
                        1,
                        "--json",
                        json,
                        "--output",
                        results)
                .succeeded();
        JsonNode document = ResultsSchema.valid(new ObjectMapper().readTree(Files.readString(json)));
        assertEquals("model", document.get("suite").asText());
        assertEquals("m.gguf", document.at("/model/file").asText());
        assertTrue(document.at("/model/programs/0/verification/passed").asBoolean(), run.out());
        assertEquals(512, document.at("/model/programs/1/prefill/tokens_per_s").asDouble());
        assertEquals(10, document.at("/model/programs/1/decode/tokens_per_s").asDouble());
        assertTrue(document.at("/ratios/prefill_over_llama_bench/ratio").asDouble() > 0);
        assertTrue(document.get("busy").isArray());
        assertTrue(run.out().contains("m.gguf, ") && run.out().contains("llama-bench  7 (abc), CPU"), run.out());
        assertTrue(run.out().contains("decode_over_llama_bench "), run.out());
        assertTrue(run.out().contains("multiply-adds ") && run.out().contains("read "), run.out());
        assertTrue(Files.readString(results.resolve("report.html")).contains("llama-bench 7 (abc), CPU"));
        assertEquals(5, Files.readAllLines(results.resolve("results.csv")).size());

        String failed = CliRun.of(
                        "bench",
                        "--model",
                        file,
                        "--llama-bench",
                        llamaBench("echo cannot >&2; exit 1"),
                        "--repeats",
                        1)
                .refusal();
        assertTrue(failed.contains("--llama-bench: expected") && failed.contains("but found 1 and 'cannot'"), failed);
    }

    @Test
    void modelsThatCannotBeMeasuredAreRefused() {
        Path gguf = folder.resolve("none.gguf");
        assertTrue(CliRun.of("bench", "--llama-bench", "x").refusal().contains("name it with --model"));
        assertTrue(CliRun.of("bench", "--model", gguf, "--suite", "quick")
                .refusal()
                .contains("--model: expected only --llama-bench"));
        assertTrue(CliRun.of("bench", "--model", gguf, "--T", 4).refusal().contains("found other options"));
        assertTrue(CliRun.of("bench", "--model", folder, "--llama-bench", "x")
                .refusal()
                .contains("found the folder " + folder));
        assertTrue(CliRun.of("bench", "--model", gguf, "--llama-bench", "x")
                .refusal()
                .contains("found nothing at " + gguf));
        assertTrue(CliRun.of("bench", "--model", gguf).refusal().contains("none.gguf"));
    }

    @Test
    void peersThatAreNotThereAreNotPassedOver() {
        CliRun run = CliRun.of("bench", "--peers");
        assertEquals(ExitCode.CANNOT_RUN_HERE, run.code(), run.err());
        assertTrue(run.err().contains("--peers: expected another library's engine"), run.err());
    }
}
