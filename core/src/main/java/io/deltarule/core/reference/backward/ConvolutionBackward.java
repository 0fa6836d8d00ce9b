package io.deltarule.core.reference.backward;

import io.deltarule.core.layer.Activation;
import io.deltarule.core.layer.SequenceOp;
import io.deltarule.core.layer.Slot;
import io.deltarule.core.reference.op.WeightNumbers;

/**
 * Short convolutions: with s_t what act is applied to and h_t = act'(s_t) ⊙ ȳ_t,
 *
 * <pre>  x̄_{t−taps+1+i} += W_i ⊙ h_t        W̄_i += Σ_t h_t ⊙ x_{t−taps+1+i}        b̄ += Σ_t h_t </pre>
 *
 * Taps κ of a token's own are W_i = κ_ti, and κ̄_ti += h_t ⊙ x_{t−taps+1+i}.
 */
final class ConvolutionBackward {
    private final BackwardRun run;
    private final Slot in;
    private final Slot out;
    private final int taps;
    private final Activation activation;
    private final WeightNumbers W; // [width, taps], or every token's one after the other
    private final double[] weightGradient; // likewise
    private final int perToken; // how many numbers of W are a token's own
    private final WeightNumbers b;
    private final double[] biasGradient;

    ConvolutionBackward(SequenceOp.ShortConvolution op, BackwardRun run) {
        this.run = run;
        this.in = op.in();
        this.out = op.out();
        this.taps = op.taps();
        this.activation = op.activation();
        this.W = run.weight(op.weight());
        this.weightGradient = run.weightGradient(op.weight());
        this.perToken = 0;
        this.b = run.weight(op.bias());
        this.biasGradient = run.weightGradient(op.bias());
    }

    ConvolutionBackward(SequenceOp.DynamicConvolution op, BackwardRun run) {
        this.run = run;
        this.in = op.in();
        this.out = op.out();
        this.taps = op.taps();
        this.activation = op.activation();
        this.W = WeightNumbers.of(run.values(op.kernels()));
        this.weightGradient = run.gradient(op.kernels());
        this.perToken = op.kernels().width();
        this.b = null;
        this.biasGradient = null;
    }

    /**
     * Goes back over a run.
     *
     * @param state inputs [N, taps − 1, width] before the run, oldest first
     * @param carriedOut gradient of those after it
     * @return gradient of those before it
     */
    double[] back(double[] state, double[] carriedOut) {
        int width = in.width();
        int tail = taps - 1;
        double[] carriedIn = new double[state.length];
        int first = 0;
        for (int n = 0; n < run.lengths().length; n++) {
            History x = new History(tail, run.lengths()[n], width);
            x.load(run.values(in), first, width, 0);
            for (int i = 0; i < tail; i++) {
                System.arraycopy(state, (n * tail + i) * width, x.rows[i], 0, width);
                System.arraycopy(carriedOut, (n * tail + i) * width, x.gradients[run.lengths()[n] + i], 0, width);
            }
            for (int t = 0; t < run.lengths()[n]; t++) {
                token(x, t, (first + t) * perToken, FlatRows.row(run.gradient(out), first + t, width));
            }
            x.addTo(run.gradient(in), first, width, 0);
            for (int i = 0; i < tail; i++) {
                System.arraycopy(x.gradients[i], 0, carriedIn, (n * tail + i) * width, width);
            }
            first += run.lengths()[n];
        }
        return carriedIn;
    }

    /** Rows t to t + taps − 1 of x are what the sequence's token t sees; its taps begin at {@code at}. */
    private void token(History x, int t, int at, double[] dy) {
        for (int d = 0; d < dy.length; d++) {
            double sum = b == null ? 0 : b.get(d);
            for (int i = 0; i < taps; i++) {
                sum += W.get(at + (long) d * taps + i) * x.rows[t + i][d];
            }
            double h = Derivatives.activation(activation, sum) * dy[d];
            BackwardRun.add(biasGradient, d, h);
            for (int i = 0; i < taps; i++) {
                BackwardRun.add(weightGradient, at + d * taps + i, h * x.rows[t + i][d]);
                x.gradients[t + i][d] += h * W.get(at + (long) d * taps + i);
            }
        }
    }
}
