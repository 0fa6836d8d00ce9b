package io.deltarule.experiments.retrieval;

import io.deltarule.core.InvalidInputException;

/**
 * The sizes that all settings of one experiment share.
 *
 * @param K key channels, the state's rows
 * @param V value channels: half of them hold a tag, half a payload
 * @param trials independent sets of associations
 * @param seed of all random numbers
 * @param sharpness how far a tag of length 1 that equals the cue raises its row's logit
 */
public record RetrievalSizes(int K, int V, int trials, long seed, double sharpness) {
    private static final int LARGEST = 1024;

    /** What the figure in the documentation was made with. */
    public static final RetrievalSizes DEFAULT = new RetrievalSizes(64, 64, 24, 1, 16);

    /**
     * Checks them.
     *
     * @throws InvalidInputException naming the first that is not usable
     */
    public RetrievalSizes {
        within("--K", K, 8, LARGEST);
        within("--V", V, 8, LARGEST);
        within("--trials", trials, 2, LARGEST);
        if (V % 2 != 0) {
            throw new InvalidInputException("--V: expected an even number, half for the tag and half for the payload,"
                    + " but found " + V + "; take " + (V + 1));
        }
        if (K < V / 2) {
            throw new InvalidInputException("--K: expected at least as many key channels as a tag has (V / 2 = " + V / 2
                    + ") but found " + K + "; raise --K or lower --V");
        }
        if (!(sharpness > 0 && sharpness <= 1e4)) {
            throw new InvalidInputException(
                    "--sharpness: expected more than 0 and at most 10000 but found " + sharpness);
        }
    }

    private static void within(String option, int found, int least, int most) {
        if (found < least || found > most) {
            throw new InvalidInputException(option + ": expected " + least + " to " + most + " but found " + found);
        }
    }

    /** The same with other random numbers. */
    RetrievalSizes withSeed(long other) {
        return new RetrievalSizes(K, V, trials, other, sharpness);
    }

    /** Channels of a tag, and of a payload. */
    public int half() {
        return V / 2;
    }
}
