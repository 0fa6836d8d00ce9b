package io.deltarule.cli.model;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.deltarule.cli.output.Json;
import io.deltarule.core.InvalidInputException;
import io.deltarule.models.inference.Sampling;
import java.util.StringJoiner;
import picocli.CommandLine.Option;

/** How tokens are chosen: as the model's generation_config.json says, but for what an option says otherwise. */
public final class SamplingOptions {
    private static final String BY_THE_MODEL = " (default: generation_config.json's, else ";

    @Option(
            names = "--temperature",
            paramLabel = "X",
            description = "0 takes the likeliest token; 1 draws as the model was trained" + BY_THE_MODEL + "0).")
    private Double temperature;

    @Option(
            names = "--top-k",
            paramLabel = "K",
            description = "Draw from the K likeliest tokens; 0 for all" + BY_THE_MODEL + "0).")
    private Integer topK;

    @Option(
            names = "--top-p",
            paramLabel = "P",
            description = "Draw from the likeliest tokens that together reach P" + BY_THE_MODEL + "1).")
    private Double topP;

    @Option(
            names = "--min-p",
            paramLabel = "P",
            description =
                    "Draw from tokens at least P times as likely as the likeliest; 0 for all" + BY_THE_MODEL + "0).")
    private Double minP;

    @Option(
            names = "--repetition-penalty",
            paramLabel = "X",
            description = "Above 1: tokens that were there, prompt included, become less likely" + BY_THE_MODEL + "1).")
    private Double repetitionPenalty;

    @Option(
            names = "--presence-penalty",
            paramLabel = "X",
            description =
                    "Above 0: tokens that were made, prompt not included, become less likely" + BY_THE_MODEL + "0).")
    private Double presencePenalty;

    @Option(
            names = "--seed",
            defaultValue = "0",
            paramLabel = "N",
            description = "The same seed draws the same text (default: ${DEFAULT-VALUE}).")
    private long seed;

    /** Refuses values that no model could make right, before one is opened. */
    public void check() {
        over(Sampling.GREEDY);
    }

    /**
     * What the options say, over what the model says.
     *
     * @param model the model's own
     */
    public Sampling over(Sampling model) {
        try {
            return new Sampling(
                    either(temperature, model.temperature()),
                    topK == null ? model.topK() : topK,
                    either(topP, model.topP()),
                    either(minP, model.minP()),
                    either(repetitionPenalty, model.repetitionPenalty()),
                    either(presencePenalty, model.presencePenalty()),
                    seed);
        } catch (InvalidInputException e) { // names the option in words: temperature, top-k, repetition penalty
            throw new InvalidInputException(
                    "--" + e.getMessage().replaceFirst("^(repetition|presence) penalty", "$1-penalty"));
        }
    }

    private static double either(Double option, double model) {
        return option == null ? model : option;
    }

    /** What the model decides because no option does, in one line; null where that is nothing. */
    public String said(Sampling model) {
        boolean drawn = over(model).temperature() > 0;
        StringJoiner values = new StringJoiner(", ");
        say(values, "temperature", temperature, model.temperature(), 0, drawn);
        say(values, "top-k", topK, model.topK(), 0, drawn);
        say(values, "top-p", topP, model.topP(), 1, drawn);
        say(values, "min-p", minP, model.minP(), 0, drawn);
        say(values, "repetition-penalty", repetitionPenalty, model.repetitionPenalty(), 1, true);
        say(values, "presence-penalty", presencePenalty, model.presencePenalty(), 0, true);
        return values.length() == 0
                ? null
                : "tokens are chosen as generation_config.json says: " + values
                        + "; an option of the same name overrides each"
                        + (drawn ? ", and --temperature 0 takes the likeliest" : "");
    }

    private static void say(
            StringJoiner values, String name, Number option, Number model, double absent, boolean counts) {
        if (counts && option == null && model.doubleValue() != absent) {
            values.add(name + " " + model);
        }
    }

    /** For {@code --json}. */
    public static void document(Sampling sampling, ObjectNode node) {
        ObjectNode inside = node.putObject("sampling");
        Json.putFinite(inside, "temperature", sampling.temperature());
        inside.put("top_k", sampling.topK());
        Json.putFinite(inside, "top_p", sampling.topP());
        Json.putFinite(inside, "min_p", sampling.minP());
        Json.putFinite(inside, "repetition_penalty", sampling.repetitionPenalty());
        Json.putFinite(inside, "presence_penalty", sampling.presencePenalty());
        inside.put("seed", sampling.seed());
    }
}
