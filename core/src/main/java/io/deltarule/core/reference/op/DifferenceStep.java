package io.deltarule.core.reference.op;

import io.deltarule.core.Tensor;
import io.deltarule.core.reference.delta.Flat;
import java.util.Iterator;

/** What the token before had more of in float64, y_t = x_{t−1} − x_t; carries the last input. */
public final class DifferenceStep implements LayerStep {
    private final double[] x;
    private final double[] y;
    private final double[][][] previous; // [N][1][width]

    public DifferenceStep(double[] x, double[] y, int sequences) {
        this.x = x;
        this.y = y;
        this.previous = new double[sequences][1][x.length];
    }

    @Override
    public void step(int sequence, int position) {
        double[] before = previous[sequence][0];
        for (int d = 0; d < x.length; d++) {
            y[d] = before[d] - x[d];
            before[d] = x[d];
        }
    }

    @Override
    public void reset() {
        Flat.clear(previous);
    }

    @Override
    public double[] state() {
        return Flat.of(previous);
    }

    @Override
    public void save(Iterator<Tensor> to, int[] positions) {
        Flat.copy(previous, to.next());
    }

    @Override
    public void load(Iterator<Tensor> from, int[] positions) {
        Flat.copy(from.next(), previous);
    }
}
