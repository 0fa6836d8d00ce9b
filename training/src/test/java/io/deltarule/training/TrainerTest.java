package io.deltarule.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.core.InvalidInputException;
import io.deltarule.core.Tensor;
import io.deltarule.core.cpu.CpuEngine;
import io.deltarule.core.layer.WeightType;
import io.deltarule.core.reference.ReferenceEngine;
import io.deltarule.core.training.TrainingEngine;
import io.deltarule.models.format.ModelTemplates;
import io.deltarule.models.format.RandomModel;
import io.deltarule.models.inference.LanguageModel;
import io.deltarule.models.inference.Session;
import io.deltarule.models.inference.SessionOptions;
import io.deltarule.models.training.TrainableModel;
import io.deltarule.training.task.BatchSizes;
import io.deltarule.training.task.ParityTask;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.DoubleAdder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Steps of small models: what they depend on, and what they do not. */
class TrainerTest {
    private static final TrainingOptions OPTIONS = TrainingOptions.of(8, 4e-3, 3);

    @TempDir
    private Path folder;

    private static TrainableModel model(String type) {
        return TrainableModel.of(ModelTemplates.config(
                type,
                new ModelTemplates.Sizes(16, 24, 2, 5, false),
                Map.of("num_heads", "2", "head_dim", "8", "expand_v", "1.0", "allow_neg_eigval", "true")));
    }

    private static ParityTask task() {
        return new ParityTask(new BatchSizes(6, 3, 20, 1));
    }

    /** What some steps leave. */
    @SuppressWarnings("ArrayRecordComponent") // compared as one
    private record Trained(List<Double> losses, float[] weights) {
        static Trained by(TrainingEngine engine, TrainingTask task, TrainingOptions options) {
            try (Trainer trainer = new Trainer(engine, model("gated_deltanet"), task, options)) {
                List<Double> losses = new ArrayList<>();
                trainer.run(step -> losses.add(step.loss()));
                return new Trained(losses, trainer.weights().trained().data().toArray(Tensor.FLOAT));
            }
        }

        void equalsBitForBit(Trained other) {
            assertEquals(losses, other.losses());
            assertArrayEquals(weights, other.weights());
        }
    }

    @Test
    void isTheSameWithAnyNumberOfThreadsAndOnEveryRun() {
        Trained one = Trained.by(new CpuEngine(1), task(), OPTIONS);
        one.equalsBitForBit(Trained.by(new CpuEngine(3), task(), OPTIONS));
        one.equalsBitForBit(Trained.by(new CpuEngine(1), task(), OPTIONS));
        Trained other = Trained.by(new CpuEngine(1), task(), TrainingOptions.of(8, 4e-3, 4));
        assertTrue(!one.losses().equals(other.losses()), "the seed counts");
    }

    @Test
    void whatIsComputedAgainIsTheSame() {
        Trained.by(new CpuEngine(2), task(), OPTIONS)
                .equalsBitForBit(Trained.by(new CpuEngine(2), task(), OPTIONS.withRecompute(true)));
    }

    @Test
    void bothEnginesLearnTheSame() {
        TrainingOptions few = TrainingOptions.of(3, 4e-3, 3);
        Trained exact = Trained.by(new ReferenceEngine(), task(), few);
        Trained fast = Trained.by(new CpuEngine(2), task(), few);
        for (int i = 0; i < exact.losses().size(); i++) {
            assertEquals(exact.losses().get(i), fast.losses().get(i), 2e-4, "step " + (i + 1));
        }
    }

    /** Some batches in turn, joined or one by one. */
    private record Joined(TrainingTask of, int count) implements TrainingTask {
        @Override
        public Batch training(SplittableRandom random) {
            // the numbers that the trainer makes of its seed are not known here: so fixed ones
            return join(batches(of, count));
        }

        static List<Batch> batches(TrainingTask of, int count) {
            List<Batch> all = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                all.add(of.training(new SplittableRandom(i)));
            }
            return all;
        }

        static Batch join(List<Batch> all) {
            return new Batch(
                    all.stream().flatMapToInt(b -> Arrays.stream(b.lengths())).toArray(),
                    all.stream().flatMapToInt(b -> Arrays.stream(b.ids())).toArray(),
                    all.stream().flatMapToInt(b -> Arrays.stream(b.labels())).toArray());
        }

        @Override
        public String name() {
            return "joined";
        }

        @Override
        public int vocabulary() {
            return of.vocabulary();
        }

        @Override
        public int sequences() {
            return of.sequences() * count;
        }

        @Override
        public int longest() {
            return of.longest();
        }

