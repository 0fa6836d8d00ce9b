package io.deltarule.cli.bench;

import io.deltarule.bench.report.CsvReport;
import io.deltarule.bench.report.HtmlReport;
import io.deltarule.cli.output.OutputPath;
import io.deltarule.core.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A folder with what one benchmark run found: results.json for machines, results.csv for spreadsheets, report.html for
 * people. Earlier results in it are replaced, other files are left alone.
 *
 * @param path exists and can be written into
 */
record ResultsFolder(Path path) {
    /**
     * Makes the folder where there is none, before anything is measured.
     *
     * @throws InvalidInputException if that cannot be
     */
    static ResultsFolder at(Path path) {
        try {
            Files.createDirectories(path);
        } catch (IOException e) {
            throw new InvalidInputException(
                    "--output: expected a folder that can be made but found " + e + "; name another with --output");
        }
        ResultsFolder folder = new ResultsFolder(path);
        for (String name : List.of("results.json", "results.csv", "report.html")) {
            OutputPath.check("--output", path.resolve(name));
        }
        return folder;
    }

    /** The page. */
    Path page() {
        return path.resolve("report.html");
    }

    /** Writes all three, each whole or not at all. */
    void write(String document) {
        Path results = path.resolve("results.json");
        OutputPath.writeWhole(results, document + System.lineSeparator());
        OutputPath.writeWhole(path.resolve("results.csv"), CsvReport.of(List.of(results)));
        OutputPath.writeWhole(page(), HtmlReport.of(List.of(results)));
    }
}
