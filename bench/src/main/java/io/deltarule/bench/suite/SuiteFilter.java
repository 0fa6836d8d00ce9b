package io.deltarule.bench.suite;

import io.deltarule.bench.workload.Workload;
import io.deltarule.core.DeltaEngine;
import io.deltarule.core.Device;
import io.deltarule.core.Form;
import io.deltarule.core.Variant;
import java.util.List;

/**
 * Which part of a suite is measured; null for any.
 *
 * @param engine an engine's name
 * @param device a device's id
 * @param variant a variant
 * @param form a form; auto for any
 * @param direction forward, backward or decode
 */
public record SuiteFilter(String engine, String device, Variant variant, Form form, String direction) {
    /** Lets everything through. */
    public static final SuiteFilter NONE = new SuiteFilter(null, null, null, null, null);

    boolean everything() {
        return variant == null && (form == null || form == Form.AUTO) && direction == null;
    }

    boolean allows(DeltaEngine where, Device on) {
        return (engine == null || engine.equals(where.name())) && (device == null || device.equals(on.id()));
    }

    /** Whether the user asked for this very device, rather than only not ruling it out. */
    boolean names(DeltaEngine where, Device on) {
        return allows(where, on) && (device != null || (engine != null && !engine.equals("tornado")));
    }

    List<Workload> of(List<Workload> all) {
        return all.stream()
                .filter(w -> variant == null || variant == w.variant())
                .filter(w -> form == null || form == Form.AUTO || form == w.form())
                .filter(w -> direction == null || direction.equals(w.direction()))
                .toList();
    }
}
