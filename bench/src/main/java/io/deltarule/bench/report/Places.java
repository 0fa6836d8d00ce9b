package io.deltarule.bench.report;

import io.deltarule.chart.Chart;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The devices of all files by name and colour; the palette's last colour is grey and no device's. A name has as much as tells it from the others, and no more. */
final class Places {
    private record Key(String label, String engine, String id) {}

    private final Map<Key, Place> places = new LinkedHashMap<>();

    /**
     * The devices that something was measured on, in the order of the files.
     *
     * @param files of one page
     */
    Places(List<ResultsFile> files) {
        Map<Key, String> names = new LinkedHashMap<>();
        for (ResultsFile file : files) {
            for (ResultsFile.Row row : file.rows()) {
                Key key = new Key(file.label(), row.engine(), row.device());
                names.computeIfAbsent(key, k -> name(file, k));
            }
            for (ResultsFile.Transfer transfer : file.transfers()) {
                Key key = new Key(file.label(), transfer.engine(), transfer.device());
                names.computeIfAbsent(key, k -> name(file, k));
            }
        }
        Map<String, Integer> sameInOneFile = new HashMap<>();
        Map<String, Integer> same = new HashMap<>();
        names.forEach((key, name) -> {
            same.merge(name, 1, Integer::sum);
            sameInOneFile.merge(key.label() + name, 1, Integer::sum);
        });
        names.forEach((key, name) -> {
            String more = sameInOneFile.get(key.label() + name) > 1 ? ", " + key.id() : "";
            more += same.get(name) > 1 && files.size() > 1 ? " (" + key.label() + ")" : "";
            places.put(key, new Place(name + more, places.size() % (Chart.COLOURS - 1)));
        });
    }

    /** Where a row or a transfer of a file was measured. */
    Place of(ResultsFile file, String engine, String device) {
        return places.get(new Key(file.label(), engine, device));
    }

    /** How many there are. */
    int count() {
        return places.size();
    }

    /** All of them. */
    List<Place> all() {
        return List.copyOf(places.values());
    }

    private static String name(ResultsFile file, Key key) {
        ResultsFile.Device device = file.device(key.engine(), key.id());
        String id = key.engine().equals(key.id()) ? key.engine() : key.engine() + " " + key.id();
        if (device == null) {
            return id;
        }
        if (key.engine().equals("tornado")) {
            return device.kind().equals("emulator") ? "emulator" : device.name() + ", " + device.backend();
        }
        String processor = processor(file.machine().getOrDefault("processor", id));
        String threads = device.threads() > 0 ? ", " + device.threads() + " threads" : "";
        return key.engine().equals("cpu") ? processor + threads : key.engine() + " on " + processor + threads;
    }

    /** The maker's name without what does not tell processors apart. */
    private static String processor(String name) {
        String plain = name.replaceAll("\\((R|TM|r|tm)\\)", "")
                .replaceAll("\\b(CPU|Processor|\\d+-Core)\\b", "")
                .replaceAll("@.*", "")
                .replaceAll("\\s+", " ")
                .strip();
        return plain.isEmpty() ? name : plain;
    }
}
