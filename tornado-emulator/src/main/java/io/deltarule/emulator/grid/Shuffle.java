package io.deltarule.emulator.grid;

import java.util.SplittableRandom;
import uk.ac.manchester.tornado.api.exceptions.TornadoRuntimeException;

/**
 * The order in which the groups of a launch, and between two barriers the work-items of a group, have their turns. No
 * order is promised by any device; one that changes with a seed shows kernels that count on one.
 */
public final class Shuffle {

    static final String PROPERTY = "deltarule.emulator.shuffle";
    private static final long DEFAULT_SEED = 20_261_121;

    private final SplittableRandom random;

    private Shuffle(SplittableRandom random) {
        this.random = random;
    }

    /** The orders of one launch: the same for the same seed, task and number of the execution. */
    public static Shuffle of(String task, long execution) {
        String seed = seed();
        return new Shuffle(
                seed.equals("off")
                        ? null
                        : new SplittableRandom(Long.parseLong(seed) * 31 + task.hashCode() + execution));
    }

    public static String describe() {
        return "order -D" + PROPERTY + "=" + seed();
    }

    private static String seed() {
        String seed = System.getProperty(PROPERTY, Long.toString(DEFAULT_SEED));
        if (!seed.matches("-?\\d{1,18}|off")) {
            throw new TornadoRuntimeException(
                    "-D" + PROPERTY + ": expected a whole number, or off for the natural order, found " + seed);
        }
        return seed;
    }

    public int[] order(int count) {
        int[] order = new int[count];
        for (int i = 0; i < count; i++) {
            order[i] = i;
        }
        reorder(order);
        return order;
    }

    public void reorder(int[] order) {
        if (random == null) {
            return;
        }
        for (int i = order.length - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int swap = order[i];
            order[i] = order[j];
            order[j] = swap;
        }
    }
}
