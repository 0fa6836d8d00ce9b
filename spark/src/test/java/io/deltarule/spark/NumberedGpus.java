package io.deltarule.spark;

import io.deltarule.core.DeltaPlan;
import io.deltarule.core.Device;
import io.deltarule.core.Engines;
import io.deltarule.core.PlanSpec;
import io.deltarule.core.layer.LayerEngine;
import io.deltarule.core.layer.LayerPlan;
import io.deltarule.core.layer.LayerSpec;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** An engine for tests with GPUs that have numbers, which the CPU stands in for: it computes where one of them is named. */
public final class NumberedGpus implements LayerEngine {
    static final String NAME = "gpus";

    /** Looked for when it is used: making every engine is how engines are found. */
    private static LayerEngine cpu() {
        return LayerEngine.of(Engines.named("cpu").withThreads(1).batchInvariant());
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String description() {
        return "for tests";
    }

    @Override
    public Optional<String> unavailable() {
        return Optional.empty();
    }

    @Override
    public List<Device> devices() {
        return List.of(gpu("test:0"), gpu("test:1"));
    }

    private static Device gpu(String id) {
        return new Device(id, "none", "gpu", "Java", 0, true);
    }

    @Override
    public DeltaPlan plan(PlanSpec spec) {
        requireDevice(Objects.toString(spec.device()));
        return cpu().plan(spec.onDevice(null));
    }

    @Override
    public LayerPlan plan(LayerSpec spec) {
        requireDevice(Objects.toString(spec.device()));
        return cpu().plan(spec.onDevice(null));
    }
}
