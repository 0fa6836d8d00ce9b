package io.deltarule.training;

import java.util.SplittableRandom;

/** Generators made of numbers: equal numbers give equal sequences, whatever was drawn before. */
public final class Seeds {
    private Seeds() {}

    /** A generator of a seed and some numbers, all of which count. */
    public static SplittableRandom generator(long seed, long... numbers) {
        long mixed = new SplittableRandom(seed).nextLong();
        for (long number : numbers) {
            mixed = new SplittableRandom(mixed + number).nextLong();
        }
        return new SplittableRandom(mixed);
    }
}
