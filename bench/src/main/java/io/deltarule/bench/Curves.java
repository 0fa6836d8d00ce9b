package io.deltarule.bench;

import io.deltarule.core.DeltaEngine;
import io.deltarule.core.DeltaShape;
import io.deltarule.core.Form;
import io.deltarule.core.Gate;
import io.deltarule.core.PlanSpec;
import io.deltarule.core.Variant;
import java.util.ArrayList;
import java.util.List;

/**
 * Workloads that differ in one thing each, for curves over it.
 *
 * @param engine what runs them
 * @param device where
 * @param scale how large everything else is
 */
record Curves(DeltaEngine engine, String device, Scale scale) {
    List<Workload> lengths() {
        return scale.lengths().stream()
                .map(T -> prefill("length/" + T, shape(1, T, scale.heads(), scale.size())))
                .toList();
    }

    List<Workload> heads() {
        return scale.headCounts().stream()
                .map(H -> prefill("heads/" + H, shape(1, scale.tokens(), H, scale.size())))
                .toList();
    }

    /** As many heads fewer as each is wider, so that all of them read as many numbers. */
    List<Workload> headSizes() {
        return scale.sizes().stream()
                .map(K -> prefill(
                        "head_size/" + K, shape(1, scale.tokens(), Math.max(1, scale.heads() * scale.size() / K), K)))
                .toList();
    }

    List<Workload> forms() {
        List<Workload> workloads = new ArrayList<>();
        for (int T : scale.formLengths()) {
            for (Form form : Form.values()) {
                workloads.add(new Workload(
                        "forms/" + T + "/" + form.id(),
                        engine,
                        device,
                        Variant.GATED_DELTA_RULE,
                        shape(1, T, scale.heads(), scale.size()),
                        form,
                        PlanSpec.DEFAULT_CHUNK_SIZE,
                        false,
                        0));
            }
        }
        return workloads;
    }

    List<Workload> batches() {
        return scale.batches().stream()
                .map(B -> Workload.decode(
                        "decode_batch/" + B,
                        engine,
                        device,
                        Variant.GATED_DELTA_RULE,
                        shape(B, 1, scale.heads(), scale.size())))
                .toList();
    }

    private Workload prefill(String name, DeltaShape shape) {
        return Workload.prefill(name, engine, device, Variant.GATED_DELTA_RULE, shape);
    }

    private static DeltaShape shape(int B, int T, int heads, int size) {
        return new DeltaShape(B, T, heads, heads, size, size, 1, B, Gate.SCALAR);
    }
}
