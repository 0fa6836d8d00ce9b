package io.deltarule.models.segment;

import java.io.Serializable;

/**
 * What a delta rule does to its state over some tokens, head by head: S_out = A S_in + B.
 *
 * @param heads HV
 * @param K rows of a state
 * @param V columns of a state
 * @param columns [HV, K, V + K]: B, and A beside it
 */
@SuppressWarnings("ArrayRecordComponent") // never modified
public record SegmentTransfer(int heads, int K, int V, float[] columns) implements Serializable {
    /**
     * Takes a state over.
     *
     * @param in [HV, K, V]
     * @return A · in + B, summed in float64
     */
    public float[] apply(float[] in) {
        float[] out = new float[heads * K * V];
        double[] row = new double[V];
        for (int i = 0; i < heads * K; i++) {
            int at = i * (V + K);
            int head = i / K;
            for (int v = 0; v < V; v++) {
                row[v] = columns[at + v];
            }
            for (int j = 0; j < K; j++) {
                double a = columns[at + V + j];
                int from = (head * K + j) * V;
                for (int v = 0; v < V; v++) {
                    row[v] += a * in[from + v];
                }
            }
            for (int v = 0; v < V; v++) {
                out[i * V + v] = (float) row[v];
            }
        }
        return out;
    }
}
