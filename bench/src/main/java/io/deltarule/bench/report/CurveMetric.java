package io.deltarule.bench.report;

import io.deltarule.chart.Quantity;
import java.util.function.DoubleBinaryOperator;
import java.util.function.ToDoubleFunction;

/** What a curve shows upwards: something of a row and of the time that it took. */
enum CurveMetric {
    /** How many tokens go through in a second. */
    TOKENS("tokens per second", ResultsFile.Row::tokens, (tokens, ms) -> tokens / ms * 1e3),
    /** Counted operations in a second. */
    OPERATIONS("FLOP/s", ResultsFile.Row::flops, (flops, ms) -> flops / ms * 1e3),
    /** Milliseconds of a run. */
    MILLISECONDS("milliseconds", row -> 1, (one, ms) -> ms),
    /** Microseconds of a step. */
    MICROSECONDS("microseconds", row -> 1, (one, ms) -> ms * 1e3);

    private final String axis;
    private final ToDoubleFunction<ResultsFile.Row> of;
    private final DoubleBinaryOperator in;

    CurveMetric(String axis, ToDoubleFunction<ResultsFile.Row> of, DoubleBinaryOperator in) {
        this.axis = axis;
        this.of = of;
        this.in = in;
    }

    /** For an axis. */
    String axis() {
        return axis;
    }

    /** The value of a row that took so many milliseconds. */
    double value(ResultsFile.Row row, double ms) {
        return in.applyAsDouble(of.applyAsDouble(row), ms);
    }

    /** A value for people. */
    String text(double value) {
        return switch (this) {
            case TOKENS -> Quantity.decimal(value) + " tokens/s";
            case OPERATIONS -> Quantity.of(value, "FLOP/s");
            case MILLISECONDS -> AmountText.time(value);
            case MICROSECONDS -> AmountText.time(value / 1e3);
        };
    }
}