        @Override
        public List<Batch> heldOut() {
            return of.heldOut();
        }
    }

    /** The same batches one after the other; the trainer asks for them in turn. */
    private static final class InTurn implements TrainingTask {
        private final TrainingTask of;
        private final List<Batch> batches;
        private int next;

        InTurn(TrainingTask of, int count) {
            this.of = of;
            this.batches = Joined.batches(of, count);
        }

        @Override
        public Batch training(SplittableRandom random) {
            return batches.get(next++ % batches.size());
        }

        @Override
        public String name() {
            return "in turn";
        }

        @Override
        public int vocabulary() {
            return of.vocabulary();
        }

        @Override
        public int sequences() {
            return of.sequences();
        }

        @Override
        public int longest() {
            return of.longest();
        }

        @Override
        public List<Batch> heldOut() {
            return of.heldOut();
        }
    }

    /** Batches with other numbers of labels, so that a mean of means would be another loss. */
    @Test
    void accumulatedBatchesAreOneLargeBatch() {
        TrainingOptions one = TrainingOptions.of(3, 4e-3, 3);
        Trained large = Trained.by(new CpuEngine(2), new Joined(task(), 3), one);
        Trained small = Trained.by(new CpuEngine(2), new InTurn(task(), 3), one.withAccumulation(3));
        for (int i = 0; i < 3; i++) {
            assertEquals(large.losses().get(i), small.losses().get(i), 1e-5);
        }
        assertArrayEquals(large.weights(), small.weights(), 2e-3f, "the update divides by the gradient's size");
    }

    @Test
    void frozenWeightsStay() {
        String some = "model.layers.0.";
        try (Trainer trainer = new Trainer(
                new CpuEngine(2), model("gated_deltanet"), task(), OPTIONS.training(name -> !name.startsWith(some)))) {
            float[] before = trainer.weights().frozen().data().toArray(Tensor.FLOAT);
            float[] trained = trainer.weights().trained().data().toArray(Tensor.FLOAT);
            assertTrue(trainer.weights().frozen().layout().contains(some + "attn.q_proj.weight"));
            trainer.run(step -> {});
            assertArrayEquals(before, trainer.weights().frozen().data().toArray(Tensor.FLOAT));
            assertTrue(
                    !Arrays.equals(trained, trainer.weights().trained().data().toArray(Tensor.FLOAT)));
        }
    }

    @Test
    void clippingShortensWhatTheOptimiserSees() {
        DoubleAdder seen = new DoubleAdder();
        Optimizer.Factory spy = (layout, decayed) -> new BlockwiseOptimizer(layout, decayed) {
            @Override
            protected Rule rule(double learningRate, long step) {
                return (w, g, state, count, decays) -> {
                    for (int i = 0; i < count; i++) {
                        seen.add((double) g[i] * g[i]);
                    }
                };
            }
        };
        TrainingOptions options = TrainingOptions.of(1, 1, 3).withOptimizer(spy);
        try (Trainer trainer =
                new Trainer(new CpuEngine(2), model("gated_deltanet"), task(), options.withClip(0.125))) {
            assertTrue(trainer.next().gradientNorm() > 0.125);
            assertEquals(0.125, Math.sqrt(seen.sumThenReset()), 1e-6);
        }
        try (Trainer trainer = new Trainer(new CpuEngine(2), model("gated_deltanet"), task(), options.withClip(0))) {
            assertEquals(trainer.next().gradientNorm(), Math.sqrt(seen.sumThenReset()), 1e-6);
        }
    }

    @Test
    void aLossThatIsNotFiniteStopsItAndIsExplained() {
        try (Trainer trainer = new Trainer(new CpuEngine(2), model("gated_deltanet"), task(), OPTIONS)) {
            trainer.next();
            String name = "model.layers.1.mlp.up_proj.weight";
            trainer.weights().trained().tensor(name).set(3, Float.NaN);
            NotFiniteException stop = assertThrows(NotFiniteException.class, trainer::next);
            assertEquals(2, stop.step());
            assertTrue(stop.tensor().contains(name), stop.getMessage());
            assertTrue(stop.getMessage().startsWith("step 2: expected a finite loss"), stop.getMessage());
            assertEquals(1, trainer.step());
        }
    }

    static Set<String> types() {
        return ModelTemplates.types();
    }

    @ParameterizedTest
    @MethodSource("types")
    void whatIsSavedGivesTheSameLogits(String type) {
        TrainableModel model = TrainableModel.of(
                ModelTemplates.config(type, new ModelTemplates.Sizes(null, null, null, 5, false), Map.of()));
        try (Trainer trainer = new Trainer(new CpuEngine(2), model, task(), TrainingOptions.of(2, 4e-3, 3))) {
            trainer.run(step -> {});
            trainer.save(folder);
            Batch batch = task().heldOut().getFirst();
            Predictions found = trainer.predict(batch);
            int length = batch.lengths()[0];
            try (LanguageModel read = LanguageModel.open(folder, new CpuEngine(2), null);
                    Session session = read.session(SessionOptions.of(length).withAllLogits(5))) {
                double[] losses = new double[length];
                session.feed(Arrays.copyOf(batch.ids(), length), (first, logits) -> {
                    for (int t = 0; t < logits.dim(0); t++) {
                        losses[first + t] = loss(logits, t, batch.labels()[first + t]);
                    }
                });
                assertArrayEquals(Arrays.copyOf(found.losses(), length), losses, 1e-5);
            }
        }
    }

    /** Rows of other lengths, as a published head has them: logits are the same, the rows have length 1 and keep it bit for bit. */
    @Test
    void rowsThatLogitsAreDividedByKeepLengthOne() {
        TrainableModel model = TrainableModel.of(ModelTemplates.config(
                "nemotron_flash", new ModelTemplates.Sizes(16, 128, 2, 5, false), Map.of("mamba2_headdim", "8")));
        RandomModel.write(
                folder, model.definition().orElseThrow().config(), new RandomModel.Options(WeightType.F32, 4, 1));
        try (Trainer trainer = new Trainer(new CpuEngine(2), model, task(), TrainingOptions.of(2, 4e-3, 3));
                LanguageModel read = LanguageModel.open(folder, new CpuEngine(2), null);
                Session session = read.session(8)) {
            trainer.weights().copyFrom(read.network().weights());
            Batch batch = new Batch(new int[] {3}, new int[] {1, 0, 1}, new int[] {Batch.NONE, Batch.NONE, 4});
            session.feed(new int[][] {batch.ids()});
            assertEquals(
                    loss(Tensor.view(session.logits(0).data(), 1, 5), 0, 4),
                    trainer.predict(batch).losses()[2],
                    1e-5);
            trainer.run(step -> {});
            Tensor head = trainer.weights().trained().tensor("lm_head.weight");
            float[] before = head.toArray();
            for (int row = 0; row < 5; row++) {
                double sum = 0;
                for (int i = 0; i < 16; i++) {
                    sum += Math.pow(head.get(row * 16L + i), 2);
                }
                assertEquals(1, Math.sqrt(sum), 2e-6);
            }
            trainer.weights().keepUnitRows();
            assertArrayEquals(before, head.toArray());
        }
    }

    @Test
    void aTiedHeadWhoseRowsHaveLengthOneIsRefused() {
        String config = ModelTemplates.config("nemotron_flash", Map.of("tie_word_embeddings", "true"));
        String message = assertThrows(InvalidInputException.class, () -> TrainableModel.of(config))
                .getMessage();
        assertTrue(message.startsWith("tie_word_embeddings: expected false"), message);
    }

    private static double loss(Tensor logits, int row, int label) {
        int width = logits.dim(1);
        double sum = 0;
        for (int i = 0; i < width; i++) {
            sum += Math.exp(logits.get((long) row * width + i));
        }
        return Math.log(sum) - logits.get((long) row * width + label);
    }

    @Test
    void evaluationIsTheMeanOfWhatIsPredicted() {
        try (Trainer trainer = new Trainer(new CpuEngine(2), model("kda"), task(), OPTIONS)) {
            Batch batch = task().heldOut().getFirst();
            batch.labels()[1] = Batch.NONE;
            batch.labels()[7] = Batch.NONE;
            Predictions said = trainer.predict(batch);
            Evaluation found = trainer.evaluate(List.of(batch));
            assertEquals(batch.tokens() - 2, found.labelled());
            assertEquals(0, said.losses()[7]);
            assertEquals(Batch.NONE, said.classes()[1]);
            assertEquals(said.lossSum() / found.labelled(), found.loss(), 1e-12);
            assertEquals(said.right() / (double) found.labelled(), found.accuracy(), 1e-12);
            assertEquals(Math.exp(found.loss()), found.perplexity(), 1e-12);
            assertEquals(Math.log(5), found.loss(), 0.1, "a model that knows nothing");
        }
    }

    @Test
    void aVocabularyThatIsTooSmallIsRefused() {
        TrainableModel one = TrainableModel.of(
                ModelTemplates.config("delta_net", new ModelTemplates.Sizes(16, 24, 1, 1, false), Map.of()));
        String message = assertThrows(
                        InvalidInputException.class, () -> new Trainer(new CpuEngine(1), one, task(), OPTIONS))
                .getMessage();
        assertTrue(message.contains("at least 2") && message.contains("parity"), message);
    }
}
