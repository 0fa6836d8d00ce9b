package io.deltarule.experiments;

/**
 * A published claim and its repetition at a size for a few processor cores: the same claim, a smaller model. The seeds
 * differ in every random number, and all of them are shown.
 */
public interface Experiment {
    /** What every experiment says of itself. */
    String SCALE = "same claim, smaller model";

    /** How the command line calls it. */
    String name();

    /** What was published. */
    Claim claim();

    /** How many seeds it runs where nobody says. */
    int seeds();

    /** Whether it trains models, so that each seed is a run of its own that is worth a row of its own. */
    boolean trained();

    /**
     * Runs it.
     *
     * @param conditions engine and seeds
     * @return what came out, whatever it is
     */
    ExperimentResult run(Conditions conditions);
}
