package io.deltarule.core.training;

/**
 * The numbers of one step of Adam with decoupled weight decay, of which all but the gradients depends on the step alone.
 *
 * <pre>
 *   g ← clip · g        m ← β₁ m + rest₁ g        v ← β₂ v + rest₂ g²
 *   w ← keep · w − rate · m / (√v · root + ε)        keep = 1 for what does not decay
 * </pre>
 *
 * @param beta1 β₁
 * @param rest1 1 − β₁
 * @param beta2 β₂
 * @param rest2 1 − β₂
 * @param rate η / (1 − β₁ᵗ)
 * @param root (1 − β₂ᵗ)^(−1/2)
 * @param epsilon ε
 * @param keep 1 − η λ
 * @param clip what the gradients are multiplied by, so that all together are no longer than they may be
 */
public record AdamStep(
        float beta1,
        float rest1,
        float beta2,
        float rest2,
        float rate,
        float root,
        float epsilon,
        float keep,
        float clip) {
    /** The same with gradients multiplied by another number. */
    public AdamStep withClip(float factor) {
        return new AdamStep(beta1, rest1, beta2, rest2, rate, root, epsilon, keep, factor);
    }
}
