package io.deltarule.core;

import java.util.Arrays;

/**
 * The axes of the states of one run, [N, HV, K, V] row-major: one matrix of K rows and V columns per sequence and value
 * head; [N, HV, L, K, V] of a log-linear operation, one per level.
 *
 * @param sequences independent sequences (N)
 * @param HV value heads
 * @param levels L, or 0 for one state and no such axis
 * @param K key channels per head, the rows of a state
 * @param V value channels per head, the columns of a state
 */
public record StateShape(int sequences, int HV, int levels, int K, int V) {
    /** The axes of one state per head. */
    public StateShape(int sequences, int HV, int K, int V) {
        this(sequences, HV, 0, K, V);
    }

    /** The axes' lengths in order, as a tensor takes them. */
    public int[] dims() {
        return levels == 0 ? new int[] {sequences, HV, K, V} : new int[] {sequences, HV, levels, K, V};
    }

    /** The axes of one sequence's states, [HV, K, V] or [HV, L, K, V]. */
    public int[] dimsPerSequence() {
        return levels == 0 ? new int[] {HV, K, V} : new int[] {HV, levels, K, V};
    }

    /** How many matrices a head has, 1 or L. */
    public int perHead() {
        return Math.max(1, levels);
    }

    /** How many heads there are in all sequences, N·HV. */
    public int heads() {
        return Math.multiplyExact(sequences, HV);
    }

    /** How many matrices there are, N·HV or N·HV·L. */
    public int count() {
        return Math.multiplyExact(heads(), perHead());
    }

    /** Numbers of one head's states. */
    public long numbersPerHead() {
        return (long) perHead() * K * V;
    }

    /** Which of all matrices, row-major, is the first of a sequence's value head. */
    public long index(int sequence, int valueHead) {
        return ((long) sequence * HV + valueHead) * perHead();
    }

    /** Where a head's first number is among those of all, row-major. */
    public long offset(int sequence, int valueHead) {
        return index(sequence, valueHead) * K * V;
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
