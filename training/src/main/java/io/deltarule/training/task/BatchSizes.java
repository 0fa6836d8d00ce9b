package io.deltarule.training.task;

import io.deltarule.core.InvalidInputException;

/**
 * How large the batches of a task are.
 *
 * @param sequences in a batch
 * @param shortest least tokens of a sequence
 * @param longest most tokens of a sequence; lengths between are equally likely
 * @param heldOut how many batches are held out
 */
public record BatchSizes(int sequences, int shortest, int longest, int heldOut) {
    /** Checks the numbers. */
    public BatchSizes {
        if (sequences < 1 || shortest < 1 || longest < shortest || heldOut < 1) {
            throw new InvalidInputException(
                    "batch: expected at least 1 sequence, 1 token, as many at the longest as at the"
                            + " shortest, and 1 batch held out, but found " + sequences + ", " + shortest + " to "
                            + longest
                            + ", " + heldOut);
        }
    }

    /** Sequences of one length, four batches held out. */
    public static BatchSizes of(int sequences, int length) {
        return new BatchSizes(sequences, length, length, 4);
    }

    /** The same with sequences of fewer tokens among them. */
    public BatchSizes from(int least) {
        return new BatchSizes(sequences, least, longest, heldOut);
    }
}
