package io.deltarule.bench.report;

import io.deltarule.chart.Chart;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Where a file's numbers come from: program, command, machine, and its devices with what they reach. */
final class RunDescription {
    private RunDescription() {}

    static Map<String, Object> of(ResultsFile file, Places places) {
        Map<String, Object> run = new LinkedHashMap<>();
        run.put("label", file.label());
        run.put("time", file.time().replace('T', ' ').replace("Z", " UTC"));
        run.put("version", file.version());
        run.put("command", file.command());
        run.put("anyBusy", !file.busy().isEmpty());
        run.put("busy", file.busy());
        run.put("facts", facts(file));
        List<Map<String, Object>> devices = new ArrayList<>();
        for (ResultsFile.Device device : file.devices()) {
            devices.add(device(device, places.of(file, device.engine(), device.id())));
        }
        run.put("devices", devices);
        return run;
    }

    private static List<Map<String, String>> facts(ResultsFile file) {
        List<Map<String, String>> facts = new ArrayList<>();
        add(facts, "program", "deltarule " + file.version() + (file.commit() == null ? "" : ", " + file.commit()));
        if (file.command() != null) {
            add(facts, "command", file.command());
        }
        file.machine().forEach((key, value) -> {
            if (!value.equals("null")) {
                add(facts, key.replaceFirst("_bytes$", "").replace('_', ' '), plain(value));
            }
        });
        for (ResultsFile.Device device : file.devices()) {
            device.versions().forEach((name, version) -> add(facts, name, version));
        }
        return facts;
    }

    private static void add(List<Map<String, String>> facts, String key, String value) {
        Map<String, String> fact = Map.of("key", key, "value", value);
        if (!facts.contains(fact)) { // two devices of one engine have the same
            facts.add(fact);
        }
    }

    /** Long whole numbers are bytes: shown in binary thousands. */
    private static String plain(String value) {
        return value.matches("[0-9]{7,18}") ? AmountText.bytes(Double.parseDouble(value)) : value;
    }

    private static Map<String, Object> device(ResultsFile.Device d, Place place) {
        Map<String, Object> cells = new LinkedHashMap<>();
        cells.put("name", place == null ? d.name() : place.name());
        cells.put("colour", place == null ? Chart.COLOURS - 1 : place.colour());
        cells.put("option", d.id().equals("none") ? d.engine() : "--engine " + d.engine() + " --device " + d.id());
        cells.put("status", d.status());
        cells.put("reason", d.reason());
        cells.put("operations", AmountText.operations(d.gflops()));
        cells.put("what", Double.isNaN(d.gflops()) ? "" : d.ceilingName());
        cells.put("read", AmountText.transferRate(d.readGbytes()));
        cells.put("copy", AmountText.transferRate(d.copyGbytes()));
        cells.put("sgemm", AmountText.operations(d.sgemmGflops()));
        return cells;
    }
}
