package io.deltarule.cli.experiment;

import io.deltarule.experiments.Experiment;
import picocli.CommandLine.Command;

/** An experiment with no option of its own. */
@Command
final class PlainExperiment extends ExperimentRun {
    private final Experiment experiment;

    PlainExperiment(Experiment experiment) {
        this.experiment = experiment;
    }

    @Override
    Experiment experiment() {
        return experiment;
    }
}
