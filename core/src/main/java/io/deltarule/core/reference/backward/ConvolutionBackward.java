package io.deltarule.core.reference.backward;

import io.deltarule.core.layer.SequenceOp;
import io.deltarule.core.reference.op.WeightNumbers;

/**
 * Short convolution: with s_t what act is applied to and h_t = act'(s_t) ⊙ ȳ_t,
 *
 * <pre>  x̄_{t−taps+1+i} += W_i ⊙ h_t        W̄_i += Σ_t h_t ⊙ x_{t−taps+1+i}        b̄ += Σ_t h_t </pre>
 */
final class ConvolutionBackward {
    private ConvolutionBackward() {}

    /**
     * Goes back over a run.
     *
     * @param state inputs [N, taps − 1, width] before the run, oldest first
     * @param carriedOut gradient of those after it
     * @return gradient of those before it
     */
    static double[] back(SequenceOp.ShortConvolution op, BackwardRun run, double[] state, double[] carriedOut) {
        int width = op.in().width();
        int tail = op.taps() - 1;
        double[] carriedIn = new double[state.length];
        int first = 0;
        for (int n = 0; n < run.lengths().length; n++) {
            History x = new History(tail, run.lengths()[n], width);
            x.load(run.values(op.in()), first, width, 0);
            for (int i = 0; i < tail; i++) {
                System.arraycopy(state, (n * tail + i) * width, x.rows[i], 0, width);
                System.arraycopy(carriedOut, (n * tail + i) * width, x.gradients[run.lengths()[n] + i], 0, width);
            }
            for (int t = 0; t < run.lengths()[n]; t++) {
                token(op, run, x, t, FlatRows.row(run.gradient(op.out()), first + t, width));
            }
            x.addTo(run.gradient(op.in()), first, width, 0);
            for (int i = 0; i < tail; i++) {
                System.arraycopy(x.gradients[i], 0, carriedIn, (n * tail + i) * width, width);
            }
            first += run.lengths()[n];
        }
        return carriedIn;
    }

    /** Rows t to t + taps − 1 of x are what the sequence's token t sees. */
    private static void token(SequenceOp.ShortConvolution op, BackwardRun run, History x, int t, double[] dy) {
        WeightNumbers W = run.weight(op.weight());
        WeightNumbers b = run.weight(op.bias());
        for (int d = 0; d < dy.length; d++) {
            double sum = b == null ? 0 : b.get(d);
            for (int i = 0; i < op.taps(); i++) {
                sum += W.get((long) d * op.taps() + i) * x.rows[t + i][d];
            }
            double h = Derivatives.activation(op.activation(), sum) * dy[d];
            BackwardRun.add(run.weightGradient(op.bias()), d, h);
            for (int i = 0; i < op.taps(); i++) {
                BackwardRun.add(run.weightGradient(op.weight()), d * op.taps() + i, h * x.rows[t + i][d]);
                x.gradients[t + i][d] += h * W.get((long) d * op.taps() + i);
            }
        }
    }
}
