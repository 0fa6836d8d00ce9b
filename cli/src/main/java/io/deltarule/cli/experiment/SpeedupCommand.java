package io.deltarule.cli.experiment;

import io.deltarule.core.DeltaEngine;
import io.deltarule.core.Engines;
import io.deltarule.experiments.Experiment;
import io.deltarule.experiments.speed.Speedup;
import java.util.List;
import picocli.CommandLine.Command;

/** Chunks against token by token, on every engine that is found. */
@Command(
        name = "speedup",
        description =
                "The delta rule in chunks is faster than token by token, and the more so the larger a head and the"
                        + " longer the sequence.")
final class SpeedupCommand extends ExperimentRun {
    @Override
    Experiment experiment() {
        return Speedup.DEFAULT;
    }

    /** All but the float64 reference, whose speed says nothing. */
    @Override
    List<DeltaEngine> usualEngines() {
        return Engines.all().stream()
                .filter(engine -> !engine.name().equals("reference"))
                .filter(engine -> engine.unavailable().isEmpty())
                .toList();
    }
}
