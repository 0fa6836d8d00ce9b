package io.deltarule.cli.model;

import io.deltarule.core.InvalidInputException;
import io.deltarule.models.inference.Sampling;
import picocli.CommandLine.Option;

/** How tokens are chosen. */
final class SamplingOptions {
    @Option(
            names = "--temperature",
            defaultValue = "0",
            paramLabel = "X",
            description = "0 takes the likeliest token; 1 draws as the model was trained (default: ${DEFAULT-VALUE}).")
    private double temperature;

    @Option(
            names = "--top-k",
            defaultValue = "0",
            paramLabel = "K",
            description = "Draw from the K likeliest tokens; 0 for all (default: ${DEFAULT-VALUE}).")
    private int topK;

    @Option(
            names = "--top-p",
            defaultValue = "1",
            paramLabel = "P",
            description = "Draw from the likeliest tokens that together reach P (default: ${DEFAULT-VALUE}).")
    private double topP;

    @Option(
            names = "--repetition-penalty",
            defaultValue = "1",
            paramLabel = "X",
            description = "Above 1: tokens that were there become less likely (default: ${DEFAULT-VALUE}).")
    private double penalty;

    @Option(
            names = "--seed",
            defaultValue = "0",
            paramLabel = "N",
            description = "The same seed draws the same text (default: ${DEFAULT-VALUE}).")
    private long seed;

    Sampling sampling() {
        try {
            return new Sampling(temperature, topK, topP, penalty, seed);
        } catch (InvalidInputException e) { // names the option in words: temperature, top-k, repetition penalty
            throw new InvalidInputException(
                    "--" + e.getMessage().replaceFirst("^repetition penalty", "repetition-penalty"));
        }
    }
}
