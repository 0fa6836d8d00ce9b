package io.deltarule.bench.document;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.deltarule.bench.result.BenchResults;
import io.deltarule.bench.result.DeviceCeilings;
import io.deltarule.bench.result.DeviceStatus;
import io.deltarule.bench.result.Measurement;
import io.deltarule.bench.result.Provenance;
import io.deltarule.bench.result.SpeedRatio;
import io.deltarule.bench.timing.Machine;

/** A benchmark report as a JSON document; results.schema.json beside this class describes it. */
public final class ResultsDocument {
    /** Goes up when a field changes its meaning or goes away. */
    private static final String SCHEMA = "deltarule-bench/4";

    private ResultsDocument() {}

    /**
     * Makes the document.
     *
     * @param found what a run found
     * @param from what found it
     */
    public static ObjectNode of(BenchResults found, Provenance from) {
        ObjectNode document = JsonNodeFactory.instance.objectNode();
        document.put("schema", SCHEMA)
                .put("version", from.version())
                .put("commit", from.commit())
                .put("command", from.command())
                .put("time", from.time())
                .put("suite", found.suite());
        ObjectNode machine = document.putObject("machine");
        machine(machine, found.machine());
        putLoad(machine, "load_before", found.load().before());
        putLoad(machine, "load_after", found.load().after());
        ArrayNode devices = document.putArray("devices");
        for (DeviceStatus status : found.devices()) {
            ObjectNode device = devices.addObject();
            status(device, status);
            ObjectNode versions = device.putObject("versions");
            from.versions(status.engine()).forEach(versions::put);
        }
        ArrayNode busy = document.putArray("busy");
        found.signs()
                .forEach(sign -> busy.addObject().put("kind", sign.kind().id()).put("text", sign.text()));
        ObjectNode ratios = document.putObject("ratios");
        for (SpeedRatio ratio : found.ratios()) {
            ratios.putObject(ratio.name())
                    .put("ratio", ratio.value())
                    .put("subject", ratio.subject())
                    .put("baseline", ratio.baseline())
                    .put("unit", ratio.unit())
                    .put("meaning", ratio.meaning());
        }
        ArrayNode transfers = document.putArray("transfers");
        found.transfers().forEach(transfer -> RowDocument.transfer(transfers.addObject(), transfer));
        if (found.model() == null) {
            document.putNull("model");
        } else {
            RowDocument.model(document.putObject("model"), found.model());
        }
        ArrayNode results = document.putArray("results");
        for (Measurement measurement : found.measurements()) {
            RowDocument.result(results.addObject(), measurement, found.ceilings(measurement.workload()));
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

    private static void putLoad(ObjectNode node, String name, double load) {
        RowDocument.putFinite(node, name, load < 0 ? Double.NaN : load);
    }

    private static void status(ObjectNode node, DeviceStatus status) {
        node.put("engine", status.engine())
                .put("id", status.device().id())
                .put("name", status.device().name())
                .put("kind", status.device().kind())
                .put("backend", status.device().backend())
                .put("memory_bytes", status.device().memoryBytes())
                .put("status", status.skipped() == null ? "measured" : "skipped")
                .put("reason", status.skipped());
        if (status.ceilings() == null) {
            node.putNull("ceilings");
        } else {
            ceilings(node.putObject("ceilings"), status.ceilings());
        }
    }

    private static void ceilings(ObjectNode node, DeviceCeilings ceilings) {
        if (ceilings.threads() > 0) {
            node.put("threads", ceilings.threads());
        } else {
            node.putNull("threads");
        }
        RowDocument.putFinite(node, "gflops", ceilings.gflops());
        RowDocument.putFinite(node, "read_gbytes_per_s", ceilings.readGbytes());
        RowDocument.putFinite(node, "copy_gbytes_per_s", ceilings.copyGbytes());
        RowDocument.putFinite(node, "steadiness", ceilings.steadiness());
        RowDocument.putFinite(node, "sgemm_gflops", ceilings.sgemmGflops());
        node.put("status", ceilings.faulty() ? "failed" : ceilings.problem() == null ? "ok" : "refused")
                .put("problem", ceilings.problem());
    }
}
