package io.deltarule.core.cpu.delta;

import io.deltarule.core.cpu.math.Lanes;
import io.deltarule.core.cpu.math.Matrix;
import io.deltarule.core.cpu.math.Rows;
import jdk.incubator.vector.FloatVector;

/**
 * The backward half of {@link ChannelDecay}: what later rows give to the gradients of earlier writes, and dg. Blocks of
 * {@value DiagonalBlock#SIZE} micro-steps are walked from the last to the first; what lies after a block meets it in one
 * product, its own rows meet each other one by one in registers.
 */
final class ChannelGateGradients {
    private static final int BLOCK = DiagonalBlock.SIZE;

    private final Matrix untilEnd; // exp(G_C − G) [C, K]
    private final Matrix laterRows; // f x ⊙ exp(G − G_b) with b the end of the block at hand [stacked, K]
    private final Matrix decayedKeys; // k ⊙ exp(G_b − G) with b its start [C, K]
    private final Matrix met; // S b with the state before the block [stacked, K]
    private final Matrix work; // [1, K]
    private final Matrix weights; // [BLOCK, K]
    private final Matrix sum; // [1, K]
    private final Matrix result; // dg [C, K]

    private ChannelDecay decay;
    private ChunkSpan span;

    ChannelGateGradients(int C, int K, int blocks) {
        untilEnd = Matrix.allocate(C, K);
        laterRows = Matrix.allocate((blocks + 1) * C, K);
        decayedKeys = Matrix.allocate(C, K);
        met = Matrix.allocate((blocks + 1) * C, K);
        work = Matrix.allocate(1, K);
        weights = Matrix.allocate(BLOCK, K);
        sum = Matrix.allocate(1, K);
        result = Matrix.allocate(C, K);
    }

    Matrix result() {
        return result;
    }

    /** See {@link ChunkDecay#accumulateAfter}. */
    void accumulateAfter(ChannelDecay of, Matrix overlaps, Matrix z0, Matrix crossing, Matrix y) {
        decay = of;
        span = of.span;
        decayUntilEnd();
        for (int from = (span.rows - 1) / BLOCK * BLOCK; from >= 0; from -= BLOCK) {
            int to = Math.min(from + BLOCK, span.rows);
            for (int j = from; j < to; j++) {
                Rows.multiply(y, j, untilEnd, to - 1, y, j);
            }
            for (int m = 0; m <= span.blocks && to < span.rows; m++) {
                addLater(overlaps, begin(m, to), end(m), from, to, y);
            }
            gates(from, to, overlaps, z0, crossing, y);
            for (int j = from; j < to; j++) {
                carryBack(j, to, overlaps, y);
            }
            for (int m = 0; m <= span.blocks; m++) {
                moveBack(m, from, to);
            }
        }
    }

    private void decayUntilEnd() {
        Rows.fill(untilEnd, span.rows - 1, 1);
        for (int i = span.rows - 2; i >= 0; i--) {
            Rows.multiply(untilEnd, i + 1, decay.steps(), i + 1, untilEnd, i);
        }
    }

    /** The first row of a block of reads, or of the erasure's after them, that belongs to micro-step i or a later one. */
    private int begin(int block, int i) {
        return block == span.blocks ? span.eraseAt() + i : block * span.queries + span.queriesBefore(i);
    }

    /** The row after a block's last. */
    private int end(int block) {
        return block == span.blocks ? span.stacked() : (block + 1) * span.queries;
    }

    /** The row of a block that belongs to a micro-step, −1 if it has none. */
    private int row(int block, int i) {
        if (block == span.blocks) {
            return span.eraseAt() + i;
        }
        int a = span.queryAt(i);
        return a < 0 ? -1 : block * span.queries + a;
    }

    private void addLater(Matrix overlaps, int first, int end, int from, int to, Matrix y) {
        if (end > first) {
            decay.chunkProducts
                    .products()
                    .multiplyLeftTransposed(
                            to - from,
                            decay.K,
                            end - first,
                            overlaps.from(first, from),
                            laterRows.from(first),
                            1,
                            y.from(from));
        }
    }

    /** Rows after the block decay through it, its own take their places among them. */
    private void moveBack(int block, int from, int to) {
        for (int r = begin(block, to); r < end(block); r++) {
            Rows.multiply(laterRows, r, decay.sinceBlock(), to - 1, laterRows, r);
        }
        for (int i = from; i < to; i++) {
            int r = row(block, i);
            if (r >= 0) {
                Rows.scaleMultiply(decay.x, r, decay.factors[r], decay.sinceBlock(), i, laterRows, r);
            }
        }
    }

