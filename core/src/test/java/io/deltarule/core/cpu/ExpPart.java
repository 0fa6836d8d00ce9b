package io.deltarule.core.cpu;

import io.deltarule.core.cpu.math.Matrix;
import io.deltarule.core.cpu.math.Rows;
import java.util.Arrays;
import java.util.SplittableRandom;

/** exp of a row of numbers. */
final class ExpPart extends HotPart {
    private static final double RELATIVE = 0x1p-22; // what Exponential promises of every number

    private final int count;
    private final Matrix exponents;
    private final Matrix powers;

    ExpPart(int count) {
        this.count = count;
        exponents = Matrix.allocate(1, count);
        powers = Matrix.allocate(1, count);
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < count; i++) {
            exponents.set(0, i, (float) random.nextDouble(-80, 80));
        }
    }

    @Override
    void prepare() {
        Arrays.fill(powers.data(), Float.NaN);
    }

    @Override
    void run() {
        Rows.exp(exponents, 0, 1, powers, 0);
    }

    @Override
    void check() {
        for (int i = 0; i < count; i++) {
            double exact = Math.exp(exponents.get(0, i));
            double found = powers.get(0, i);
            if (!(Math.abs(found - exact) <= RELATIVE * exact)) {
                throw new AssertionError(
                        this + ": exp(" + exponents.get(0, i) + "): expected " + exact + ", found " + found);
            }
        }
    }

    @Override
    public String toString() {
        return "exp of " + count + " numbers";
    }
}
