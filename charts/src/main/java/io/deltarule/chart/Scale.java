package io.deltarule.chart;

import java.util.List;

/** An axis over part of a picture. */
sealed interface Scale permits LinearScale, LogScale {
    /** Smallest value shown. */
    double least();

    /** Largest value shown. */
    double most();

    /** Where a value lies. */
    double at(double value);

    /** Round numbers on the axis, eight at most. */
    List<Tick> ticks();

    /**
     * A round number.
     *
     * @param value the number
     * @param label as the axis shows it
     */
    record Tick(double value, String label) {}
}
