package io.deltarule.experiments.state;

/**
 * What the delta rule's recurrence says on average over independent keys k, uniform on the unit sphere of R^d, and
 * independent values of length 1 and mean 0.
 *
 * <p>With E[k kᵀ] = I / d and E[(k·a)² k kᵀ] = (|a|² I + 2 a aᵀ) / (d (d + 2)), for what a key k₀ of length 1 reads, x = Sᵀ k₀,
 * and the state's energy F = E|S|²:
 *
 * <pre>
 *   E[x'] = (1 − β/d) E[x]
 *   X' = X (1 − 2β/d + 2β²/(d (d+2))) + β² F / (d (d+2)) + β²/d       X = E|x|²
 *   F' = F (1 − (2β − β²)/d) + β²
 * </pre>
 *
 * Just after k₀ itself wrote its value over a state of energy F: X = (1 − β)² F/d + β², and β of the value is there.
 */
record StateLaws(double strength, double d) {
    /** exp(−β N / d), near (1 − β/d)^N: what is left of an association after N writes under other keys. */
    double amplitude(int writes) {
        return Math.exp(-strength * writes / d);
    }

    /** E|S|² after so many writes. */
    private double energy(int writes) {
        double F = 0;
        for (int i = 0; i < writes; i++) {
            F = nextEnergy(F);
        }
        return F;
    }

    private double nextEnergy(double F) {
        return F * (1 - (2 * strength - strength * strength) / d) + strength * strength;
    }

    /**
     * What the key of one association reads.
     *
     * @param part how much of its value, c
     * @param square E|x|²
     */
    record Read(double part, double square) {
        /** E|x − c v|² / c². */
        double noise() {
            return (square - part * part) / (part * part);
        }
    }

    /** What the key of an association reads that was written after some others and before some more. */
    Read read(int before, int after) {
        double squared = strength * strength;
        double F = energy(before);
        double X = (1 - strength) * (1 - strength) * F / d + squared;
        F = nextEnergy(F);
        for (int i = 0; i < after; i++) {
            X = X * (1 - 2 * strength / d + 2 * squared / (d * (d + 2))) + squared * F / (d * (d + 2)) + squared / d;
            F = nextEnergy(F);
        }
        return new Read(strength * Math.pow(1 - strength / d, after), X);
    }

    /** 1/SNR over all N associations, with one c for all of them. */
    double meanNoise(int stored) {
        double part = 0;
        double square = 0;
        for (int i = 0; i < stored; i++) {
            Read read = read(i, stored - 1 - i);
            part += read.part() / stored;
            square += read.square() / stored;
        }
        return new Read(part, square).noise();
    }

    /** 1/SNR of a sum of v_i k_iᵀ: (N − 1) / d. */
    static double linearNoise(int stored, double d) {
        return (stored - 1) / d;
    }

    /**
     * 1/SNR under the kernel exp(√d k·k'): (N − 1) E[exp(2 √d k·k')] / exp(2 √d), the mean being the series ₀F₁(; d/2; d).
     */
    static double exponentialNoise(int stored, double d) {
        double term = 1;
        double sum = 1;
        for (int m = 1; m < 200; m++) {
            term *= d / (m * (d / 2 + m - 1));
            sum += term;
        }
        return (stored - 1) * sum * Math.exp(-2 * Math.sqrt(d));
    }
}
