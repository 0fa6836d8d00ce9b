package io.deltarule.cli.experiment;

import io.deltarule.cli.option.MemoryNeed;
import io.deltarule.experiments.Experiment;
import io.deltarule.experiments.retrieval.Retrieval;
import io.deltarule.experiments.retrieval.RetrievalSizes;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What DeltaLens' selective read retrieves and the linear read does not, and the reverse. */
@Command(
        name = "retrieval",
        description = {
            "A selective read of the state's rows (DeltaLens) finds by content what a linear read blurs: how many stored"
                    + " payloads each retrieves, over load, over noise in the cue and over the shape of the keys."
        })
public final class RetrievalCommand extends ExperimentRun {
    @Option(names = "--K", paramLabel = "N", description = "Key channels, rows of the state (default: 64).")
    private int keySize = RetrievalSizes.DEFAULT.K();

    @Option(
            names = "--V",
            paramLabel = "N",
            description = "Value channels, half for a tag and half for a payload (default: 64).")
    private int valueSize = RetrievalSizes.DEFAULT.V();

    @Option(
            names = "--trials",
            paramLabel = "N",
            description = "Independent sets of associations per seed (default: 24).")
    private int trials = RetrievalSizes.DEFAULT.trials();

    @Option(
            names = "--sharpness",
            paramLabel = "X",
            description = "Logit of a row whose tag equals the cue (default: 16).")
    private double sharpness = RetrievalSizes.DEFAULT.sharpness();

    @Override
    Experiment experiment() {
        Retrieval retrieval =
                new Retrieval(new RetrievalSizes(keySize, valueSize, trials, RetrievalSizes.DEFAULT.seed(), sharpness));
        MemoryNeed.check(retrieval.largest());
        return retrieval;
    }
}
