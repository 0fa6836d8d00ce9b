package io.deltarule.bench.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.deltarule.bench.Ceilings;
import io.deltarule.bench.Machine;
import io.deltarule.bench.Measurement;
import io.deltarule.bench.Place;
import io.deltarule.bench.Ratio;
import io.deltarule.bench.Report;
import io.deltarule.bench.Timing;
import io.deltarule.bench.Verification;
import io.deltarule.bench.WorkCount;
import io.deltarule.bench.Workload;
import io.deltarule.core.DeltaShape;
import io.deltarule.core.Form;

/** A benchmark report as a JSON document; results.schema.json beside the report's template describes it. */
final class BenchDocument {
    /** Goes up when a field changes its meaning or goes away. */
    private static final String SCHEMA = "deltarule-bench/2";

    private BenchDocument() {}

    static ObjectNode of(Report report, String when) {
        ObjectNode document = Json.object();
        document.put("schema", SCHEMA)
                .put("version", Version.text())
                .put("time", when)
                .put("suite", report.suite());
        machine(document.putObject("machine"), report.machine());
        ArrayNode devices = document.putArray("devices");
        report.places().forEach(place -> place(devices.addObject(), place));
        ObjectNode ratios = document.putObject("ratios");
        for (Ratio ratio : report.ratios()) {
            ratios.putObject(ratio.name())
                    .put("ratio", ratio.value())
                    .put("subject", ratio.subject())
                    .put("baseline", ratio.baseline())
                    .put("unit", ratio.unit())
                    .put("meaning", ratio.meaning());
        }
        ArrayNode wrong = document.putArray("wrong_models");
        report.wrongModels().forEach(wrong::add);
        ArrayNode results = document.putArray("results");
        for (Measurement measurement : report.measurements()) {
            result(results.addObject(), measurement, report.ceilings(measurement.workload()));
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

    private static void place(ObjectNode node, Place place) {
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

    private static void ceilings(ObjectNode node, Ceilings ceilings) {
        node.put("threads", ceilings.threads())
                .put("sgemm_gflops", ceilings.sgemmGflops())
                .put("copy_gbytes_per_s", ceilings.copyGbytes());
    }

    private static void result(ObjectNode node, Measurement measurement, Ceilings ceilings) {
        Workload workload = measurement.workload();
        node.put("suite", workload.suite())
                .put("name", workload.name())
                .put("direction", workload.direction())
                .put("engine", workload.engine().name())
                .put("device", workload.device())
                .put("variant", workload.variant().id())
                .put("form", workload.form().id());
        if (workload.form() == Form.CHUNK) {
            node.put("chunk_size", workload.chunkSize());
        }
        node.put("keeps_state", workload.keepsState()).put("context", workload.context());
        shape(node.putObject("shape"), workload.shape());
        node.put("status", measurement.wrong() ? "wrong" : measurement.timing() == null ? "failed" : "ok");
        node.put("problem", measurement.problem());
        Verification verification = measurement.verification();
        if (verification != null) {
            ObjectNode verified = node.putObject("verification")
                    .put("passed", verification.passed())
                    .put("tolerance", Verification.TOLERANCE)
                    .put("heads", verification.heads())
                    .put("of_heads", verification.ofHeads())
                    .put("tokens", verification.tokens())
                    .put("tensor", verification.worst().name());
            Json.putFinite(verified, "ratio", verification.worst().ratio());
        }
        WorkCount work = measurement.work();
        node.put("flops", work.flops()).put("bytes", work.bytes()).put("state_bytes", work.stateBytes());
        Timing timing = measurement.timing();
        if (timing != null) {
            node.put("repeats", timing.repeats())
                    .put("median_ms", timing.medianNanos() / 1e6)
                    .put("p10_ms", timing.p10Nanos() / 1e6)
                    .put("p90_ms", timing.p90Nanos() / 1e6)
                    .put("tokens_per_s", measurement.tokensPerSecond())
                    .put("gflops", measurement.gflops())
                    .put("gbytes_per_s", measurement.gbytes());
            if (ceilings != null) {
                node.put("share_of_sgemm", measurement.gflops() / ceilings.sgemmGflops())
                        .put("share_of_copy", measurement.gbytes() / ceilings.copyGbytes());
            }
        }
    }

    private static void shape(ObjectNode node, DeltaShape shape) {
        node.put("B", shape.B())
                .put("T", shape.T())
                .put("H", shape.H())
                .put("HV", shape.HV())
                .put("K", shape.K())
                .put("V", shape.V())
                .put("householders", shape.householders())
                .put("gate", shape.gate().id());
    }
}
