package io.deltarule.training.task;

import io.deltarule.core.InvalidInputException;
import io.deltarule.training.Batch;
import java.util.SplittableRandom;

/**
 * Modular arithmetic without brackets: numbers with signs +, − and × between them; at each number the value so far, products
 * first, modulo m.
 *
 * <pre>  ids 0 … m−1 numbers, m +, m+1 −, m+2 ×        labels at numbers only </pre>
 *
 * Source: Delétang et al. 2023, arXiv:2207.02098, "modular arithmetic (simple)"; Grazzi et al. 2024, arXiv:2411.12537,
 * section 5.2.
 */
public final class ModularTask extends SequenceTask {
    private static final int OPERATORS = 3;

    private final int modulus;

    /** Of a modulus, 5 in the papers, and sizes. */
    public ModularTask(int modulus, BatchSizes sizes) {
        super("modular", modulus + OPERATORS, sizes);
        if (modulus < 2) {
            throw new InvalidInputException("modulus: expected at least 2 but found " + modulus);
        }
        this.modulus = modulus;
    }

    @Override
    protected void draw(SplittableRandom random, int[] ids, int[] labels) {
        int sum = 0; // of the products that are over
        int product = 1; // the one that goes on, with its sign
        for (int t = 0; t < ids.length; t++) {
            if (t % 2 == 1) {
                ids[t] = modulus + random.nextInt(OPERATORS);
                labels[t] = Batch.NONE;
                if (ids[t] != modulus + 2) {
                    sum = (sum + product) % modulus;
                    product = ids[t] == modulus ? 1 : modulus - 1;
                }
                continue;
            }
            ids[t] = random.nextInt(modulus);
            product = product * ids[t] % modulus;
            labels[t] = (sum + product) % modulus;
        }
    }
}
