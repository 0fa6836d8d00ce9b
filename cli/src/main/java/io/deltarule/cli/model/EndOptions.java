package io.deltarule.cli.model;

import io.deltarule.cli.option.TextsParameter;
import io.deltarule.models.inference.StopText;
import java.util.List;
import picocli.CommandLine.Option;

/** Before what a text ends. */
public final class EndOptions {
    @Option(
            names = "--stop",
            paramLabel = "TEXT",
            parameterConsumer = TextsParameter.class,
            description = "End before this text; may be given several times.")
    private List<String> stops;

    @Option(names = "--ignore-eos", description = "Go on after the model's stop tokens.")
    private boolean ignoreEos;

    /**
     * The texts, none of them empty.
     *
     * @throws io.deltarule.core.InvalidInputException if one is
     */
    public List<String> stops() {
        List<String> all = stops == null ? List.of() : List.copyOf(stops);
        new StopText(all);
        return all;
    }

    /** Whether the model's stop tokens end nothing. */
    public boolean ignoreEos() {
        return ignoreEos;
    }
}
