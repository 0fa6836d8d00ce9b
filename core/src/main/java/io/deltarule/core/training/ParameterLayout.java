package io.deltarule.core.training;

import io.deltarule.core.InvalidInputException;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Where each parameter lies among all numbers of a {@link ParameterArena}: one after the other, each from a multiple of
 * {@value #ALIGNMENT} numbers on, in the order given. What lies between them is zero and stays so.
 */
public final class ParameterLayout {
    /** A cache line of float32, so that two threads never write to one. */
    public static final int ALIGNMENT = 16;

    /**
     * One parameter's place.
     *
     * @param name the weight's name
     * @param dims its axes' lengths
     * @param offset the first of its numbers
     * @param size how many it has
     */
    @SuppressWarnings("ArrayRecordComponent") // copied when it comes in, never modified
    public record Entry(String name, int[] dims, long offset, long size) {}

    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private final long size;

    /**
     * Places parameters in the map's order.
     *
     * @param shapes each one's axes
     * @throws InvalidInputException if all together overflow 64 bits of bytes
     */
    public ParameterLayout(Map<String, int[]> shapes) {
        long at = 0;
        for (Map.Entry<String, int[]> one : shapes.entrySet()) {
            long count = 1;
            try {
                for (int d : one.getValue()) {
                    count = Math.multiplyExact(count, d);
                }
                entries.put(one.getKey(), new Entry(one.getKey(), one.getValue().clone(), at, count));
                at = Math.multiplyExact(Math.ceilDiv(Math.addExact(at, count), ALIGNMENT), (long) ALIGNMENT);
                Math.multiplyExact(at, Float.BYTES);
            } catch (ArithmeticException tooLarge) {
                throw new InvalidInputException("parameter " + one.getKey() + " " + Arrays.toString(one.getValue())
                        + ": expected parameters whose sizes fit 64 bits but they overflow");
            }
        }
        size = at;
    }

    /** Every parameter, in the order of the numbers. */
    public List<Entry> entries() {
        return List.copyOf(entries.values());
    }

    /** How many numbers there are, with the gaps. */
    public long size() {
        return size;
    }

    /** How many numbers the parameters themselves have. */
    public long count() {
        return entries.values().stream().mapToLong(Entry::size).sum();
    }

    /** Whether there is a parameter of that name. */
    public boolean contains(String name) {
        return entries.containsKey(name);
    }

    /**
     * One parameter's place.
     *
     * @throws InvalidInputException if there is none of that name
     */
    public Entry entry(String name) {
        Entry entry = entries.get(name);
        if (entry == null) {
            throw new InvalidInputException("parameter " + name + ": expected one of " + entries.keySet());
        }
        return entry;
    }

    /** The parameters of some names alone, in this order. */
    public ParameterLayout only(Collection<String> names) {
        Map<String, int[]> some = new LinkedHashMap<>();
        entries.forEach((name, entry) -> {
            if (names.contains(name)) {
                some.put(name, entry.dims());
            }
        });
        return new ParameterLayout(some);
    }

    /** Whether the other one places the same names and shapes at the same numbers. */
    @Override
    public boolean equals(Object other) {
        return other instanceof ParameterLayout layout
                && entries.keySet().stream()
                        .toList()
                        .equals(layout.entries.keySet().stream().toList())
                && entries.values().stream()
                        .allMatch(e -> Arrays.equals(
                                e.dims(), layout.entries.get(e.name()).dims()));
    }

    @Override
    public int hashCode() {
        return entries.keySet().hashCode();
    }

    @Override
    public String toString() {
        return entries.size() + " parameters of " + count() + " numbers";
    }
}
