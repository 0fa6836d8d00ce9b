package io.deltarule.training;

import java.util.Locale;

/** What tells how good a model is at a task. */
public enum Score {
    /** The share of labels that are the likeliest class. */
    ACCURACY,
    /** exp of the mean loss. */
    PERPLEXITY;

    /** Its name in documents. */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Its value. */
    public double of(Evaluation evaluation) {
        return this == ACCURACY ? evaluation.accuracy() : evaluation.perplexity();
    }
}
