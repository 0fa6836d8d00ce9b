package io.deltarule.core.reference.op;

import io.deltarule.core.Tensor;
import io.deltarule.core.layer.Activation;
import io.deltarule.core.reference.delta.Flat;
import java.util.Iterator;

/**
 * Causal short convolution in float64, y_td = act( b_d + Σ_i W_di x_{t−taps+1+i, d} ); carries its last inputs. W is read anew for
 * every token, so that it may be the token's own.
 */
public final class ConvolutionStep implements LayerStep {
    private final int taps;
    private final Activation activation;
    private final WeightNumbers W;
    private final WeightNumbers b;
    private final double[] x;
    private final double[] y;
    private final double[][][] tail; // [N][taps − 1][width], oldest first

    /** @param b null for none */
    public ConvolutionStep(
            int taps, Activation activation, WeightNumbers W, WeightNumbers b, double[] x, double[] y, int sequences) {
        this.taps = taps;
        this.activation = activation;
        this.W = W;
        this.b = b;
        this.x = x;
        this.y = y;
        this.tail = new double[sequences][taps - 1][x.length];
    }

    @Override
    public void step(int sequence, int position) {
        double[][] past = tail[sequence];
        for (int d = 0; d < x.length; d++) {
            double sum = b == null ? 0 : b.get(d);
            for (int i = 0; i < taps; i++) {
                sum += W.get((long) d * taps + i) * (i < taps - 1 ? past[i][d] : x[d]);
            }
            y[d] = LayerEquations.activation(activation, sum);
        }
        for (int i = 0; i < taps - 1; i++) {
            System.arraycopy(i < taps - 2 ? past[i + 1] : x, 0, past[i], 0, x.length);
        }
    }

    @Override
    public void reset() {
        Flat.clear(tail);
    }

    @Override
    public double[] state() {
        return Flat.of(tail);
    }

    @Override
    public void save(Iterator<Tensor> to, int[] positions) {
        if (taps > 1) {
            Flat.copy(tail, to.next());
        }
    }

    @Override
    public void load(Iterator<Tensor> from, int[] positions) {
        if (taps > 1) {
            Flat.copy(from.next(), tail);
        }
    }
}
