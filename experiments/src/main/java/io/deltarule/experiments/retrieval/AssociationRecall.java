package io.deltarule.experiments.retrieval;

import io.deltarule.core.DeltaEngine;
import io.deltarule.core.DeltaInputs;
import io.deltarule.core.DeltaOutputs;
import io.deltarule.core.DeltaPlan;
import io.deltarule.core.DeltaShape;
import io.deltarule.core.Form;
import io.deltarule.core.Gate;
import io.deltarule.core.Input;
import io.deltarule.core.PlanSpec;
import io.deltarule.core.Tensor;
import io.deltarule.core.Variant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Stores a setting's associations through an engine, asks for them and scores every way of reading.
 *
 * <p>One batch row per trial, one value head per write strength. The first N tokens write; the rest have β = 0 and only
 * read, q linearly and r selectively.
 */
final class AssociationRecall {
    /** Write strengths β that are tried. Weak writes let a state of dense keys forget later. */
    static final double[] STRENGTHS = {1, 0.5, 0.2, 0.1};
    /** Steps of the constant gate γ from 0 to 1. */
    static final int GATES = 10;

    private final RetrievalSizes sizes;
    private final DeltaEngine engine;

    AssociationRecall(RetrievalSizes sizes, DeltaEngine engine) {
        this.sizes = sizes;
        this.engine = engine;
    }

    /** The lengths of a run that stores so many associations. */
    static DeltaShape shape(RetrievalSizes sizes, int stored) {
        return shape(sizes, stored, true);
    }

    private static DeltaShape shape(RetrievalSizes sizes, int stored, boolean selective) {
        int T = stored + Associations.cues(stored);
        return new DeltaShape(
                sizes.trials(), T, 1, STRENGTHS.length, sizes.K(), sizes.V(), 1, sizes.trials(), Gate.NONE, selective);
    }

    /**
     * Scores of a setting, for every strength and gate: gate 0 is the linear read, gate 1 the selective one.
     *
     * @return [strength][gate]
     */
    List<List<ReadScore>> scores(RetrievalSetting setting) {
        return scores(setting, Variant.DELTALENS, shape(sizes, setting.stored()));
    }

    /** The same of a state from which nothing is erased, linear attention's: all gates are the linear read. */
    List<List<ReadScore>> accumulated(RetrievalSetting setting) {
        return scores(setting, Variant.SSD, shape(sizes, setting.stored(), false));
    }

    private List<List<ReadScore>> scores(RetrievalSetting setting, Variant variant, DeltaShape shape) {
        List<Associations> trials = new ArrayList<>();
        SplittableRandom random = new SplittableRandom(sizes.seed());
        for (int b = 0; b < sizes.trials(); b++) {
            trials.add(new Associations(sizes, setting, random.split()));
        }
        DeltaOutputs out;
        PlanSpec spec = PlanSpec.of(variant, shape).withForm(Form.RECURRENT).withScale(1);
        try (DeltaPlan plan = engine.plan(spec)) {
            out = plan.run(inputs(shape, trials));
        }
        float[] linear = out.o().toArray();
        float[] selective = shape.crossRead() ? out.oCross().toArray() : linear;
        List<List<ReadScore>> scores = new ArrayList<>();
        for (int h = 0; h < STRENGTHS.length; h++) {
            scores.add(scores(setting, trials, shape, h, linear, selective));
        }
        return scores;
    }

    private DeltaInputs inputs(DeltaShape s, List<Associations> trials) {
        Tensor q = Tensor.zeros(s.B(), s.T(), 1, s.K());
        Tensor k = Tensor.zeros(s.B(), s.T(), 1, s.K());
        Tensor v = Tensor.zeros(s.B(), s.T(), s.HV(), s.V());
        Tensor beta = Tensor.zeros(s.B(), s.T(), s.HV());
        Tensor r = Tensor.zeros(s.B(), s.T(), s.HV(), s.V());
        double reach = Math.sqrt(s.V()) * sizes.sharpness();
        for (int b = 0; b < s.B(); b++) {
            Associations trial = trials.get(b);
            int N = trial.tags.length;
            for (int t = 0; t < s.T(); t++) {
                long token = (long) b * s.T() + t;
                put(t < N ? k : q, token * s.K(), t < N ? trial.keys[t] : trial.queries[t - N], 1);
                for (int h = 0; h < s.HV(); h++) {
                    long head = token * s.HV() + h;
                    if (t < N) {
                        put(v, head * s.V(), trial.tags[t], 1);
                        put(v, head * s.V() + sizes.half(), trial.payloads[t], 1);
                        beta.set(head, (float) STRENGTHS[h]);
                    } else {
                        put(r, head * s.V(), trial.cues[t - N], reach);
                    }
                }
            }
        }
        DeltaInputs in = DeltaInputs.of(q, k, v).with(Input.BETA, beta);
        return s.crossRead() ? in.with(Input.R, r) : in;
    }

    private static void put(Tensor tensor, long at, double[] values, double factor) {
        for (int i = 0; i < values.length; i++) {
            tensor.set(at + i, (float) (factor * values[i]));
        }
    }

    private List<ReadScore> scores(
            RetrievalSetting setting,
            List<Associations> trials,
            DeltaShape s,
            int strength,
            float[] linear,
            float[] selective) {
        double[][][] results = new double[s.B()][][];
        IntStream.range(0, s.B()).parallel().forEach(b -> {
            int first = b * s.T() + setting.stored();
            results[b] = new CueScores(
                            trials.get(b),
                            cue -> ((first + cue) * s.HV() + strength) * s.V() + sizes.half(),
                            linear,
                            selective)
                    .byGate();
        });
        List<ReadScore> scores = new ArrayList<>();
        for (int g = 0; g <= GATES; g++) {
            double mean = 0;
            double squares = 0;
            double cosine = 0;
            for (double[][] trial : results) {
                mean += trial[g][0] / s.B();
                cosine += trial[g][1] / s.B();
            }
            for (double[][] trial : results) {
                squares += (trial[g][0] - mean) * (trial[g][0] - mean);
            }
            scores.add(new ReadScore(
                    mean,
                    Math.sqrt(squares / (s.B() - 1)),
                    cosine,
                    STRENGTHS[strength],
                    (double) g / GATES,
                    setting.keys()));
        }
        return scores;
    }
}
