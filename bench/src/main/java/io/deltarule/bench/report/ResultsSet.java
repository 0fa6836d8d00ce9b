package io.deltarule.bench.report;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The files of one report.
 *
 * @param files each with a label of its own
 * @param places their devices
 * @param rows of all files
 */
record ResultsSet(List<ResultsFile> files, Places places, List<LocatedRow> rows) {
    static ResultsSet read(List<Path> paths) {
        List<ResultsFile> files = new ArrayList<>();
        Set<String> labels = new LinkedHashSet<>();
        for (Path path : paths) {
            String name = name(path);
            String label = name;
            for (int i = 2; !labels.add(label); i++) {
                label = name + " " + i;
            }
            files.add(ResultsFileReader.read(path, label));
        }
        Places places = new Places(files);
        List<LocatedRow> rows = new ArrayList<>();
        for (ResultsFile file : files) {
            for (ResultsFile.Row row : file.rows()) {
                rows.add(new LocatedRow(
                        places.of(file, row.engine(), row.device()), file.device(row.engine(), row.device()), row));
            }
        }
        return new ResultsSet(files, places, rows);
    }

    /** The file's own name; its folder's where it is called as the benchmark calls it. */
    private static String name(Path path) {
        String file = path.getFileName().toString().replaceFirst("\\.json$", "");
        Path folder = path.toAbsolutePath().normalize().getParent();
        return file.equals("results") && folder != null && folder.getFileName() != null
                ? folder.getFileName().toString()
                : file;
    }
}