    /** y_j ← exp(g_i) ⊙ (y_j + Σ T_rj f_r x_r) for i from the block's last micro-step to j + 1, r its rows. */
    private void carryBack(int j, int to, Matrix overlaps, Matrix y) {
        float[] steps = decay.steps().data();
        float[] x = decay.x.data();
        float[] into = y.data();
        for (int column = 0; column < y.stride(); column += Lanes.COUNT) {
            FloatVector total = FloatVector.fromArray(Lanes.SPECIES, into, y.row(j) + column);
            for (int i = to - 1; i > j; i--) {
                for (int m = 0; m <= span.blocks; m++) {
                    int r = row(m, i);
                    if (r >= 0) {
                        FloatVector overlap =
                                FloatVector.broadcast(Lanes.SPECIES, overlaps.get(r, j) * decay.factors[r]);
                        total = FloatVector.fromArray(Lanes.SPECIES, x, decay.x.row(r) + column)
                                .fma(overlap, total);
                    }
                }
                total = total.mul(FloatVector.fromArray(
                        Lanes.SPECIES, steps, decay.steps().row(i) + column));
            }
            total.intoArray(into, y.row(j) + column);
        }
    }

    /**
     * dg of a block's micro-steps. What crosses the whole block, from before it to after it, decays through it once; rows of
     * the block meet what comes before them one after the other.
     *
     * @param y D p before the block, (gradient of the state after the block) p within it
     */
    private void gates(int from, int to, Matrix overlaps, Matrix z0, Matrix crossing, Matrix y) {
        Matrix keys = decay.keys;
        int firstKey = decay.firstKey;
        Matrix steps = decay.steps();
        Rows.copy(crossing, 0, crossing.stride(), sum, 0);
        if (from > 0) {
            Rows.multiply(sum, 0, decay.sinceStart(), from - 1, sum, 0);
        }
        Rows.fill(work, 0, 1);
        for (int j = from - 1; j >= 0; j--) {
            Rows.multiply(keys, firstKey + j, work, 0, decayedKeys, j);
            Rows.multiply(work, 0, steps, j, work, 0);
            Rows.accumulateProduct(sum, 0, 1, decayedKeys, j, y, j);
        }
        Rows.multiply(sum, 0, untilEnd, to - 1, sum, 0);
        for (int m = 0; m <= span.blocks; m++) {
            int first = begin(m, from);
            int end = end(m);
            for (int r = first; r < end; r++) {
                decay.carryTo(from, z0, met, r);
            }
            if (from > 0 && end > first) {
                decay.chunkProducts.addProduct(overlaps, first, end - first, from, decayedKeys, decay.K, met);
            }
            for (int r = begin(m, to); r < end; r++) {
                Rows.accumulateProduct(sum, 0, 1, laterRows, r, met, r);
            }
        }
        Rows.fill(weights, to - 1 - from, 1);
        for (int t = to - 2; t >= from; t--) {
            Rows.multiply(weights, t + 1 - from, steps, t + 1, weights, t - from);
        }
        for (int t = from; t < to; t++) {
            Rows.multiply(sum, 0, steps, t, sum, 0);
            Rows.multiply(sum, 0, weights, t - from, result, t);
            Rows.accumulateProduct(sum, 0, 1, keys, firstKey + t, y, t);
        }
        for (int m = 0; m <= span.blocks; m++) {
            for (int i = from; i < to; i++) {
                int r = row(m, i);
                if (r >= 0) {
                    meet(from, i, overlaps, r);
                }
            }
        }
    }

    /** Adds f_r x_r exp(G_i − G_t) ⊙ (S' b_r), the state before the write at t, to dg_t for the micro-steps t ≤ i of a block. */
    private void meet(int from, int i, Matrix overlaps, int row) {
        float[] steps = decay.steps().data();
        float[] weight = weights.data();
        float[] gate = result.data();
        float[] keys = decay.keys.data();
        int stride = decay.x.stride(); // of all matrices here
        int firstKey = decay.keys.row(decay.firstKey);
        for (int column = 0; column < stride; column += Lanes.COUNT) {
            FloatVector w = FloatVector.fromArray(Lanes.SPECIES, decay.x.data(), row * stride + column)
                    .mul(decay.factors[row]);
            for (int t = i; t >= from; t--) {
                w.intoArray(weight, (t - from) * stride + column);
                w = w.mul(FloatVector.fromArray(Lanes.SPECIES, steps, t * stride + column));
            }
            FloatVector z = FloatVector.fromArray(Lanes.SPECIES, met.data(), row * stride + column);
            for (int t = from; t <= i; t++) {
                int at = t * stride + column;
                z = z.mul(FloatVector.fromArray(Lanes.SPECIES, steps, at));
                z.fma(
                                FloatVector.fromArray(Lanes.SPECIES, weight, (t - from) * stride + column),
                                FloatVector.fromArray(Lanes.SPECIES, gate, at))
                        .intoArray(gate, at);
                z = FloatVector.fromArray(Lanes.SPECIES, keys, firstKey + at)
                        .fma(FloatVector.broadcast(Lanes.SPECIES, overlaps.get(row, t)), z);
            }
        }
    }
}
