package io.deltarule.models.inference;

import io.deltarule.core.NumericException;
import io.deltarule.core.Tensor;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.Supplier;

/** Applies a {@link Sampling} to logits; its scratch is as long as the vocabulary. */
final class Sampler {
    private final Sampling sampling;
    private final float[] scores;
    private final long[] keys; // each holds a score and its id, so that sorting the scores sorts the ids with them

    Sampler(Sampling sampling, int vocabulary) {
        this.sampling = sampling;
        this.scores = new float[vocabulary];
        this.keys = new long[sampling.temperature() == 0 ? 0 : vocabulary];
    }

    /**
     * Chooses the next token.
     *
     * @param logits [vocabulary]; not modified
     * @param place how many tokens the sequence has had
     * @param sequence which of the session's
     * @param before these tokens; asked for only where there is a penalty
     * @param made those of them that were generated; asked for likewise
     * @return an id
     * @throws NumericException if a logit is not a number
     */
    int next(Tensor logits, int place, int sequence, Supplier<int[]> before, Supplier<int[]> made) {
        for (int i = 0; i < scores.length; i++) {
            scores[i] = logits.get(i);
        }
        if (sampling.repetitionPenalty() != 1) {
            penalise(before.get());
        }
        if (sampling.presencePenalty() != 0) {
            float penalty = (float) sampling.presencePenalty();
            Arrays.stream(made.get()).distinct().forEach(id -> scores[id] -= penalty);
        }
        int best = largest(place);
        if (sampling.temperature() == 0) {
            return best;
        }
        return draw(candidates(scores[best]), scores[best], uniform(place, sequence));
    }

    private void penalise(int[] before) {
        float penalty = (float) sampling.repetitionPenalty();
        Arrays.stream(before).distinct().forEach(id -> {
            scores[id] = scores[id] > 0 ? scores[id] / penalty : scores[id] * penalty;
        });
    }

    private int largest(int place) {
        int best = 0;
        for (int i = 0; i < scores.length; i++) {
            if (!(Math.abs(scores[i]) <= Float.MAX_VALUE)) { // also NaN
                throw new NumericException("logits: expected finite numbers but found " + scores[i] + " for id " + i
                        + " after " + place + " tokens; the weights are damaged, or outgrow float32 on this engine");
            }
            if (scores[i] > scores[best]) {
                best = i;
            }
        }
        return best;
    }

    /**
     * Puts the tokens that may be drawn to the front of the keys, the likeliest first, the lowest id of equals.
     *
     * @return how many
     */
    private int candidates(float best) {
        double all = 0;
        for (float score : scores) {
            all += probability(score, best);
        }
        // Tokens below this share are together less than 1 − p and so outside the nucleus: most need not be sorted.
        double least = sampling.topK() > 0 || sampling.topP() == 1 ? 0 : (1 - sampling.topP()) / scores.length * all;
        int count = 0;
        for (int id = 0; id < scores.length; id++) {
            if (probability(scores[id], best) >= least) {
                keys[count++] = key(scores[id], id);
            }
        }
        if (sampling.topK() == 0 && sampling.topP() == 1 && sampling.minP() == 0) {
            return count; // in any order
        }
        Arrays.sort(keys, 0, count);
        if (sampling.topK() > 0) {
            count = Math.min(count, sampling.topK());
            all = sum(count, best);
        }
        return likelyEnough(nucleus(count, best, all), best);
    }

    private int likelyEnough(int count, float best) {
        int enough = count;
        while (enough > 1 && probability(scores[id(keys[enough - 1])], best) < sampling.minP()) {
            enough--;
        }
        return enough;
    }

    private double sum(int count, float best) {
        double sum = 0;
        for (int i = 0; i < count; i++) {
            sum += probability(scores[id(keys[i])], best);
        }
        return sum;
    }

    private int nucleus(int count, float best, double all) {
        double sum = 0;
        for (int i = 0; i < count; i++) {
            sum += probability(scores[id(keys[i])], best);
            if (sum >= sampling.topP() * all) {
                return i + 1;
            }
        }
        return count;
    }

    private int draw(int count, float best, double uniform) {
        double left = uniform * sum(count, best);
        for (int i = 0; i < count; i++) {
            left -= probability(scores[id(keys[i])], best);
            if (left < 0) {
                return id(keys[i]);
            }
        }
        return id(keys[count - 1]);
    }

    /** A token's probability times a factor that is the same for all: 1 for the largest score. */
    private double probability(float score, float best) {
        return Math.exp((score - (double) best) / sampling.temperature());
    }

    /**
     * A score and its id as one number: such numbers, sorted ascending, have falling scores, and rising ids where scores are
     * equal.
     */
    private static long key(float score, int id) {
        int bits = Float.floatToIntBits(score + 0f); // adding 0 makes −0 a plain 0, which would sort apart
        int rising = bits ^ ((bits >> 31) & Integer.MAX_VALUE);
        return ((long) ~rising << Integer.SIZE) | id;
    }

    private static int id(long key) {
        return (int) key;
    }

    /** SplittableRandom's first number is a hash of its seed, which makes a generator per place good and cheap. */
    private double uniform(int place, int sequence) {
        long where = (long) sequence << Integer.SIZE | place;
        return new SplittableRandom(sampling.seed() ^ new SplittableRandom(where).nextLong()).nextDouble();
    }
}
