package io.deltarule.training.task;

import java.util.Locale;
import java.util.SplittableRandom;

/**
 * Word problems of a group: after each element, the product of all so far.
 *
 * <pre>  y_t = x_t ∘ … ∘ x_1        ids and labels are elements' numbers </pre>
 *
 * Each element is equally likely at each place. Source: Siems et al. 2025, arXiv:2502.10297, section 5.1.
 */
public final class PermutationTask extends SequenceTask {
    private final PermutationGroup group;

    /** Of a group and sizes. */
    public PermutationTask(PermutationGroup group, BatchSizes sizes) {
        super("permutations " + group.name().toLowerCase(Locale.ROOT), group.size(), sizes);
        this.group = group;
    }

    /** Whose elements are multiplied. */
    public PermutationGroup group() {
        return group;
    }

    @Override
    protected void draw(SplittableRandom random, int[] ids, int[] labels) {
        int product = 0;
        for (int t = 0; t < ids.length; t++) {
            ids[t] = random.nextInt(group.size());
            product = group.product(ids[t], product);
            labels[t] = product;
        }
    }
}
