package io.deltarule.training.task;

import io.deltarule.core.InvalidInputException;
import io.deltarule.training.Batch;
import io.deltarule.training.Score;
import io.deltarule.training.TrainingTask;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * The next token of a text. Training takes windows from anywhere in its first part; the last part is held out and taken in windows
 * one after the other, so that every one of its tokens but the first of each window is predicted.
 */
public final class TextTask implements TrainingTask {
    private final int[] ids;
    private final int vocabulary;
    private final BatchSizes sizes;
    private final int trained;

    /**
     * Of a text.
     *
     * @param ids its tokens; not copied
     * @param vocabulary how many ids there are
     * @param sizes of batches; windows have the longest length
     * @param heldOut which share of the tokens is held out, from the end
     * @throws InvalidInputException if either part is shorter than a window and the token after it, or an id is none
     */
    public TextTask(int[] ids, int vocabulary, BatchSizes sizes, double heldOut) {
        this.ids = ids;
        this.vocabulary = vocabulary;
        this.sizes = sizes;
        this.trained = (int) Math.floor(ids.length * (1 - heldOut));
        int least = sizes.longest() + 1;
        if (trained < least || ids.length - trained < least) {
            throw new InvalidInputException(
                    "text: expected at least " + least + " tokens to train on and as many held out"
                            + " but found " + trained + " and " + (ids.length - trained)
                            + "; give a longer text, shorter sequences, or another share to hold out");
        }
        for (int i = 0; i < ids.length; i++) {
            if (ids[i] < 0 || ids[i] >= vocabulary) {
                throw new InvalidInputException(
                        "text: expected ids from 0 to " + (vocabulary - 1) + " but found " + ids[i] + " at token " + i);
            }
        }
    }

    /** How many tokens are trained on. */
    public int trainedTokens() {
        return trained;
    }

    /** How many tokens are held out. */
    public int heldOutTokens() {
        return ids.length - trained;
    }

    @Override
    public String name() {
        return "text";
    }

    @Override
    public int vocabulary() {
        return vocabulary;
    }

    @Override
    public int sequences() {
        return sizes.sequences();
    }

    @Override
    public int longest() {
        return sizes.longest();
    }

    @Override
    public Batch training(SplittableRandom random) {
        int[] begins = new int[sizes.sequences()];
        for (int i = 0; i < begins.length; i++) {
            begins[i] = random.nextInt(trained - sizes.longest());
        }
        return windows(begins);
    }

    /** As many batches as sizes say, or as the text has: windows from the beginning of what is held out. */
    @Override
    public List<Batch> heldOut() {
        int length = sizes.longest();
        int windows = (ids.length - trained - 1) / length;
        List<Batch> batches = new ArrayList<>();
        for (int from = 0; from < windows && batches.size() < sizes.heldOut(); from += sizes.sequences()) {
            int[] begins = new int[Math.min(sizes.sequences(), windows - from)];
            int first = from;
            Arrays.setAll(begins, i -> trained + (first + i) * length);
            batches.add(windows(begins));
        }
        return batches;
    }

    private Batch windows(int[] begins) {
        int length = sizes.longest();
        int[][] in = new int[begins.length][];
        int[][] next = new int[begins.length][];
        for (int i = 0; i < begins.length; i++) {
            in[i] = Arrays.copyOfRange(ids, begins[i], begins[i] + length);
            next[i] = Arrays.copyOfRange(ids, begins[i] + 1, begins[i] + 1 + length);
        }
        return Batch.of(in, next);
    }

    @Override
    public Score score() {
        return Score.PERPLEXITY;
    }
}
