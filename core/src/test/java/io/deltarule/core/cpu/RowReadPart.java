package io.deltarule.core.cpu;

import io.deltarule.core.Comparison;
import io.deltarule.core.StateShape;
import io.deltarule.core.cpu.delta.kernel.StateRowRead;
import io.deltarule.core.cpu.math.Matrix;
import io.deltarule.core.cpu.math.Rows;
import io.deltarule.core.cpu.memory.State;
import io.deltarule.core.cpu.memory.States;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;

/** The selective read of one state that the second-level cache holds, after a decode step: softmax(S r / √V) S. */
final class RowReadPart extends HotPart {
    private final int K;
    private final int V;
    private final Arena arena = Arena.ofShared();
    private final State state;
    private final Matrix values; // r, then x
    private final StateRowRead read;

    RowReadPart(int K, int V) {
        this.K = K;
        this.V = V;
        States one = States.allocate(arena, new StateShape(1, 1, K, V));
        state = new State(one.data(), one.stride());
        values = Matrix.allocate(2, V);
        read = new StateRowRead(K, V);
        SplittableRandom random = new SplittableRandom(1);
        for (int c = 0; c < V; c++) {
            values.set(0, c, (float) random.nextGaussian());
            for (int d = 0; d < K; d++) {
                state.data().setAtIndex(ValueLayout.JAVA_FLOAT, (long) d * state.stride() + c, (float)
                        random.nextGaussian());
            }
        }
    }

    private double state(int d, int c) {
        return state.data().getAtIndex(ValueLayout.JAVA_FLOAT, (long) d * state.stride() + c);
    }

    @Override
    void prepare() {
        Rows.fill(values, 1, Float.NaN);
    }

    @Override
    void run() {
        read.read(state, values, 0, 1);
    }

    @Override
    void check() {
        double[] weights = new double[K];
        double sum = 0;
        for (int d = 0; d < K; d++) {
            double logit = 0;
            for (int c = 0; c < V; c++) {
                logit += state(d, c) * values.get(0, c);
            }
            weights[d] = Math.exp(logit / Math.sqrt(V)); // logits of a few units: no maximum to subtract
            sum += weights[d];
        }
        double[] exact = new double[V];
        for (int d = 0; d < K; d++) {
            for (int c = 0; c < V; c++) {
                exact[c] += weights[d] / sum * state(d, c);
            }
        }
        within(Comparison.of("x", V, c -> exact[(int) c], c -> values.get(1, (int) c)), REORDERED);
    }

    @Override
    public void close() {
        arena.close();
    }

    @Override
    public String toString() {
        return "selective read of a state, K " + K + ", V " + V;
    }
}
