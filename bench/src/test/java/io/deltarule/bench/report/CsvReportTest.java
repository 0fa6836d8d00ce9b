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
        assertEquals(columns, lines.get(1).split(",", -1).length);
        assertTrue(lines.get(2).contains("\"a, b\""), lines.get(2));
    }

    @Test
    void aTextThatLooksLikeAFormulaIsNone() throws IOException {
        ResultsText text = new ResultsText().ok("length", "=HYPERLINK(1)", 8, 2);
        String csv = CsvReport.of(List.of(Files.writeString(folder.resolve("a.json"), text.toString())));
        assertTrue(csv.contains(",'=HYPERLINK(1),"), csv);
    }
}
