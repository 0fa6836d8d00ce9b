package io.deltarule.bench.document;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.deltarule.bench.result.DeviceCeilings;
import io.deltarule.bench.result.Measurement;
import io.deltarule.bench.result.ModelSpeeds;
import io.deltarule.bench.result.ProgramSpeed;
import io.deltarule.bench.result.TransferMeasurement;
import io.deltarule.bench.timing.TimeBreakdown;
import io.deltarule.bench.timing.Timing;
import io.deltarule.bench.verification.Verification;
import io.deltarule.bench.workload.NetworkSize;
import io.deltarule.bench.workload.WorkCount;
import io.deltarule.bench.workload.Workload;
import io.deltarule.core.DeltaShape;
import io.deltarule.core.Form;

/** One configuration, one transfer, or a model's file, of a benchmark report as JSON. */
final class RowDocument {
    private RowDocument() {}

    static void result(ObjectNode node, Measurement measurement, DeviceCeilings ceilings) {
        Workload workload = measurement.workload();
        node.put("suite", workload.suite())
                .put("name", workload.name())
                .put("subject", workload.subject().kind().id())
                .put("direction", workload.direction())
                .put("engine", workload.engine().name())
                .put("device", workload.device())
                .put("variant", workload.variant().id())
                .put("form", workload.form().id());
        if (workload.form() == Form.CHUNK) {
            node.put("chunk_size", workload.chunkSize());
        }
        node.put("precision", workload.numbers().precision().id())
                .put("storage", workload.numbers().storage().id())
                .put("tensors", workload.tensors())
                .put("keeps_state", workload.keepsState())
                .put("context", workload.context());
        shape(node.putObject("shape"), workload.shape());
        NetworkSize network = workload.subject().network();
        if (network != null) {
            node.putObject("network")
                    .put("hidden", network.hidden())
                    .put("intermediate", network.intermediate())
                    .put("blocks", network.blocks())
                    .put("vocab", network.vocab());
        }
        node.put("status", measurement.status().id()).put("problem", measurement.problem());
        if (measurement.verification() != null) {
            verification(node.putObject("verification"), measurement.verification());
        }
        WorkCount work = measurement.work();
        node.put("flops", work.flops()).put("bytes", work.bytes()).put("state_bytes", work.stateBytes());
        if (measurement.timing() != null) {
            times(node, measurement, ceilings);
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
        if (shape.logLinear()) {
            node.put("levels", shape.levels());
        }
    }

    private static void verification(ObjectNode node, Verification verification) {
        node.put("passed", verification.passed())
                .put("tolerance", verification.tolerance())
                .put("heads", verification.heads())
                .put("of_heads", verification.ofHeads())
                .put("tokens", verification.tokens())
                .put("tensor", verification.worst().name());
        putFinite(node, "ratio", verification.worst().ratio());
    }

    private static void times(ObjectNode node, Measurement measurement, DeviceCeilings ceilings) {
        timing(node, measurement.timing());
        node.put("tokens_per_s", measurement.tokensPerSecond())
                .put("gflops", measurement.gflops())
                .put("gbytes_per_s", measurement.gbytes());
        if (ceilings != null) {
            putFinite(node, "share_of_processor", measurement.gflops() / ceilings.gflops());
            putFinite(node, "share_of_copy", measurement.gbytes() / ceilings.copyGbytes());
        }
        if (measurement.first() != null) {
            node.put("first_run_ms", measurement.first().nanos() / 1e6)
                    .put("compile_ms", measurement.first().compileNanos() / 1e6);
        }
        breakdown(node, measurement.breakdown());
    }

    private static void timing(ObjectNode node, Timing timing) {
        node.put("repeats", timing.repeats())
                .put("median_ms", timing.medianNanos() / 1e6)
                .put("p10_ms", timing.p10Nanos() / 1e6)
                .put("p90_ms", timing.p90Nanos() / 1e6);
    }

    private static void breakdown(ObjectNode node, TimeBreakdown parts) {
        if (parts != null) {
            node.put("profiled_runs", parts.runs())
                    .put("kernel_ms", parts.kernelNanos() / 1e6)
                    .put("copy_in_ms", parts.copyInNanos() / 1e6)
                    .put("copy_out_ms", parts.copyOutNanos() / 1e6)
                    .put("bytes_in", parts.bytesIn())
                    .put("bytes_out", parts.bytesOut());
            putFinite(node, "energy_mj", 1e3 * parts.joules());
        }
    }

    static void transfer(ObjectNode node, TransferMeasurement transfer) {
        node.put("engine", transfer.engine().name())
                .put("device", transfer.device())
                .put("bytes", transfer.bytes())
                .put("status", transfer.faulty() ? "failed" : transfer.problem() == null ? "ok" : "refused")
                .put("problem", transfer.problem());
        if (transfer.timing() != null) {
            timing(node, transfer.timing());
            breakdown(node, transfer.breakdown());
            putFinite(node, "in_gbytes_per_s", transfer.inGbytes());
            putFinite(node, "out_gbytes_per_s", transfer.outGbytes());
        }
    }

    static void model(ObjectNode node, ModelSpeeds speeds) {
        node.put("file", speeds.file())
                .put("bytes", speeds.bytes())
                .put("parameters", speeds.parameters())
                .put("prompt", speeds.prompt())
                .put("new", speeds.fresh())
                .put("threads", speeds.threads());
        ArrayNode programs = node.putArray("programs");
        for (ProgramSpeed speed : speeds.programs()) {
            ObjectNode program =
                    programs.addObject().put("program", speed.program()).put("version", speed.version());
            if (speed.verification() != null) {
                verification(program.putObject("verification"), speed.verification());
            }
            if (speed.prefill() != null) {
                ObjectNode prefill = program.putObject("prefill");
                timing(prefill, speed.prefill());
                prefill.put("tokens_per_s", speeds.prefillRate(speed));
                ObjectNode decode = program.putObject("decode");
                timing(decode, speed.decode());
                decode.put("tokens_per_s", speeds.decodeRate(speed));
            }
        }
    }

    /** Puts a number, or null where JSON has no form for it (NaN, infinities). */
    static void putFinite(ObjectNode node, String name, double value) {
        if (Double.isFinite(value)) {
            node.put(name, value);
        } else {
            node.putNull(name);
        }
    }
}
