package io.deltarule.training.task;

import java.util.SplittableRandom;

/**
 * Parity: after each bit, whether the ones so far are odd in number.
 *
 * <pre>  y_t = x_1 ⊕ … ⊕ x_t        ids and labels 0 and 1 </pre>
 *
 * A state transition with eigenvalues in [0, 1] alone cannot do it at any length; with β up to 2 they reach −1. Source:
 * Grazzi et al. 2024, arXiv:2411.12537, section 5.1.
 */
public final class ParityTask extends SequenceTask {
    /** Of sizes. */
    public ParityTask(BatchSizes sizes) {
        super("parity", 2, sizes);
    }

    @Override
    protected void draw(SplittableRandom random, int[] ids, int[] labels) {
        int odd = 0;
        for (int t = 0; t < ids.length; t++) {
            ids[t] = random.nextInt(2);
            odd ^= ids[t];
            labels[t] = odd;
        }
    }
}
