package io.deltarule.bench.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CsvReportTest {
    @TempDir
    Path folder;

    @Test
    void aLinePerRowWithAsManyCellsAsColumns() throws IOException {
        ResultsText text = new ResultsText().ok("length", "plain", 8, 2).failed("length", "two", "failed", "a, b");
        List<String> lines = CsvReport.of(List.of(Files.writeString(folder.resolve("a.json"), text.toString())))
                .lines()
                .toList();
        assertEquals(3, lines.size());
        assertTrue(CsvReport.of(List.of(folder.resolve("a.json"))).endsWith("\r\n"));
        int columns = lines.get(0).split(",", -1).length;
        assertEquals(columns, lines.get(1).replaceAll("\"[^\"]*\"", "").split(",", -1).length);
        assertTrue(lines.get(2).contains("\"a, b\""), lines.get(2));
    }

    @Test
    void aRowSaysWhereItWasMeasuredAndWhatTheDeviceReaches() throws IOException {
        ResultsText text =
                new ResultsText().from("abc", "deltarule bench", 0).on("gpu").profiled("p", 10, 4, 1, 1, "null");
        List<String> lines = CsvReport.of(List.of(Files.writeString(folder.resolve("a.json"), text.toString())))
                .lines()
                .toList();
        List<String> columns = List.of(lines.get(0).split(",", -1));
        // one text with a comma in it
        List<String> cells = List.of(lines.get(1)
                .replace("\"NVIDIA H200, CUDA\"", "NVIDIA H200 CUDA")
                .split(",", -1));
        assertEquals("NVIDIA H200 CUDA", cells.get(columns.indexOf("device_name")));
        assertEquals("32", cells.get(columns.indexOf("chunk_size")));
        assertEquals("31500.0", cells.get(columns.indexOf("ceiling_gflops")));
        assertEquals("4100.0", cells.get(columns.indexOf("ceiling_gbytes_per_s")));
        assertEquals("16.0", cells.get(columns.indexOf("kernel_gflops"))); // 6.4e7 operations in 4 ms
        assertEquals("abc", cells.get(columns.indexOf("commit")));
    }

    @Test
    void sharesAreOfTheProcessor() throws IOException {
        List<String> lines = CsvReport.of(List.of(Files.writeString(
                        folder.resolve("a.json"),
                        new ResultsText()
                                .ok("length", "x", 1000, 10)
                                .model(true)
                                .toString())))
                .lines()
                .toList();
        List<String> columns = List.of(lines.get(0).split(",", -1));
        List<String> cells = List.of(lines.get(1).replaceAll("\"[^\"]*\"", "").split(",", -1));
        assertEquals("200.0", cells.get(columns.indexOf("ceiling_gflops")));
        assertEquals("30.0", cells.get(columns.indexOf("ceiling_read_gbytes_per_s")));
        assertEquals("150.0", cells.get(columns.indexOf("sgemm_gflops")));
        assertEquals("0.5", cells.get(columns.indexOf("share_of_processor"))); // 1e9 operations in 10 ms
        assertEquals(6, lines.size(), "two lines for each program on the model's file");
        List<String> decode = List.of(lines.get(5).replaceAll("\"[^\"]*\"", "").split(",", -1));
        assertEquals("llama-bench", decode.get(columns.indexOf("engine")));
        assertEquals("decode", decode.get(columns.indexOf("direction")));
        assertEquals("50.0", decode.get(columns.indexOf("tokens_per_s")));
    }

    @Test
    void aRowSaysInWhatNumbersItIs() throws IOException {
        ResultsText text =
                new ResultsText().ok("length", "x", 8, 2).in("float32", "bfloat16", "prefill_bfloat16/x", 3e-3);
        List<String> lines = CsvReport.of(List.of(Files.writeString(folder.resolve("a.json"), text.toString())))
                .replaceAll("\"[^\"]*\"", "")
                .lines()
                .toList();
        List<String> columns = List.of(lines.get(0).split(",", -1));
        List<String> storages = lines.stream()
                .map(line -> line.split(",", -1)[columns.indexOf("storage")])
                .toList();
        assertEquals(List.of("storage", "float32", "bfloat16"), storages);
        assertEquals("float32", lines.get(2).split(",", -1)[columns.indexOf("precision")]);
    }

    @Test
    void aTextThatLooksLikeAFormulaIsNone() throws IOException {
        ResultsText text = new ResultsText().ok("length", "=HYPERLINK(1)", 8, 2);
        String csv = CsvReport.of(List.of(Files.writeString(folder.resolve("a.json"), text.toString())));
        assertTrue(csv.contains(",'=HYPERLINK(1),"), csv);
    }
}
