package io.deltarule.core.reference.backward;

import io.deltarule.core.layer.ElementwiseOp;
import io.deltarule.core.reference.op.LayerEquations;
import io.deltarule.core.reference.op.WeightNumbers;

/** Operations on one number at a time; a gate that several channels share sums over them. */
final class ElementwiseBackward {
    private ElementwiseBackward() {}

    /** x̄ += factor · act'(x) ⊙ ȳ. */
    static void activate(ElementwiseOp.Activate op, BackwardRun run) {
        double[] x = run.values(op.in());
        double[] dy = run.gradient(op.out());
        for (int i = 0; i < x.length; i++) {
            BackwardRun.add(
                    run.gradient(op.in()), i, op.factor() * Derivatives.activation(op.activation(), x[i]) * dy[i]);
        }
    }

    /** x̄ += act(z) ⊙ ȳ, z̄ += act'(z) ⊙ Σ x ⊙ ȳ; a factor at its limit or beyond has the slope 0. */
    static void multiply(ElementwiseOp.Multiply op, BackwardRun run) {
        double[] x = run.values(op.in());
        double[] z = run.values(op.gate());
        double[] dy = run.gradient(op.out());
        int shared = op.in().width() / op.gate().width();
        for (int i = 0; i < x.length; i++) {
            LimitedProduct product = LimitedProduct.of(x[i], z[i / shared], op.activation(), op.limit());
            BackwardRun.add(run.gradient(op.in()), i, product.byFactor() * dy[i]);
            BackwardRun.add(run.gradient(op.gate()), i / shared, product.byGate() * dy[i]);
        }
    }

    /** ā_hd += ȳ_h b_hd, b̄_hd += ȳ_h a_hd. */
    static void headDot(ElementwiseOp.HeadDot op, BackwardRun run) {
        double[] a = run.values(op.a());
        double[] b = run.values(op.b());
        double[] dy = run.gradient(op.out());
        for (int i = 0; i < a.length; i++) {
            BackwardRun.add(run.gradient(op.a()), i, dy[i / op.head()] * b[i]);
            BackwardRun.add(run.gradient(op.b()), i, dy[i / op.head()] * a[i]);
        }
    }

    /** ā += ȳ, b̄ += ȳ. */
    static void add(ElementwiseOp.Add op, BackwardRun run) {
        double[] dy = run.gradient(op.out());
        for (int i = 0; i < dy.length; i++) {
            BackwardRun.add(run.gradient(op.a()), i, dy[i]);
            BackwardRun.add(run.gradient(op.b()), i, dy[i]);
        }
    }

    /** x̄ += γ ⊙ ȳ; ō += (1 − γ) ⊙ ȳ, or ȳ; z̄ += γ (1 − γ) Σ (x − o) ⊙ ȳ, or of x ⊙ ȳ. */
    static void mixReads(ElementwiseOp.MixReads op, BackwardRun run) {
        double[] o = run.values(op.linear());
        double[] x = run.values(op.cross());
        double[] z = run.values(op.gate());
        double[] dy = run.gradient(op.out());
        int shared = op.linear().width() / op.gate().width();
        for (int i = 0; i < o.length; i++) {
            double gate = LayerEquations.sigmoid(z[i / shared]);
            BackwardRun.add(run.gradient(op.cross()), i, gate * dy[i]);
            BackwardRun.add(run.gradient(op.linear()), i, op.additive() ? dy[i] : (1 - gate) * dy[i]);
            double met = op.additive() ? x[i] : x[i] - o[i];
            BackwardRun.add(run.gradient(op.gate()), i / shared, Derivatives.sigmoid(z[i / shared]) * met * dy[i]);
        }
    }

    /**
     * With a = exp(A_log), s = x + dt_bias and l the lower bound; dt_bias gets what x gets.
     *
     * <pre>
     *   g = −a softplus(s):    x̄ += −a σ(s) ḡ          A_log gets Σ g ḡ
     *   g = l σ(a s):          x̄ += l a σ'(a s) ḡ       A_log gets Σ l a s σ'(a s) ḡ
     * </pre>
     */
    static void logDecay(ElementwiseOp.LogDecay op, BackwardRun run) {
        WeightNumbers aLog = run.weight(op.aLog());
        WeightNumbers dtBias = run.weight(op.dtBias());
        double[] x = run.values(op.in());
        double[] dy = run.gradient(op.out());
        int width = op.in().width();
        for (int i = 0; i < x.length; i++) {
            int c = i % width;
            int head = c / (width / op.heads());
            double rate = Math.exp(aLog.get(head));
            double biased = x[i] + (dtBias == null ? 0 : dtBias.get(c));
            double slope = op.lowerBound() == 0
                    ? -rate * LayerEquations.sigmoid(biased)
                    : op.lowerBound() * rate * Derivatives.sigmoid(rate * biased);
            double byRate = op.lowerBound() == 0
                    ? -rate * LayerEquations.softplus(biased)
                    : op.lowerBound() * rate * biased * Derivatives.sigmoid(rate * biased);
            BackwardRun.add(run.gradient(op.in()), i, slope * dy[i]);
            BackwardRun.add(run.weightGradient(op.dtBias()), c, slope * dy[i]);
            BackwardRun.add(run.weightGradient(op.aLog()), head, byRate * dy[i]);
        }
    }

    /**
     * With a = exp(A_log), s = x + dt_bias and h = Δ̄ − a ḡ: x̄ += σ(s) h where Δ is between its bounds, else 0; dt_bias gets
     * what x gets, A_log Σ g ḡ.
     */
    static void timeStep(ElementwiseOp.TimeStep op, BackwardRun run) {
        WeightNumbers aLog = run.weight(op.aLog());
        WeightNumbers dtBias = run.weight(op.dtBias());
        double[] x = run.values(op.in());
        double[] dStep = run.gradient(op.step());
        double[] dDecay = run.gradient(op.decay());
        for (int i = 0; i < x.length; i++) {
            int head = i % op.in().width();
            double rate = Math.exp(aLog.get(head));
            double biased = x[i] + dtBias.get(head);
            double step = LayerEquations.softplus(biased);
            double clamped = Math.min(Math.max(step, op.least()), op.most());
            double byDecay = dDecay == null ? 0 : -rate * dDecay[i];
            double given = byDecay + (dStep == null ? 0 : dStep[i]);
            double slope = step > op.least() && step < op.most() ? LayerEquations.sigmoid(biased) : 0;
            BackwardRun.add(run.gradient(op.in()), i, slope * given);
            BackwardRun.add(run.weightGradient(op.dtBias()), head, slope * given);
            BackwardRun.add(run.weightGradient(op.aLog()), head, clamped * byDecay);
        }
    }

    /** x̄ += w ⊙ ȳ, ā += ȳ, w̄ += Σ x ⊙ ȳ over the channels that share it. */
    static void scale(ElementwiseOp.Scale op, BackwardRun run) {
        WeightNumbers w = run.weight(op.weight());
        double[] x = run.values(op.in());
        double[] dy = run.gradient(op.out());
        int width = op.in().width();
        for (int i = 0; i < x.length; i++) {
            int group = i % width / (width / op.groups());
            BackwardRun.add(run.gradient(op.in()), i, w.get(group) * dy[i]);
            BackwardRun.add(run.gradient(op.added()), i, dy[i]);
            BackwardRun.add(run.weightGradient(op.weight()), group, x[i] * dy[i]);
        }
    }
}
