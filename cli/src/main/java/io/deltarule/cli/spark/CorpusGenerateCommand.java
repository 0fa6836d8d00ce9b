package io.deltarule.cli.spark;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.deltarule.cli.model.EndOptions;
import io.deltarule.cli.model.SamplingOptions;
import io.deltarule.core.InvalidInputException;
import io.deltarule.models.format.ModelFolder;
import io.deltarule.models.inference.Sampling;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Goes on with each text. */
@Command(
        name = "generate",
        description =
                "Goes on with each row. A row draws by --seed and by its own id or text, so that it draws the same"
                        + " wherever it is computed.")
final class CorpusGenerateCommand extends CorpusCommand {
    @Mixin
    private SamplingOptions sampling;

    @Mixin
    private EndOptions ends;

    @Option(
            names = "--max-new-tokens",
            defaultValue = "128",
            paramLabel = "N",
            description = "Most new tokens per row (default: ${DEFAULT-VALUE}).")
    private int maxNewTokens;

    @Override
    void complete(ObjectNode job) {
        sampling.check();
        if (maxNewTokens < 0) {
            throw new InvalidInputException("--max-new-tokens: expected 0 or more but found " + maxNewTokens);
        }
        ends.stops().forEach(job.putArray("stops")::add);
        try (ModelFolder folder =
                ModelFolder.open(options().model().folder(), options().model().type())) {
            Sampling own = Sampling.of(folder.generation());
            Sampling chosen = sampling.over(own);
            String said = sampling.said(own);
            if (said != null) {
                spec().commandLine().getErr().println("deltarule: " + said);
            }
            job.put("maxNewTokens", maxNewTokens)
                    .put("temperature", chosen.temperature())
                    .put("topK", chosen.topK())
                    .put("topP", chosen.topP())
                    .put("minP", chosen.minP())
                    .put("repetitionPenalty", chosen.repetitionPenalty())
                    .put("presencePenalty", chosen.presencePenalty())
                    .put("seed", chosen.seed())
                    .put("ignoreEos", ends.ignoreEos());
        }
    }
}
