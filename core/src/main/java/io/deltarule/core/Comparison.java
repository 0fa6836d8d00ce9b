package io.deltarule.core;

import java.util.Locale;
import java.util.function.LongToDoubleFunction;

/**
 * How far one tensor is from another that is taken as right.
 *
 * <pre>  ratio = RMS(found − expected) / RMS(expected) </pre>
 *
 * A non-finite number on either side never passes. Where the expected tensor is all zero the ratio is taken against 1.
 *
 * @param name the tensor's name
 * @param size how many values were compared
 * @param ratio RMS error over RMS value; NaN if any value is not finite
 * @param maxError largest absolute error
 * @param index row-major index of the worst value: the first non-finite one, else the largest error
 * @param expected the value there that was expected
 * @param found the value there that was found
 */
public record Comparison(
        String name, long size, double ratio, double maxError, long index, double expected, double found) {
    /**
     * Compares two tensors.
     *
     * @param name for the message
     * @param expected what is right
     * @param found what is judged
     * @return the errors
     * @throws InvalidInputException if the shapes differ
     */
    public static Comparison of(String name, Tensor expected, Tensor found) {
        if (!expected.hasDims(found.dims())) {
            throw new InvalidInputException(name + ": expected shape " + expected + " but found " + found);
        }
        return of(name, expected.size(), expected::get, found::get);
    }

    /**
     * Compares a tensor with float64 values.
     *
     * @param name for the message
     * @param expected what is right, row-major
     * @param found what is judged
     * @return the errors
     * @throws InvalidInputException if there are not as many values
     */
    public static Comparison of(String name, double[] expected, Tensor found) {
        if (expected.length != found.size()) {
            throw new InvalidInputException(
                    name + ": expected " + expected.length + " values but found " + found + " = " + found.size());
        }
        return of(name, expected.length, i -> expected[(int) i], found::get);
    }

    /**
     * Compares numbers wherever they lie, for example in two files of any size.
     *
     * @param name for the message
     * @param size how many there are
     * @param expected what is right, by row-major index
     * @param found what is judged, by the same index
     * @return the errors
     */
    public static Comparison of(String name, long size, LongToDoubleFunction expected, LongToDoubleFunction found) {
        double errors = 0;
        double values = 0;
        double worst = -1;
        long at = 0;
        for (long i = 0; i < size; i++) {
            double e = expected.applyAsDouble(i);
            double f = found.applyAsDouble(i);
            double error = Math.abs(f - e);
            if (!Double.isFinite(error)) {
                return new Comparison(name, size, Double.NaN, Double.NaN, i, e, f);
            }
            errors += error * error;
            values += e * e;
            if (error > worst) {
                worst = error;
                at = i;
            }
        }
        if (size == 0) {
            return new Comparison(name, 0, 0, 0, 0, 0, 0);
        }
        double ratio = values == 0 ? Math.sqrt(errors / size) : Math.sqrt(errors / values);
        return new Comparison(name, size, ratio, worst, at, expected.applyAsDouble(at), found.applyAsDouble(at));
    }

    /** Whether every value is finite and the ratio is within the tolerance. */
    public boolean within(double tolerance) {
        return ratio <= tolerance; // false for NaN
    }

    /** One line: tensor, ratio, worst index and both values. */
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%s: RMS error / RMS value %.3g, worst at index %d of %d: expected %.9g, found %.9g",
                name,
                ratio,
                index,
                size,
                expected,
                found);
    }
}
