package io.deltarule.training.task;

import io.deltarule.core.InvalidInputException;
import java.util.SplittableRandom;

/**
 * Multi-query associative recall (MQAR): pairs of a key and its value, then keys again at which their values are to be
 * predicted.
 *
 * <pre>
 *   ids 0 padding, 1 … V/2−1 keys, V/2 … V−1 values        each key once
 *   x = k_1 v_1 … k_P v_P, then queries at P of the even places left        label of a query: its key's value
 * </pre>
 *
 * The chance of place g, counted from 1 and in twos, is proportional to g^(a−1), a = 0.01: most queries come soon. Source:
 * Arora et al. 2023, arXiv:2312.04927, section 4.1 and its published code.
 */
public final class RecallTask extends SequenceTask {
    private static final double POWER = 0.01;

    private final int vocabulary;
    private final int pairs;

    /**
     * Of sizes.
     *
     * @param vocabulary V, even
     * @param pairs P, at most as many as there are keys
     */
    public RecallTask(int vocabulary, int pairs, BatchSizes sizes) {
        super("mqar", vocabulary, sizes);
        if (vocabulary < 4 || vocabulary % 2 != 0 || pairs < 1 || pairs > vocabulary / 2 - 1) {
            throw new InvalidInputException("mqar: expected an even vocabulary of at least 4 ids and from 1 pair to "
                    + Math.max(1, vocabulary / 2 - 1) + ", one for each key, but found " + vocabulary + " ids and "
                    + pairs + " pairs");
        }
        this.vocabulary = vocabulary;
        this.pairs = pairs;
    }

    /** All pairs, and a place for each query. */
    @Override
    protected int least() {
        return 4 * pairs;
    }

    @Override
    protected void draw(SplittableRandom random, int[] ids, int[] labels) {
        int[] keys = distinct(random, vocabulary / 2 - 1);
        for (int i = 0; i < pairs; i++) {
            ids[2 * i] = 1 + keys[i];
            ids[2 * i + 1] = random.nextInt(vocabulary / 2, vocabulary);
        }
        int[] places = places(random, (ids.length - 2 * pairs) / 2);
        for (int i = 0; i < pairs; i++) {
            int at = 2 * pairs + 2 * places[i];
            ids[at] = ids[2 * i];
            labels[at] = ids[2 * i + 1];
        }
    }

    /** The first numbers of a random order. */
    private int[] distinct(SplittableRandom random, int count) {
        int[] all = new int[count];
        for (int i = 0; i < count; i++) {
            all[i] = i;
        }
        for (int i = 0; i < pairs; i++) {
            int other = random.nextInt(i, count);
            int kept = all[i];
            all[i] = all[other];
            all[other] = kept;
        }
        return all;
    }

    /** So many different places, drawn one after the other with chances that fall with the distance. */
    private int[] places(SplittableRandom random, int space) {
        double[] chance = new double[space];
        double left = 0;
        for (int g = 0; g < space; g++) {
            chance[g] = StrictMath.pow(g + 1, POWER - 1);
            left += chance[g];
        }
        int[] places = new int[pairs];
        for (int i = 0; i < pairs; i++) {
            double drawn = random.nextDouble() * left;
            int g = 0;
            int last = 0;
            for (; g < space; g++) {
                if (chance[g] > 0) {
                    last = g;
                    drawn -= chance[g];
                    if (drawn < 0) {
                        break;
                    }
                }
            }
            places[i] = last;
            left -= chance[last];
            chance[last] = 0;
        }
        return places;
    }
}
