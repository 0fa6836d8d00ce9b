package io.deltarule.core.reference.backward;

import io.deltarule.core.layer.SequenceOp;

/** y_t = x_{t−1} − x_t backward: x̄_t += ȳ_{t+1} − ȳ_t, where the last token's ȳ_{t+1} is what was carried out. */
final class DifferenceBackward {
    private DifferenceBackward() {}

    /**
     * Goes back over a run.
     *
     * @param carriedOut gradient [N, width] of the last inputs after it
     * @return gradient of those before it
     */
    static double[] back(SequenceOp.TokenDifference op, BackwardRun run, double[] carriedOut) {
        int width = op.in().width();
        double[] next = carriedOut.clone(); // of x_t by way of y_{t+1}
        int end = 0;
        for (int n = 0; n < run.lengths().length; n++) {
            int first = end;
            end += run.lengths()[n];
            for (int t = end - 1; t >= first; t--) {
                double[] dy = FlatRows.row(run.gradient(op.out()), t, width);
                for (int d = 0; d < width; d++) {
                    BackwardRun.add(run.gradient(op.in()), t * width + d, next[n * width + d] - dy[d]);
                    next[n * width + d] = dy[d];
                }
            }
        }
        return next;
    }
}
