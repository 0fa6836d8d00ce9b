package io.deltarule.training.task;

import io.deltarule.core.InvalidInputException;
import io.deltarule.training.Batch;
import io.deltarule.training.Seeds;
import io.deltarule.training.TrainingTask;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** A task whose sequences are drawn one by one. Those that are held out have seeds that no training batch has. */
public abstract class SequenceTask implements TrainingTask {
    private static final long HELD_OUT = 0x68656c64; // apart from every step

    private final String name;
    private final int vocabulary;
    private final BatchSizes sizes;

    /**
     * Of a name and sizes.
     *
     * @param vocabulary how many ids and labels there are
     */
    protected SequenceTask(String name, int vocabulary, BatchSizes sizes) {
        this.name = name;
        this.vocabulary = vocabulary;
        this.sizes = sizes;
    }

    /**
     * Draws a sequence.
     *
     * @param random where all chance comes from
     * @param ids overwritten, as long as the sequence
     * @param labels −1 everywhere; set where something is to be predicted
     */
    protected abstract void draw(SplittableRandom random, int[] ids, int[] labels);

    /** The shortest sequence that makes sense. */
    protected int least() {
        return 1;
    }

    /** Some sequences of one length, of any, for tests beyond the lengths of training. */
    public final Batch batch(SplittableRandom random, int sequences, int length) {
        return batch(random, sequences, length, length);
    }

    private Batch batch(SplittableRandom random, int sequences, int shortest, int longest) {
        if (shortest < least()) {
            throw new InvalidInputException(
                    "task " + name + ": expected sequences of at least " + least() + " tokens but found " + shortest);
        }
        int[][] ids = new int[sequences][];
        int[][] labels = new int[sequences][];
        for (int i = 0; i < sequences; i++) {
            int length = random.nextInt(shortest, longest + 1);
            ids[i] = new int[length];
            labels[i] = new int[length];
            Arrays.fill(labels[i], Batch.NONE);
            draw(random, ids[i], labels[i]);
        }
        return Batch.of(ids, labels);
    }

    @Override
    public final Batch training(SplittableRandom random) {
        return batch(random, sizes.sequences(), sizes.shortest(), sizes.longest());
    }

    /** Of the longest length that is trained on. */
    @Override
    public final List<Batch> heldOut() {
        List<Batch> batches = new ArrayList<>();
        for (int i = 0; i < sizes.heldOut(); i++) {
            batches.add(batch(Seeds.generator(HELD_OUT, i), sizes.sequences(), sizes.longest()));
        }
        return batches;
    }

    @Override
    public final String name() {
        return name;
    }

    @Override
    public final int vocabulary() {
        return vocabulary;
    }

    @Override
    public final int sequences() {
        return sizes.sequences();
    }

    @Override
    public final int longest() {
        return sizes.longest();
    }
}
