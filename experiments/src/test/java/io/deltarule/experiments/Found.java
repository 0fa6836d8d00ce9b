package io.deltarule.experiments;

import io.deltarule.core.Engines;
import java.util.List;

/** Looks things up in results. */
public final class Found {
    private Found() {}

    public static ExperimentResult run(Experiment experiment, int seeds) {
        return experiment.run(new Conditions(List.of(Engines.named("cpu")), 1, seeds, step -> {}));
    }

    public static ResultPanel panel(ExperimentResult result, String id) {
        return result.panels().stream()
                .filter(p -> p.id().equals(id))
                .findFirst()
                .orElseThrow();
    }

    public static ResultCurve curve(ResultPanel panel, String name) {
        return panel.curves().stream()
                .filter(c -> c.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    /** How far the mean over seeds may be from what is true, by how much the seeds differ. */
    public static double standardError(ResultPoint point) {
        int n = point.samples().size();
        double squares = point.samples().stream()
                .mapToDouble(s -> (s.value() - point.mean()) * (s.value() - point.mean()))
                .sum();
        return Math.sqrt(squares / (n - 1) / n);
    }
}
