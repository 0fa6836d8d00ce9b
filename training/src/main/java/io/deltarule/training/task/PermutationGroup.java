package io.deltarule.training.task;

import io.deltarule.core.InvalidInputException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Groups of permutations; their elements are numbered in lexicographic order, so that 0 changes nothing. */
public enum PermutationGroup {
    /** All of three, 6. */
    S3(3, false),
    /** All of four, 24. */
    S4(4, false),
    /** The even ones of five, 60. */
    A5(5, true),
    /** All of five, 120. */
    S5(5, false);

    private final int[][] elements;
    private final int[][] products;

    PermutationGroup(int points, boolean even) {
        List<int[]> all = new ArrayList<>();
        extend(new int[points], 0, even, all);
        elements = all.toArray(int[][]::new);
        products = new int[elements.length][elements.length];
        for (int a = 0; a < elements.length; a++) {
            for (int b = 0; b < elements.length; b++) {
                products[a][b] = indexOf(composed(elements[a], elements[b]));
            }
        }
    }

    /** The group of that name, in any letters. */
    public static PermutationGroup named(String name) {
        for (PermutationGroup group : values()) {
            if (group.name().equals(name.toUpperCase(Locale.ROOT))) {
                return group;
            }
        }
        throw new InvalidInputException("group: expected one of " + Arrays.toString(values()) + " but found " + name);
    }

    private static void extend(int[] begun, int count, boolean evenOnly, List<int[]> all) {
        if (count == begun.length) {
            if (!evenOnly || inversions(begun) % 2 == 0) {
                all.add(begun.clone());
            }
            return;
        }
        for (int next = 0; next < begun.length; next++) {
            int one = next;
            if (Arrays.stream(begun, 0, count).noneMatch(p -> p == one)) {
                begun[count] = next;
                extend(begun, count + 1, evenOnly, all);
            }
        }
    }

    private static int inversions(int[] p) {
        int count = 0;
        for (int i = 0; i < p.length; i++) {
            for (int j = i + 1; j < p.length; j++) {
                count += p[i] > p[j] ? 1 : 0;
            }
        }
        return count;
    }

    private static int[] composed(int[] after, int[] before) {
        int[] both = new int[after.length];
        Arrays.setAll(both, i -> after[before[i]]);
        return both;
    }

    private int indexOf(int[] permutation) {
        for (int i = 0; i < elements.length; i++) {
            if (Arrays.equals(elements[i], permutation)) {
                return i;
            }
        }
        throw new AssertionError(Arrays.toString(permutation));
    }

    /** How many elements there are. */
    public int size() {
        return elements.length;
    }

    /** Where an element takes each point. */
    public int[] element(int index) {
        return elements[index].clone();
    }

    /** The element that does what {@code before} does and then what {@code after} does. */
    public int product(int after, int before) {
        return products[after][before];
    }
}
