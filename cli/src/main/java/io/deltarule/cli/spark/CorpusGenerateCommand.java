package io.deltarule.cli.spark;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.deltarule.cli.model.SamplingOptions;
import io.deltarule.cli.option.TextsParameter;
import io.deltarule.core.InvalidInputException;
import io.deltarule.models.format.ModelFolder;
import io.deltarule.models.inference.Sampling;
import io.deltarule.models.inference.StopText;
import java.util.List;
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

    @Option(
            names = "--max-new-tokens",
            defaultValue = "128",
            paramLabel = "N",
            description = "Most new tokens per row (default: ${DEFAULT-VALUE}).")
    private int maxNewTokens;

    @Option(
            names = "--stop",
            paramLabel = "TEXT",
            parameterConsumer = TextsParameter.class,
            description = "End before this text; may be given several times.")
    private List<String> stops;

    @Option(names = "--ignore-eos", description = "Go on after the model's stop tokens.")
    private boolean ignoreEos;

    @Override
    void complete(ObjectNode job) {
        sampling.check();
        if (maxNewTokens < 0) {
            throw new InvalidInputException("--max-new-tokens: expected 0 or more but found " + maxNewTokens);
        }
        List<String> ends = stops == null ? List.of() : stops;
        new StopText(ends); // refuses an empty one
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
                    .put("ignoreEos", ignoreEos);
        }
        ends.forEach(job.putArray("stops")::add);
    }
}
