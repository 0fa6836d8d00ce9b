package io.deltarule.core.reference.op;

import io.deltarule.core.Tensor;
import io.deltarule.core.layer.PositionOp;
import java.util.Arrays;
import java.util.Iterator;

/** Selective RoPE in float64, Φ_t = Φ_{t-1} + φ_t, pairs turned by τ_i Φ_ti; carries Φ. */
public final class SelectiveRotaryStep implements LayerStep {
    private final PositionOp.SelectiveRotary op;
    private final WeightNumbers temperature;
    private final double[] x;
    private final double[] phi;
    private final double[] y;
    private final double[][] sums; // Φ [N][heads · rotary/2]

    public SelectiveRotaryStep(
            PositionOp.SelectiveRotary op,
            WeightNumbers temperature,
            double[] x,
            double[] phi,
            double[] y,
            int sequences) {
        this.op = op;
        this.temperature = temperature;
        this.x = x;
        this.phi = phi;
        this.y = y;
        this.sums = new double[sequences][phi.length];
    }

    @Override
    public void step(int sequence, int position) {
        double[] sum = sums[sequence];
        double[] angles = new double[sum.length];
        for (int i = 0; i < sum.length; i++) {
            sum[i] += phi[i];
            angles[i] = sum[i] * (temperature == null ? 1 : temperature.get(i));
        }
        LayerEquations.rotate(x, angles, op.head(), op.rotary(), y);
    }

    @Override
    public void reset() {
        for (double[] sum : sums) {
            Arrays.fill(sum, 0);
        }
    }

    @Override
    public double[] state() {
        return Arrays.stream(sums).flatMapToDouble(Arrays::stream).toArray();
    }

    @Override
    public void save(Iterator<Tensor> to, int[] positions) {
        Tensor state = to.next();
        long at = 0;
        for (double[] sum : sums) {
            for (int i = 0; i < sum.length; i++, at++) {
                state.set(at, (float) sum[i]);
                state.set(at + sum.length, (float) (sum[i] - (float) sum[i]));
            }
            at += sum.length;
        }
    }

    @Override
    public void load(Iterator<Tensor> from, int[] positions) {
        Tensor state = from.next();
        long at = 0;
        for (double[] sum : sums) {
            for (int i = 0; i < sum.length; i++, at++) {
                sum[i] = (double) state.get(at) + state.get(at + sum.length);
            }
            at += sum.length;
        }
    }
}
