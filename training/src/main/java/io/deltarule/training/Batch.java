package io.deltarule.training;

import io.deltarule.core.InvalidInputException;
import io.deltarule.core.Tensor;
import java.util.Arrays;

/**
 * Sequences of tokens, one after the other, and what is to be predicted at each.
 *
 * @param lengths how many tokens each sequence has
 * @param ids all tokens
 * @param labels for each token the class to predict there, the next token as a rule, or −1 for none
 */
@SuppressWarnings("ArrayRecordComponent") // read by one trainer, never modified
public record Batch(int[] lengths, int[] ids, int[] labels) {
    /** No label: such a token does not count. */
    public static final int NONE = -1;

    /**
     * Checks that all tokens are there.
     *
     * @throws InvalidInputException if the three do not fit each other
     */
    public Batch {
        int tokens = 0;
        for (int length : lengths) {
            tokens += length;
        }
        if (ids.length != tokens || labels.length != tokens) {
            throw new InvalidInputException("batch: expected " + tokens
                    + " ids and labels, as its lengths say, but found " + ids.length + " and " + labels.length);
        }
    }

    /** Sequences of one length, row after row. */
    public static Batch of(int[][] ids, int[][] labels) {
        int[] lengths = new int[ids.length];
        int tokens = 0;
        for (int i = 0; i < ids.length; i++) {
            lengths[i] = ids[i].length;
            tokens += ids[i].length;
        }
        return new Batch(lengths, joined(ids, tokens), joined(labels, tokens));
    }

    private static int[] joined(int[][] rows, int tokens) {
        int[] all = new int[tokens];
        int at = 0;
        for (int[] row : rows) {
            System.arraycopy(row, 0, all, at, row.length);
            at += row.length;
        }
        return all;
    }

    /** The same with some ids before every sequence, which have no labels. */
    Batch after(int... before) {
        int[] longer = new int[lengths.length];
        int[] allIds = new int[ids.length + lengths.length * before.length];
        int[] allLabels = new int[allIds.length];
        Arrays.fill(allLabels, NONE);
        int from = 0;
        int to = 0;
        for (int i = 0; i < lengths.length; i++) {
            longer[i] = before.length + lengths[i];
            System.arraycopy(before, 0, allIds, to, before.length);
            System.arraycopy(ids, from, allIds, to + before.length, lengths[i]);
            System.arraycopy(labels, from, allLabels, to + before.length, lengths[i]);
            from += lengths[i];
            to += longer[i];
        }
        return new Batch(longer, allIds, allLabels);
    }

    /** How many sequences there are. */
    public int sequences() {
        return lengths.length;
    }

    /** How many tokens all of them have. */
    public int tokens() {
        return ids.length;
    }

    /** The longest sequence's tokens. */
    public int longest() {
        int longest = 0;
        for (int length : lengths) {
            longest = Math.max(longest, length);
        }
        return longest;
    }

    /** How many tokens count. */
    public int labelled() {
        int count = 0;
        for (int label : labels) {
            count += label == NONE ? 0 : 1;
        }
        return count;
    }

    /** {@link #ids()} or {@link #labels()} as plans take them, [tokens, 1]. */
    public static Tensor column(int[] numbers) {
        Tensor column = Tensor.zeros(numbers.length, 1);
        for (int i = 0; i < numbers.length; i++) {
            column.set(i, numbers[i]);
        }
        return column;
    }
}
