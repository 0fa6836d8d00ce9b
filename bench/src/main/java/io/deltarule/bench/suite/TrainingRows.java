package io.deltarule.bench.suite;

import io.deltarule.bench.result.SpeedRatio;
import io.deltarule.bench.timing.Timing;
import io.deltarule.core.Engines;
import io.deltarule.core.Tensor;
import io.deltarule.core.layer.LayerPlan;
import io.deltarule.core.layer.LayerSpec;
import io.deltarule.core.measure.ProductShare;
import io.deltarule.core.training.TrainingEngine;
import io.deltarule.models.format.ModelTemplates;
import io.deltarule.models.training.TrainableModel;
import io.deltarule.training.Batch;
import io.deltarule.training.Trainer;
import io.deltarule.training.TrainingOptions;
import io.deltarule.training.task.BatchSizes;
import io.deltarule.training.task.SequenceTask;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** Measures what learning costs on the CPU engine: a whole training step beside its tokens forward alone, and the products' share. */
record TrainingRows(SuiteRecorder recorder) {
    private static final int TOKENS = 1024;
    private static final int VOCABULARY = 256;
    private static final String MODEL = "a Gated DeltaNet of 10 million parameters, " + TOKENS + " tokens";
    private static final int STEPS = 5; // whose shares are taken

    /** Ids as they come, each with the next one as its label. */
    private static final class NextId extends SequenceTask {
        NextId() {
            super("next id", VOCABULARY, BatchSizes.of(1, TOKENS));
        }

        @Override
        protected void draw(SplittableRandom random, int[] ids, int[] labels) {
            for (int t = 0; t < ids.length; t++) {
                ids[t] = random.nextInt(VOCABULARY);
            }
            System.arraycopy(ids, 1, labels, 0, ids.length - 1);
        }
    }

    void measure() {
        if (!recorder.everything()) {
            return;
        }
        recorder.listener().begins("timing a training step of " + MODEL);
        TrainingEngine engine = TrainingEngine.of(Engines.named("cpu"));
        TrainingOptions options = TrainingOptions.of(1_000_000, 1e-4, 1); // more steps than are taken
        try (Trainer trainer = new Trainer(engine, model(), new NextId(), options)) {
            LayerSpec spec =
                    LayerSpec.of(trainer.model().loss(), trainer.weights().weights(), TOKENS, 1, TOKENS);
            try (LayerPlan forward = engine.plan(spec)) {
                measure(forward, trainer);
            }
        }
    }

    private void measure(LayerPlan forward, Trainer trainer) {
        int[] lengths = {TOKENS};
        Batch batch = trainer.task().training(new SplittableRandom(1));
        List<Tensor> inputs = List.of(Batch.column(batch.ids()), Batch.column(batch.labels()));
        List<Tensor> losses = List.of(Tensor.zeros(TOKENS, 1));
        Runnable once = () -> {
            forward.reset();
            forward.run(lengths, inputs, losses);
        };
        List<Timing> timed = recorder.seconds(4).time(List.of(once, trainer::next));
        recorder.add(SpeedRatio.of(
                "training_step_over_forward",
                "a training step (forward, backward with every gradient, AdamW) of " + MODEL
                        + ", over the same forward alone, in turn with it",
                timed.getLast().medianNanos() / 1e6,
                timed.getFirst().medianNanos() / 1e6,
                "ms"));
        List<ProductShare> shares = new ArrayList<>();
        for (int i = 0; i < STEPS; i++) {
            shares.add(ProductShare.of(trainer::next));
        }
        shares.sort(Comparator.comparingDouble(ProductShare::ofWork));
        ProductShare median = shares.get(STEPS / 2);
        recorder.add(SpeedRatio.of(
                "training_step_in_products",
                "the threads' time in matrix products over their time at work, in a training step of " + MODEL,
                median.productNanos() / 1e6,
                median.workNanos() / 1e6,
                "ms"));
        recorder.add(SpeedRatio.of(
                "training_step_idle",
                "the threads' time without work, or waiting for each other, over all their time, in the same step",
                median.idleNanos() / 1e6,
                (median.workNanos() + median.idleNanos()) / 1e6,
                "ms"));
    }

    private static TrainableModel model() {
        return TrainableModel.of(ModelTemplates.config(
                "gated_deltanet",
                Map.of(
                        "hidden_size", "384",
                        "num_hidden_layers", "5",
                        "num_heads", "4",
                        "num_v_heads", "4",
                        "head_dim", "64",
                        "expand_v", "2.0",
                        "intermediate_size", "1024",
                        "vocab_size", Integer.toString(VOCABULARY))));
    }
}
