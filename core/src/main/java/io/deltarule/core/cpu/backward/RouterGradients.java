package io.deltarule.core.cpu.backward;

import io.deltarule.core.cpu.op.ExpertsRouter;
import io.deltarule.core.cpu.op.LayerRun;
import io.deltarule.core.cpu.op.SlotBuffer;
import io.deltarule.core.layer.MatrixOp;
import java.util.Arrays;

/**
 * From the gradients w̄ of the chosen experts' weights to those of the router's logits, in float64.
 *
 * <pre>
 *   renormalised, S = Σ_C s:   s̄_e = factor (w̄_e − Σ_C w̄_c s_c / S) / S, e ∈ C        else   s̄_e = factor w̄_e
 *   softmax:   z̄_e = s_e (s̄_e − Σ_C s̄_c s_c)        sigmoid:   z̄_e = s̄_e s_e (1 − s_e)
 * </pre>
 */
final class RouterGradients {
    private final MatrixOp.Experts.Routing routing;
    private final SlotBuffer logits;
    private final ExpertsRouter router;
    private final Gradient to; // null where nobody wants it
    private final float[] given; // w̄ by choice
    private final double[] scores;
    private final double[] slopes;

    RouterGradients(MatrixOp.Experts op, SlotBuffer logits, ExpertsRouter router, Gradient to, int maxTokens) {
        this.routing = op.routing();
        this.logits = logits;
        this.router = router;
        this.to = to;
        this.given = new float[Math.multiplyExact(maxTokens, routing.chosen())];
        this.scores = new double[op.experts()];
        this.slopes = new double[op.experts()];
    }

    /** Takes up w̄ of a choice; those of one run may come from many threads. */
    void put(int place, float gradient) {
        given[place] = gradient;
    }

    void run(LayerRun run) {
        for (int t = 0; to != null && t < run.tokens(); t++) {
            token(t);
        }
    }

    private void token(int t) {
        int first = t * routing.chosen();
        int end = first + routing.chosen();
        scores(t);
        double chosen = 0;
        double meeting = 0;
        for (int i = first; i < end; i++) {
            chosen += scores[router.expert(i)];
            meeting += given[i] * scores[router.expert(i)];
        }
        Arrays.fill(slopes, 0);
        double inner = 0;
        for (int i = first; i < end; i++) {
            int e = router.expert(i);
            slopes[e] = routing.factor() * (routing.renormalised() ? (given[i] - meeting / chosen) / chosen : given[i]);
            inner += slopes[e] * scores[e];
        }
        for (int e = 0; e < scores.length; e++) {
            double s = scores[e];
            float gradient = (float) (routing.sigmoid() ? slopes[e] * s * (1 - s) : s * (slopes[e] - inner));
            to.buffer().set(t, e, to.add() ? to.buffer().get(t, e) + gradient : gradient);
        }
    }

    private void scores(int t) {
        double max = Double.NEGATIVE_INFINITY;
        for (int e = 0; e < scores.length; e++) {
            max = Math.max(max, logits.get(t, e));
        }
        double sum = 0;
        for (int e = 0; e < scores.length; e++) {
            double z = logits.get(t, e);
            scores[e] = routing.sigmoid() ? 1 / (1 + Math.exp(-z)) : Math.exp(z - max);
            sum += scores[e];
        }
        for (int e = 0; !routing.sigmoid() && e < scores.length; e++) {
            scores[e] /= sum;
        }
    }
}
