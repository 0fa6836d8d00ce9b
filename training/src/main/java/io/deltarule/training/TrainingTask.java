package io.deltarule.training;

import java.util.List;
import java.util.SplittableRandom;

/**
 * What is to be learned: batches, and what tells how well it was. It knows no model and no optimiser.
 *
 * <p>A task holds no generator: all chance in a batch comes from the one that it is given, so that a run which was interrupted
 * draws the same batches when it goes on. Batches are asked for by one thread.
 */
public interface TrainingTask {
    /** Its name, for messages. */
    String name();

    /** How many ids and labels there are: a model's vocabulary is at least as large. */
    int vocabulary();

    /** Most sequences of a training batch. */
    int sequences();

    /** Most tokens of a sequence in training. */
    int longest();

    /**
     * A batch to train on.
     *
     * @param random of this batch alone
     */
    Batch training(SplittableRandom random);

    /** Batches that are never trained on, the same at every call; their sizes may be others than those in training. */
    List<Batch> heldOut();

    /** What counts. */
    default Score score() {
        return Score.ACCURACY;
    }
}
