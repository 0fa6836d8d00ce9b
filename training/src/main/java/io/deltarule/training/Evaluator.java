package io.deltarule.training;

import io.deltarule.core.Tensor;
import io.deltarule.core.layer.LayerEngine;
import io.deltarule.core.layer.LayerPlan;
import io.deltarule.core.layer.LayerSpec;
import io.deltarule.core.layer.Weights;
import io.deltarule.models.training.TrainableModel;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;

/** Runs a model over batches and looks at the labels' probabilities; rows without a label do not go through the head. */
final class Evaluator {
    /** Most logits held at once. */
    private static final int MOST_LOGITS = 1 << 24;

    private final LayerEngine engine;
    private final String device;
    private final TrainableModel model;
    private final Weights weights;

    /** @param device one of the engine's, or null for its own choice */
    Evaluator(LayerEngine engine, String device, TrainableModel model, Weights weights) {
        this.engine = engine;
        this.device = device;
        this.model = model;
        this.weights = weights;
    }

    Predictions predict(Batch given) {
        int[] memory = model.memoryIds();
        Predictions whole = predictAll(given.after(memory));
        return memory.length == 0 ? whole : without(memory.length, given, whole);
    }

    /** Only what is said of the tokens that were given. */
    private static Predictions without(int memory, Batch given, Predictions whole) {
        int[] classes = new int[given.tokens()];
        double[] losses = new double[given.tokens()];
        int to = 0;
        int from = 0;
        for (int length : given.lengths()) {
            from += memory;
            System.arraycopy(whole.classes(), from, classes, to, length);
            System.arraycopy(whole.losses(), from, losses, to, length);
            from += length;
            to += length;
        }
        return new Predictions(given, classes, losses);
    }

    private Predictions predictAll(Batch batch) {
        int hidden = model.body().outputs().getFirst().width();
        try (Arena arena = Arena.ofShared()) {
            Tensor rows = Tensor.allocate(arena, batch.tokens(), hidden);
            LayerSpec spec = LayerSpec.of(model.body(), weights, batch.tokens(), batch.sequences(), batch.longest());
            try (LayerPlan body = engine.plan(spec.onDevice(device))) {
                body.run(batch.lengths(), List.of(Batch.column(batch.ids())), List.of(rows));
            }
            return head(batch, rows, arena);
        }
    }

    private Predictions head(Batch batch, Tensor rows, Arena arena) {
        int[] labels = batch.labels();
        int[] at = new int[batch.labelled()];
        for (int token = 0, i = 0; token < labels.length; token++) {
            if (labels[token] != Batch.NONE) {
                at[i++] = token;
            }
        }
        int hidden = model.body().outputs().getFirst().width();
        int vocab = model.vocabulary();
        int piece = Math.max(1, Math.min(at.length, MOST_LOGITS / vocab));
        int[] classes = new int[labels.length];
        Arrays.fill(classes, Batch.NONE);
        double[] losses = new double[labels.length];
        long row = (long) hidden * Float.BYTES;
        try (LayerPlan head =
                engine.plan(LayerSpec.of(model.head(), weights, piece, 1, piece).onDevice(device))) {
            float[] logits = new float[vocab];
            for (int from = 0; from < at.length; from += piece) {
                int count = Math.min(piece, at.length - from);
                Tensor in = Tensor.allocate(arena, count, hidden);
                for (int i = 0; i < count; i++) {
                    MemorySegment.copy(rows.data(), at[from + i] * row, in.data(), i * row, row);
                }
                Tensor out = Tensor.allocate(arena, count, vocab);
                head.run(new int[] {count}, List.of(in), List.of(out));
                head.reset();
                for (int i = 0; i < count; i++) {
                    MemorySegment.copy(out.data(), Tensor.FLOAT, (long) i * vocab * Float.BYTES, logits, 0, vocab);
                    int token = at[from + i];
                    classes[token] = likeliest(logits);
                    losses[token] = logSumExp(logits) - logits[labels[token]];
                }
            }
        }
        return new Predictions(batch, classes, losses);
    }

    private static int likeliest(float[] logits) {
        int best = 0;
        for (int i = 1; i < logits.length; i++) {
            best = logits[i] > logits[best] ? i : best;
        }
        return best;
    }

    private static double logSumExp(float[] logits) {
        double largest = Double.NEGATIVE_INFINITY;
        for (float logit : logits) {
            largest = Math.max(largest, logit); // NaN wins
        }
        double sum = 0;
        for (float logit : logits) {
            sum += Math.exp(logit - largest);
        }
        return largest + Math.log(sum);
    }
}
