package io.deltarule.core.reference.backward;

import io.deltarule.core.layer.PositionOp;
import io.deltarule.core.reference.op.LayerEquations;
import io.deltarule.core.reference.op.WeightNumbers;
import java.util.Arrays;

/** Rotations: what was turned by an angle is turned back by it. */
final class PositionBackward {
    private PositionBackward() {}

    /** x̄ += R(φ)ᵀ ȳ = R(−φ) ȳ. */
    static void rotary(PositionOp.Rotary op, BackwardRun run) {
        double[] dy = run.gradient(op.out());
        int t = 0;
        for (int n = 0; n < run.lengths().length; n++) {
            for (int i = 0; i < run.lengths()[n]; i++, t++) {
                double[] angles = LayerEquations.angles(run.positions()[n] + i, op.rotary(), op.theta());
                FlatRows.add(
                        run.gradient(op.in()),
                        t,
                        turnedBack(FlatRows.row(dy, t, op.out().width()), angles, op.head(), op.rotary()));
            }
        }
    }

    /**
     * With α_i = τ_i Φ_i the angle of pair i, (a, b) its numbers turned: ᾱ = a b̄ − b ā, and
     *
     * <pre>  τ̄ += Σ_t Φ_t ᾱ_t        Φ̄_t = Φ̄_{t+1} + τ ᾱ_t        φ̄_t += Φ̄_t </pre>
     *
     * @param state Φ [N, width] before the run
     * @param carriedOut its gradient after the run
     * @return its gradient before the run
     */
    static double[] selectiveRotary(
            PositionOp.SelectiveRotary op, BackwardRun run, double[] state, double[] carriedOut) {
        int width = op.angles().width();
        int end = run.tokens();
        double[] carriedIn = new double[state.length];
        WeightNumbers tau = run.weight(op.temperature());
        for (int n = run.lengths().length - 1; n >= 0; n--) {
            int first = end - run.lengths()[n];
            double[][] sums = sums(FlatRows.row(state, n, width), run.values(op.angles()), first, end);
            double[] later = FlatRows.row(carriedOut, n, width);
            for (int t = end - 1; t >= first; t--) {
                double[] sum = sums[t - first];
                double[] angles = sum.clone();
                for (int i = 0; i < width; i++) {
                    angles[i] *= tau == null ? 1 : tau.get(i);
                }
                double[] x = FlatRows.row(run.values(op.in()), t, op.in().width());
                double[] dy = FlatRows.row(run.gradient(op.out()), t, x.length);
                FlatRows.add(run.gradient(op.in()), t, turnedBack(dy, angles, op.head(), op.rotary()));
                double[] dAngles = angleGradients(op, x, dy, angles);
                for (int i = 0; i < width; i++) {
                    BackwardRun.add(run.weightGradient(op.temperature()), i, sum[i] * dAngles[i]);
                    later[i] += (tau == null ? 1 : tau.get(i)) * dAngles[i];
                }
                FlatRows.add(run.gradient(op.angles()), t, later);
            }
            System.arraycopy(later, 0, carriedIn, n * width, width);
            end = first;
        }
        return carriedIn;
    }

    /** Φ_t of tokens [first, end). */
    private static double[][] sums(double[] before, double[] phi, int first, int end) {
        double[][] sums = new double[end - first][];
        for (int t = first; t < end; t++) {
            sums[t - first] = (t == first ? before : sums[t - first - 1]).clone();
            FlatRows.add(sums[t - first], 0, FlatRows.row(phi, t, before.length));
        }
        return sums;
    }

    private static double[] angleGradients(PositionOp.SelectiveRotary op, double[] x, double[] dy, double[] angles) {
        double[] y = new double[x.length];
        LayerEquations.rotate(x, angles, op.head(), op.rotary(), y);
        int half = op.rotary() / 2;
        double[] out = new double[angles.length];
        for (int i = 0; i < angles.length; i++) {
            int a = i / half * op.head() + i % half;
            out[i] = y[a] * dy[a + half] - y[a + half] * dy[a];
        }
        return out;
    }

    private static double[] turnedBack(double[] dy, double[] angles, int head, int rotary) {
        double[] back = Arrays.stream(angles).map(angle -> -angle).toArray();
        double[] dx = new double[dy.length];
        LayerEquations.rotate(dy, back, head, rotary, dx);
        return dx;
    }
}
