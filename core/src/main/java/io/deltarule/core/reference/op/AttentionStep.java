package io.deltarule.core.reference.op;

import io.deltarule.core.Tensor;
import io.deltarule.core.layer.SequenceOp;
import io.deltarule.core.reference.delta.Flat;
import io.deltarule.core.reference.delta.StateRowRead;
import java.util.Arrays;
import java.util.Iterator;

/** Softmax attention in float64, o_t = Σ_s softmax_s(scale · q_t·k_s) v_s; carries keys and values. */
public final class AttentionStep implements LayerStep {
    private final SequenceOp.Attention op;
    private final double[] q;
    private final double[] k;
    private final double[] v;
    private final double[] out;
    private final int rows;
    private final double[][][] keys; // [N · kvHeads][rows][head]
    private final double[][][] values;

    public AttentionStep(
            SequenceOp.Attention op, double[] q, double[] k, double[] v, double[] out, int sequences, int maxContext) {
        this.op = op;
        this.q = q;
        this.k = k;
        this.v = v;
        this.out = out;
        this.rows = op.cacheRows(maxContext);
        this.keys = new double[sequences * op.kvHeads()][rows][k.length / op.kvHeads()];
        this.values = new double[sequences * op.kvHeads()][rows][v.length / op.kvHeads()];
    }

    @Override
    public void step(int sequence, int position) {
        int head = k.length / op.kvHeads();
        int value = v.length / op.kvHeads();
        for (int h = 0; h < op.kvHeads(); h++) {
            System.arraycopy(k, h * head, keys[sequence * op.kvHeads() + h][position % rows], 0, head);
            System.arraycopy(v, h * value, values[sequence * op.kvHeads() + h][position % rows], 0, value);
        }
        int seen = Math.min(position + 1, rows); // the cache holds no more than the window
        for (int j = 0; j < op.heads(); j++) {
            int h = sequence * op.kvHeads() + j / (op.heads() / op.kvHeads());
            double[] query = Arrays.copyOfRange(q, j * head, (j + 1) * head);
            double[] logits = new double[seen];
            for (int s = 0; s < seen; s++) {
                logits[s] = op.scale() * StateRowRead.dot(query, keys[h][s]);
            }
            double[] weights = StateRowRead.softmax(logits);
            for (int c = 0; c < value; c++) {
                double sum = 0;
                for (int s = 0; s < seen; s++) {
                    sum += weights[s] * values[h][s][c];
                }
                out[j * value + c] = sum;
            }
        }
    }

    @Override
    public void reset() {} // rows past a sequence's position are never read

    @Override
    public double[] state() {
        return Flat.of(keys, values);
    }

    @Override
    public void save(Iterator<Tensor> to, int[] positions) {
        for (double[][][] cache : new double[][][][] {keys, values}) {
            Tensor tensor = to.next();
            Flat.copy(cache, tensor);
            long at = 0;
            for (int item = 0; item < cache.length; item++) {
                for (int row = 0; row < rows; row++) {
                    for (int i = 0; i < cache[item][row].length; i++, at++) {
                        if (row >= positions[item / op.kvHeads()]) {
                            tensor.set(at, 0); // left over from before a reset
                        }
                    }
                }
            }
        }
    }

    @Override
    public void load(Iterator<Tensor> from, int[] positions) {
        Flat.copy(from.next(), keys);
        Flat.copy(from.next(), values);
    }
}
