package io.deltarule.core.cpu.delta.kernel;

import io.deltarule.core.cpu.math.Lanes;
import io.deltarule.core.cpu.math.Matrix;
import io.deltarule.core.cpu.math.RowSoftmax;
import io.deltarule.core.cpu.math.Rows;
import io.deltarule.core.cpu.memory.State;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * The selective read of one state: cross-attention over its K rows.
 *
 * <pre>  ℓ_d = S_d·r / √V        π = softmax(ℓ)        x = Σ_d π_d S_d </pre>
 *
 * S [K, V] of rows S_d; r, x [V] are rows of a scratch matrix. Any size of r is safe, see {@link RowSoftmax}. Two sweeps over a state that the write has just left in the cache. Source: docs/math/deltalens.md.
 */
public final class StateRowRead {
    private final int K;
    private final float perRoot; // 1 / √V
    private final Matrix weights; // one row, [K]
    private final float[] factors = new float[1];

    public StateRowRead(int K, int V) {
        this.K = K;
        perRoot = (float) (1 / Math.sqrt(V));
        weights = Matrix.allocate(1, K);
    }

    /** values[xRow] ← the read with the query in values[rRow], which may be scaled down. */
    public void read(State state, Matrix values, int rRow, int xRow) {
        float[] w = weights.data();
        factors[0] = perRoot * RowSoftmax.tame(values, rRow);
        for (int d = 0; d < K; d++) {
            w[d] = dot(state.data(), d * state.rowBytes(), values.data(), values.row(rRow), state.stride());
        }
        RowSoftmax.apply(weights, 0, 1, K, factors);
        Rows.scale(weights, 0, -1, weights, 0); // the sweep below subtracts
        Rows.fill(values, xRow, 0);
        StateSweep.erase(state, K, weights, 0, values, xRow);
    }

    private static float dot(MemorySegment s, long at, float[] r, int from, int width) {
        FloatVector sum = FloatVector.zero(Lanes.SPECIES);
        for (int i = 0; i < width; i += Lanes.COUNT) {
            sum = Lanes.load(s, at + (long) i * Float.BYTES).fma(Lanes.load(r, from + i), sum);
        }
        return Lanes.sum(sum);
    }
}
