package io.deltarule.models.inference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.core.InvalidInputException;
import io.deltarule.core.NumericException;
import io.deltarule.core.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SamplerTest {
    /** Probabilities 0.1, 0.4, 0.2, 0.3, as logits. */
    private static final Tensor KNOWN = logs(0.1, 0.4, 0.2, 0.3);

    private static final int[] NOTHING = {};

    private static Tensor logs(double... probabilities) {
        float[] logits = new float[probabilities.length];
        for (int i = 0; i < logits.length; i++) {
            logits[i] = (float) (Math.log(probabilities[i]) + 2);
        }
        return Tensor.of(logits, logits.length);
    }

    private static Tensor random(int count, long seed) {
        Random random = new Random(seed);
        float[] logits = new float[count];
        for (int i = 0; i < count; i++) {
            logits[i] = (float) (3 * random.nextGaussian());
        }
        return Tensor.of(logits, count);
    }

    private static int next(Sampling sampling, Tensor logits, int place, int... before) {
        return new Sampler(sampling, logits.dim(0)).next(logits, place, 0, () -> before, () -> before);
    }

    /** How often each token is drawn at the places from 0. */
    private static double[] shares(Sampling sampling, Tensor logits, int draws, int... before) {
        Sampler sampler = new Sampler(sampling, logits.dim(0));
        double[] shares = new double[logits.dim(0)];
        for (int place = 0; place < draws; place++) {
            shares[sampler.next(logits, place, 0, () -> before, () -> before)] += 1.0 / draws;
        }
        return shares;
    }

    /** Within five standard deviations of what 20000 draws give. */
    private static void near(double[] expected, double[] found) {
        for (int i = 0; i < expected.length; i++) {
            double allowed = 5 * Math.sqrt(expected[i] * (1 - expected[i]) / 20000) + 1e-9;
            assertEquals(expected[i], found[i], allowed, "token " + i + " of " + Arrays.toString(found));
        }
    }

    @Test
    void greedyTakesTheLargestAndOfEqualsTheFirst() {
        assertEquals(1, next(Sampling.GREEDY, KNOWN, 0));
        assertEquals(1, next(Sampling.GREEDY, Tensor.of(new float[] {-5, 2, 0, 2}, 4), 0));
        assertEquals(0, next(Sampling.GREEDY, Tensor.of(new float[] {-3, -3, -4}, 3), 0));
    }

    @Test
    void aLowTemperatureOneTokenOrASmallNucleusIsGreedy() {
        for (int seed = 0; seed < 50; seed++) {
            Tensor logits = random(200, seed);
            int greedy = next(Sampling.GREEDY, logits, 0);
            for (Sampling sampling : List.of(
                    Sampling.temperature(1e-9),
                    Sampling.temperature(1).withTopK(1),
                    Sampling.temperature(2).withTopP(1e-9),
                    Sampling.temperature(1e-9).withTopK(5).withTopP(0.9))) {
                assertEquals(greedy, next(sampling.withSeed(seed), logits, seed), sampling.toString());
            }
        }
    }

    @Test
    void drawsAsOftenAsTheProbabilitiesSay() {
        near(new double[] {0.1, 0.4, 0.2, 0.3}, shares(Sampling.temperature(1), KNOWN, 20000));
        // at temperature 1/2 the squares, 0.01, 0.16, 0.04, 0.09 of 0.30
        near(
                new double[] {0.01 / 0.3, 0.16 / 0.3, 0.04 / 0.3, 0.09 / 0.3},
                shares(Sampling.temperature(0.5).withSeed(1), KNOWN, 20000));
        near(
                new double[] {0, 4 / 7.0, 0, 3 / 7.0},
                shares(Sampling.temperature(1).withTopK(2), KNOWN, 20000));
        near(new double[] {0.1, 0.4, 0.2, 0.3}, shares(Sampling.temperature(1).withTopK(9), KNOWN, 20000));
    }

    @Test
    void theNucleusEndsWithTheTokenThatCrossesIt() {
        Sampling one = Sampling.temperature(1);
        near(new double[] {0, 1, 0, 0}, shares(one.withTopP(0.39), KNOWN, 20000));
        near(new double[] {0, 4 / 7.0, 0, 3 / 7.0}, shares(one.withTopP(0.69), KNOWN, 20000));
        near(new double[] {0, 4 / 9.0, 2 / 9.0, 3 / 9.0}, shares(one.withTopP(0.71), KNOWN, 20000));
        // of the three likeliest, 4/9 and 3/9 reach 0.75 together
        near(new double[] {0, 4 / 7.0, 0, 3 / 7.0}, shares(one.withTopK(3).withTopP(0.75), KNOWN, 20000));
    }

    /** Leaving out what cannot be in the nucleus does not change it: compared with sorting everything, as top-k does. */
    @ParameterizedTest
    @ValueSource(doubles = {0.05, 0.5, 0.9, 0.999})
    void theNucleusIsThatOfASortedList(double p) {
        for (int seed = 0; seed < 20; seed++) {
            Tensor logits = random(500, seed);
            Sampling sampling = Sampling.temperature(1.3).withTopP(p).withSeed(seed);
            for (int place = 0; place < 20; place++) {
                assertEquals(next(sampling.withTopK(500), logits, place), next(sampling, logits, place));
            }
        }
    }

    @Test
    void thePenaltyDividesWhatIsPositiveAndMultipliesWhatIsNot() {
        Tensor logits = Tensor.of(new float[] {3, 2.5f, -1, -1.5f, 0}, 5);
        Sampling penalty = Sampling.GREEDY.withRepetitionPenalty(2);
        assertEquals(0, next(penalty, logits, 0));
        assertEquals(1, next(penalty, logits, 1, 0, 0, 0), "3 / 2 is less than 2.5, however often it was there");
        assertEquals(0, next(penalty, logits, 1, 0, 1));
        Tensor negative = Tensor.of(new float[] {-1, -1.5f}, 2);
        assertEquals(1, next(penalty, negative, 1, 0), "-1 · 2 is less than -1.5");
        assertEquals(0, next(penalty, Tensor.of(new float[] {0, -0.1f}, 2), 1, 0), "0 stays 0");
        // e^(ln 0.4 + 2) … with a penalty of 2 on token 1
        double[] weights = {0.1, Math.exp((Math.log(0.4) + 2) / 2) / Math.exp(2), 0.2, 0.3};
        double sum = Arrays.stream(weights).sum();
        near(
                Arrays.stream(weights).map(w -> w / sum).toArray(),
                shares(Sampling.temperature(1).withRepetitionPenalty(2), KNOWN, 20000, 1));
    }

    /** Shares of the likeliest one's probability, 0.4: 0.3 has 0.75 of it, 0.2 half, 0.1 a quarter. */
    @Test
    void whatIsTooUnlikelyBesideTheLikeliestIsOut() {
        Sampling one = Sampling.temperature(1);
        near(new double[] {0, 4 / 7.0, 0, 3 / 7.0}, shares(one.withMinP(0.6), KNOWN, 20000));
        near(new double[] {0, 4 / 9.0, 2 / 9.0, 3 / 9.0}, shares(one.withMinP(0.26), KNOWN, 20000));
        near(new double[] {0.1, 0.4, 0.2, 0.3}, shares(one.withMinP(0.24), KNOWN, 20000));
        near(new double[] {0, 1, 0, 0}, shares(one.withMinP(1), KNOWN, 20000));
        // after top-p and top-k: what they leave out stays out
        near(new double[] {0, 4 / 7.0, 0, 3 / 7.0}, shares(one.withMinP(0.3).withTopP(0.69), KNOWN, 20000));
        near(new double[] {0, 4 / 7.0, 0, 3 / 7.0}, shares(one.withMinP(0.3).withTopK(2), KNOWN, 20000));
        // at temperature 1/2 shares are squared: 0.5625, 0.25, 0.0625
        near(
                new double[] {0, 16 / 29.0, 4 / 29.0, 9 / 29.0},
                shares(Sampling.temperature(0.5).withMinP(0.2), KNOWN, 20000));
    }

    @Test
    void presenceIsOfWhatWasMadeAndCountsOnce() {
        Tensor logits = Tensor.of(new float[] {3, 2.6f, -1}, 3);
        Sampling sampling = Sampling.GREEDY.withPresencePenalty(0.5);
        Sampler sampler = new Sampler(sampling, 3);
        assertEquals(0, sampler.next(logits, 1, 0, () -> new int[] {0}, () -> NOTHING), "the prompt does not count");
        assertEquals(1, sampler.next(logits, 2, 0, () -> new int[] {0, 0}, () -> new int[] {0}));
        int[] often = {1, 0, 0, 0};
        assertEquals(0, sampler.next(logits, 4, 0, () -> often, () -> often), "3 − 0.5 is more than 2.6 − 0.5");
        assertEquals(2, next(sampling.withPresencePenalty(10), logits, 3, 0, 1, 0));
        assertEquals(1, next(sampling.withPresencePenalty(-1), logits, 1, 1), "a negative one makes it likelier");
        // after the repetition penalty: 3 / 1.1 − 0.2 < 2.6
        assertEquals(1, next(sampling.withRepetitionPenalty(1.1).withPresencePenalty(0.2), logits, 1, 0));
        assertEquals(0, next(sampling.withRepetitionPenalty(1.1).withPresencePenalty(0), logits, 1, 0));
    }

    @Test
    void seedSequenceAndPlaceDecide() {
        Tensor logits = random(1000, 1);
        Sampling sampling = Sampling.temperature(1).withSeed(7);
        Sampler sampler = new Sampler(sampling, 1000);
        int[] texts = new int[30];
        int sameSeed = 0;
        int sameSequence = 0;
        for (int place = 0; place < texts.length; place++) {
            texts[place] = sampler.next(logits, place, 0, () -> NOTHING, () -> NOTHING);
            sameSeed += texts[place] == next(sampling.withSeed(8), logits, place) ? 1 : 0;
            sameSequence += texts[place] == sampler.next(logits, place, 1, () -> NOTHING, () -> NOTHING) ? 1 : 0;
        }
        assertTrue(Arrays.stream(texts).distinct().count() > 10, Arrays.toString(texts));
        assertTrue(sameSeed < 15 && sameSequence < 15, "others choose others");
        for (int place = texts.length - 1; place >= 0; place--) { // in any order, with any instance
            assertEquals(texts[place], next(sampling, logits, place));
        }
    }

    @Test
    void whatIsNotANumberIsRefused() {
        for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
            for (int at = 0; at < 3; at++) {
                float[] logits = {1, 2, 3};
                logits[at] = bad;
                assertThrows(NumericException.class, () -> next(Sampling.GREEDY, Tensor.of(logits, 3), 0));
            }
        }
        assertThrows(InvalidInputException.class, () -> Sampling.temperature(-1));
        assertThrows(InvalidInputException.class, () -> Sampling.temperature(Double.NaN));
        assertThrows(InvalidInputException.class, () -> Sampling.GREEDY.withTopK(-1));
        assertThrows(InvalidInputException.class, () -> Sampling.GREEDY.withTopP(0));
        assertThrows(InvalidInputException.class, () -> Sampling.GREEDY.withTopP(1.1));
        assertThrows(InvalidInputException.class, () -> Sampling.GREEDY.withRepetitionPenalty(0));
        assertThrows(InvalidInputException.class, () -> Sampling.GREEDY.withMinP(1.5));
        assertThrows(InvalidInputException.class, () -> Sampling.GREEDY.withPresencePenalty(Double.NaN));
    }
}
