package io.deltarule.training;

import io.deltarule.core.InvalidInputException;
import io.deltarule.core.training.AdamStep;
import io.deltarule.core.training.ParameterLayout;
import java.util.function.Predicate;

/**
 * Adam with decoupled weight decay.
 *
 * <pre>
 *   m ← β₁ m + (1 − β₁) g        v ← β₂ v + (1 − β₂) g²
 *   w ← (1 − η λ) w − η · m/(1 − β₁ᵗ) / (√(v/(1 − β₂ᵗ)) + ε)        λ = 0 for what does not decay
 * </pre>
 *
 * Source: Loshchilov and Hutter 2019, arXiv:1711.05101, algorithm 2, with η in front of λ as torch.optim.AdamW has it. In
 * float32; what depends on the step alone is computed in float64.
 */
public final class AdamW extends BlockwiseOptimizer {
    /** The gradients' mean among {@link #state}. */
    static final String MEAN = "m";
    /** That of their squares. */
    static final String SQUARES = "v";

    private final Settings settings;

    /**
     * Its constants.
     *
     * @param beta1 β₁, how long gradients are remembered
     * @param beta2 β₂, how long their squares are
     * @param epsilon ε
     * @param decay λ
     */
    public record Settings(double beta1, double beta2, double epsilon, double decay) implements Factory {
        /** What language models are trained with as a rule: 0.9, 0.95, 1e-8, 0.1. */
        public static final Settings USUAL = new Settings(0.9, 0.95, 1e-8, 0.1);

        /** Checks the ranges. */
        public Settings {
            inRange("beta1", beta1, 0, 1);
            inRange("beta2", beta2, 0, 1);
            inRange("epsilon", epsilon, 0, 1);
            inRange("decay", decay, 0, 1e6);
        }

        private static void inRange(String what, double value, double least, double end) {
            if (!(value >= least && value < end)) {
                throw new InvalidInputException("AdamW: " + what + ": expected a number from " + least
                        + " to less than " + end + " but found " + value);
            }
        }

        /** The same with another decay. */
        public Settings withDecay(double lambda) {
            return new Settings(beta1, beta2, epsilon, lambda);
        }

        /** What a step's formula has of its number and rate; gradients are taken as they are. */
        AdamStep step(double learningRate, long number) {
            return new AdamStep(
                    (float) beta1,
                    (float) (1 - beta1),
                    (float) beta2,
                    (float) (1 - beta2),
                    (float) (learningRate / (1 - Math.pow(beta1, (double) number))),
                    (float) (1 / Math.sqrt(1 - Math.pow(beta2, (double) number))),
                    (float) epsilon,
                    (float) (1 - learningRate * decay),
                    1);
        }

        @Override
        public Optimizer of(ParameterLayout layout, Predicate<String> decayed) {
            return new AdamW(this, layout, decayed);
        }
    }

    private AdamW(Settings settings, ParameterLayout layout, Predicate<String> decayed) {
        super(layout, decayed, MEAN, SQUARES);
        this.settings = settings;
    }

    @Override
    protected Rule rule(double learningRate, long number) {
        AdamStep step = settings.step(learningRate, number);
        float b1 = step.beta1();
        float c1 = step.rest1();
        float b2 = step.beta2();
        float c2 = step.rest2();
        float rate = step.rate();
        float root = step.root();
        float epsilon = step.epsilon();
        float keep = step.keep();
        return (w, g, state, count, decays) -> {
            float[] m = state[0];
            float[] v = state[1];
            float kept = decays ? keep : 1;
            for (int i = 0; i < count; i++) {
                m[i] = b1 * m[i] + c1 * g[i];
                v[i] = b2 * v[i] + c2 * g[i] * g[i];
                w[i] = kept * w[i] - rate * m[i] / ((float) Math.sqrt(v[i]) * root + epsilon);
            }
        };
    }
}
