package io.deltarule.bench.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import io.deltarule.core.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ResultsFileReaderTest {
    @TempDir
    Path folder;

    private static final ResultsText GOOD = new ResultsText()
            .ok("length", "length/8", 8, 2)
            .profiled("p", 2, 1, 0.5, 0.25, "null")
            .in("tensor", "float32", "prefill_tensor/x", 3e-3)
            .failed("length", "length/16", "failed", "no room")
            .busy("spread", "far apart")
            .model(true)
            .transfer(1024, 1, 2)
            .lost(2048, "lost");

    @Test
    void theTestsOwnFileFollowsTheSchema() throws IOException {
        assertEquals(
                Set.of(),
                JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                        .getSchema(HtmlReport.class.getResourceAsStream(
                                "/io/deltarule/bench/document/results.schema.json"))
                        .validate(new ObjectMapper().readTree(GOOD.toString())));
    }

    @Test
    void readsWhatIsThere() throws IOException {
        ResultsFile results = ResultsFileReader.read(Files.writeString(folder.resolve("a"), GOOD.toString()), "a");
        ResultsFile.Row row = results.rows().getFirst();
        assertEquals(2, row.medianMs());
        assertEquals(4000, row.tokensPerSecond(), 1e-9);
        assertEquals(8e6 / 2e-3 / 1e9, row.gflops(), 1e-9);
        assertTrue(results.rows().getLast().problem().contains("no room"));
    }

    /** Rows that do not say in what numbers they are, as those of earlier versions, are float32. */
    @Test
    void numbersOfEveryVersion() throws IOException {
        ResultsFile now = ResultsFileReader.read(Files.writeString(folder.resolve("a"), GOOD.toString()), "a");
        assertTrue(now.rows().getFirst().numbers().float32());
        assertEquals("", now.rows().getFirst().numbers().text());
        ResultsFile.RowNumbers tensor = now.rows().get(2).numbers();
        assertEquals("precision tensor", tensor.text());
        assertFalse(tensor.float32());
        assertEquals("precision tensor2, storage float16", new ResultsFile.RowNumbers("tensor2", "float16").text());
    }

    /** What shares are of: the processor's multiply-adds; until version 3 the library's matrix product. */
    @Test
    void ceilingsOfEveryVersion() throws IOException {
        ResultsFile now = ResultsFileReader.read(Files.writeString(folder.resolve("a"), GOOD.toString()), "a");
        ResultsFile.Device device = now.devices().getFirst();
        assertEquals(200, device.gflops());
        assertEquals(150, device.sgemmGflops());
        assertEquals("multiply-adds", device.ceilingName());
        String old = new ResultsText()
                .from("c", "deltarule bench", 0.7)
                .ok("length", "length/8", 8, 2)
                .version3();
        ResultsFile before = ResultsFileReader.read(Files.writeString(folder.resolve("b"), old), "b");
        device = before.devices().getFirst();
        assertEquals(200, device.gflops());
        assertTrue(Double.isNaN(device.sgemmGflops()) && Double.isNaN(device.readGbytes()));
        assertEquals("matrix product", device.ceilingName());
        assertEquals(List.of("before the measurement began, a load average of 0.70 on 2 processors"), before.busy());
    }

    @ParameterizedTest
    @CsvSource({
        "'deltarule-bench/4', 'deltarule-bench/9', deltarule-bench/9",
        "'deltarule-bench/4', 'deltarule-bench/2', wrong_models",
        "'\"kernel_ms\":1.0', '\"kernel_ms\":-1', a number from 0",
        "'\"first_run_ms\":1502.0', '\"first_run_ms\":0', above 0",
        "'\"subject\":\"operation\"', '\"subject\":\"poem\"', 'operation, gradient'",
        "'\"precision\":\"tensor\"', '\"precision\":\"half\"', 'float32, tensor, tensor2'",
        "'\"storage\":\"float32\"', '\"storage\":16', a text",
        "'\"bytes\":1024', '\"bytes\":\"many\"', a number",
        "'\"median_ms\":2.0', '\"median_ms\":-1', above 0",
        "'\"median_ms\":2.0', '\"median_ms\":\"2\"', a number",
        "'\"T\":8', '\"T\":1e300', whole number",
        "'\"T\":8', '\"T\":-8', whole number",
        "'\"tokens_per_s\":4000', '\"tokens_per_s\":0', above 0",
        "'\"busy\":[', '\"busy\":0,\"x\":[', an array",
        "'\"results\":[', '\"results\":0,\"rows\":[', an array",
        "'\"status\":\"ok\"', '\"status\":\"fine\"', 'ok, failed, refused'",
        "'{\"schema\"', 'x{\"schema\"', JSON",
        "'\"suite\":\"quick\"', '\"suite\":\"quick\",\"suite\":\"quick\"', JSON"
    })
    void whatDoesNotFollowTheSchemaIsRefusedInOneLine(String good, String bad, String says) throws IOException {
        assertTrue(GOOD.toString().contains(good), good);
        Path file = Files.writeString(
                folder.resolve("bad.json"),
                GOOD.toString()
                        .replaceFirst(
                                java.util.regex.Pattern.quote(good), java.util.regex.Matcher.quoteReplacement(bad)));
        String message = assertThrows(InvalidInputException.class, () -> ResultsFileReader.read(file, "bad"))
                .getMessage();
        assertTrue(message.contains("bad.json") && message.contains(says), message);
        assertTrue(!message.contains("\n"), message);
    }

    @Test
    void aMissingFileIsNamed() {
        assertTrue(assertThrows(
                        InvalidInputException.class, () -> ResultsFileReader.read(folder.resolve("none.json"), "none"))
                .getMessage()
                .contains("none.json"));
    }
}
