package io.deltarule.experiments.state;

import io.deltarule.core.DeltaEngine;
import io.deltarule.core.DeltaInputs;
import io.deltarule.core.DeltaPlan;
import io.deltarule.core.DeltaShape;
import io.deltarule.core.Gate;
import io.deltarule.core.Input;
import io.deltarule.core.PlanSpec;
import io.deltarule.core.Tensor;
import java.util.List;

/** Episodes of one length as one batch through an engine's plan, from zero states. */
final class StateRun {
    private final DeltaShape shape;
    private final float[] read;

    private StateRun(DeltaShape shape, float[] read) {
        this.shape = shape;
        this.read = read;
    }

    /**
     * Runs a rule over episodes.
     *
     * @param engine what computes
     * @param rule how states are written; the episodes have their own strengths
     * @param episodes of one length, at least one
     * @param K key channels
     * @param V value channels
     */
    static StateRun of(DeltaEngine engine, WriteRule rule, List<Episode> episodes, int K, int V) {
        DeltaShape shape = rule.shape(episodes.size(), episodes.getFirst().tokens(), K, V);
        PlanSpec spec = PlanSpec.of(rule.variant(), shape).withScale(1);
        try (DeltaPlan plan = engine.plan(spec)) {
            return new StateRun(
                    shape, plan.run(inputs(rule, shape, episodes)).o().toArray());
        }
    }

    private static DeltaInputs inputs(WriteRule rule, DeltaShape s, List<Episode> episodes) {
        Tensor q = Tensor.zeros(s.B(), s.T(), 1, s.K());
        Tensor k = Tensor.zeros(s.B(), s.T(), 1, s.K());
        Tensor v = Tensor.zeros(s.B(), s.T(), 1, s.V());
        Tensor beta = Tensor.zeros(s.B(), s.T(), 1);
        for (int b = 0; b < s.B(); b++) {
            Episode episode = episodes.get(b);
            for (int t = 0; t < s.T(); t++) {
                long token = (long) b * s.T() + t;
                put(q, token, episode.queries[t]);
                put(k, token, episode.keys[t]);
                put(v, token, episode.values[t]);
                beta.set(token, (float) episode.strengths[t]);
            }
        }
        DeltaInputs in = DeltaInputs.of(q, k, v).with(Input.BETA, beta);
        return rule.gate() == Gate.NONE
                ? in
                : in.with(Input.G, Tensor.zeros(s.B(), s.T(), 1).fill((float) Math.log(rule.decay())));
    }

    private static void put(Tensor tensor, long row, double[] values) {
        if (values != null) {
            for (int i = 0; i < values.length; i++) {
                tensor.set(row * values.length + i, (float) values[i]);
            }
        }
    }

    /** What token t of an episode read. */
    double[] read(int episode, int t) {
        double[] o = new double[shape.V()];
        int at = (episode * shape.T() + t) * shape.V();
        for (int i = 0; i < o.length; i++) {
            o[i] = read[at + i];
        }
        return o;
    }
}
