package io.deltarule.bench.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.deltarule.bench.result.DeviceCeilings;
import io.deltarule.bench.timing.Machine;
import io.deltarule.bench.result.Measurement;
import io.deltarule.bench.result.DeviceStatus;
import io.deltarule.bench.result.SpeedRatio;
import io.deltarule.bench.result.BenchResults;

/** A benchmark report as a JSON document; results.schema.json beside the report's template describes it. */
public final class ResultsDocument {
    /** Goes up when a field changes its meaning or goes away. */
    private static final String SCHEMA = "deltarule-bench/3";

    private ResultsDocument() {}

    /**
     * Makes the document.
     *
     * @param report what was found
     * @param version of the program that measured
     * @param when it ended, UTC
     */
    public static ObjectNode of(BenchResults report, String version, String when) {
        ObjectNode document = JsonNodeFactory.instance.objectNode();
        document.put("schema", SCHEMA)
                .put("version", version)
                .put("time", when)
                .put("suite", report.suite());
        machine(document.putObject("machine"), report.machine());
        ArrayNode devices = document.putArray("devices");
        report.places().forEach(place -> place(devices.addObject(), place));
        ObjectNode ratios = document.putObject("ratios");
        for (SpeedRatio ratio : report.ratios()) {
            ratios.putObject(ratio.name())
                    .put("ratio", ratio.value())
                    .put("subject", ratio.subject())
                    .put("baseline", ratio.baseline())
                    .put("unit", ratio.unit())
                    .put("meaning", ratio.meaning());
        }
        ArrayNode transfers = document.putArray("transfers");
        report.transfers().forEach(transfer -> RowDocument.transfer(transfers.addObject(), transfer));
        ArrayNode results = document.putArray("results");
        for (Measurement measurement : report.measurements()) {
            RowDocument.result(results.addObject(), measurement, report.ceilings(measurement.workload()));
        }
        return document;
    }

    private static void machine(ObjectNode node, Machine machine) {
        node.put("processor", machine.processor())
                .put("processors", machine.processors())
                .put("memory_bytes", machine.memoryBytes())
                .put("cache_bytes", machine.cacheBytes())
                .put("system", machine.system())
                .put("java", machine.java());
    }

    private static void place(ObjectNode node, DeviceStatus place) {
        node.put("engine", place.engine())
                .put("id", place.device().id())
                .put("name", place.device().name())
                .put("kind", place.device().kind())
                .put("backend", place.device().backend())
                .put("memory_bytes", place.device().memoryBytes())
                .put("status", place.skipped() == null ? "measured" : "skipped")
                .put("reason", place.skipped());
        if (place.ceilings() == null) {
            node.putNull("ceilings");
        } else {
            ceilings(node.putObject("ceilings"), place.ceilings());
        }
    }

    private static void ceilings(ObjectNode node, DeviceCeilings ceilings) {
        if (ceilings.threads() > 0) {
            node.put("threads", ceilings.threads());
        } else {
            node.putNull("threads");
        }
        RowDocument.putFinite(node, "sgemm_gflops", ceilings.sgemmGflops());
        RowDocument.putFinite(node, "copy_gbytes_per_s", ceilings.copyGbytes());
        node.put("status", ceilings.faulty() ? "failed" : ceilings.problem() == null ? "ok" : "refused")
                .put("problem", ceilings.problem());
    }
}
