package io.deltarule.core.testkit;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * What the plain float32 passes do with one head's state S [K, V]: its sums over channels, in one order of them. Loops over
 * what is not summed are innermost where that is possible, and else four sums are taken side by side, for speed: neither
 * changes the order within a sum.
 */
final class Float32Sums {
    final int[] keyOrder; // in which sums over K are taken
    private final int[] valueOrder; // in which sums over V are taken
    private final int V;

    /**
     * The sums over K key and V value channels.
     *
     * @param order one of {@link Float32Tolerance#ORDERS}
     */
    Float32Sums(int K, int V, int order) {
        this.V = V;
        this.keyOrder = indices(K, order);
        this.valueOrder = indices(V, order);
    }

    /** The numbers 0 to count − 1 in the order of such a seed. */
    private static int[] indices(int count, int order) {
        List<Integer> indices =
                new ArrayList<>(IntStream.range(0, count).boxed().toList());
        if (order != 0) {
            Collections.shuffle(indices, new Random(order));
        }
        return indices.stream().mapToInt(i -> i).toArray();
    }

    /** Sᵀ x. */
    float[] overKeys(float[] S, float[] x) {
        float[] sums = new float[V];
        for (int d : keyOrder) {
            addRow(S, d * V, x[d], sums);
        }
        return sums;
    }

    /** u − Sᵀ e, one difference after the other. */
    float[] pseudoValue(float[] S, float[] e, float[] u) {
        float[] p = u.clone();
        for (int d : keyOrder) {
            addRow(S, d * V, -e[d], p);
        }
        return p;
    }

    private static void addRow(float[] S, int at, float factor, float[] sums) {
        for (int c = 0; c < sums.length; c++) {
            sums[c] += S[at + c] * factor;
        }
    }

    /** S x. */
    float[] overValues(float[] S, float[] x) {
        float[] sums = new float[keyOrder.length];
        int d = 0;
        for (; d + 4 <= sums.length; d += 4) {
            float first = 0;
            float second = 0;
            float third = 0;
            float fourth = 0;
            for (int c : valueOrder) {
                int at = d * V + c;
                first += S[at] * x[c];
                second += S[at + V] * x[c];
                third += S[at + 2 * V] * x[c];
                fourth += S[at + 3 * V] * x[c];
            }
            sums[d] = first;
            sums[d + 1] = second;
            sums[d + 2] = third;
            sums[d + 3] = fourth;
        }
        for (; d < sums.length; d++) {
            for (int c : valueOrder) {
                sums[d] += S[d * V + c] * x[c];
            }
        }
        return sums;
    }

    /** Σ_v S ⊙ R by key channel. */
    float[] overValuesOfProduct(float[] S, float[] R) {
        float[] sums = new float[keyOrder.length];
        for (int c : valueOrder) {
            for (int d = 0; d < sums.length; d++) {
                sums[d] += S[d * V + c] * R[d * V + c];
            }
        }
        return sums;
    }

    /** S ← S + factor · a bᵀ. */
    static void addOuter(float[] S, float factor, float[] a, float[] b) {
        for (int d = 0; d < a.length; d++) {
            float scaled = factor * a[d];
            for (int c = 0; c < b.length; c++) {
                S[d * b.length + c] += scaled * b[c];
            }
        }
    }

    /** S ← diag(decay) S; nothing without a decay. */
    static void decay(float[] S, float[] decay) {
        if (decay == null) {
            return;
        }
        int V = S.length / decay.length;
        for (int d = 0; d < decay.length; d++) {
            for (int c = 0; c < V; c++) {
                S[d * V + c] *= decay[d];
            }
        }
    }
}
