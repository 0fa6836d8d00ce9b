package io.deltarule.core;

import java.util.Arrays;

/**
 * The axes of the states of one run, [N, HV, K, V] row-major: one matrix of K rows and V columns per sequence and value
 * head.
 *
 * @param sequences independent sequences (N)
 * @param HV value heads
 * @param K key channels per head, the rows of a state
 * @param V value channels per head, the columns of a state
 */
public record StateShape(int sequences, int HV, int K, int V) {
    /** The axes' lengths in order, as a tensor takes them. */
    public int[] dims() {
        return new int[] {sequences, HV, K, V};
    }

    /** The axes of one sequence's states, [HV, K, V]. */
    public int[] dimsPerSequence() {
        return new int[] {HV, K, V};
    }

    /** How many states there are, N·HV. */
    public int count() {
        return Math.multiplyExact(sequences, HV);
    }

    /** Numbers of one head's state. */
    public long numbersPerHead() {
        return (long) K * V;
    }

    /** Which of all states, row-major, a sequence's value head has. */
    public long index(int sequence, int valueHead) {
        return (long) sequence * HV + valueHead;
    }

    /** Whether a tensor has these axes. */
    public boolean fits(Tensor tensor) {
        return tensor.hasDims(dims());
    }

    /** The axes' lengths, as a tensor prints its own. */
    @Override
    public String toString() {
        return Arrays.toString(dims());
    }
}
