package io.deltarule.training.run;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.core.Comparison;
import io.deltarule.core.DeltaEngine;
import io.deltarule.core.Tensor;
import io.deltarule.core.cpu.CpuEngine;
import io.deltarule.core.reference.ReferenceEngine;
import io.deltarule.models.inference.Decoder;
import io.deltarule.models.inference.GenerationOptions;
import io.deltarule.models.inference.LanguageModel;
import io.deltarule.models.inference.Session;
import io.deltarule.models.inference.SessionOptions;
import io.deltarule.training.StepReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The hybrids of docs/examples: a few steps of them, and what is saved, on both engines. */
class HybridExamplesTest {
    private static final Path EXAMPLES =
            Path.of("..", "docs", "examples").toAbsolutePath().normalize();
    private static final int STEPS = 25;

    /** Of float32 over a few layers, as for published formats. */
    private static final double TOLERANCE = 1e-5;

    @TempDir
    private Path folder;

    /** A key and its value four times, then the first key again. */
    private static final int[] PROMPT = {3, 40, 5, 44, 9, 33, 12, 50, 3};

    @SuppressWarnings("ArrayRecordComponent") // made here, compared by its parts
    private record Said(Tensor logits, int[] ids) {
        static Said by(Path model, DeltaEngine engine) {
            try (LanguageModel read = LanguageModel.open(model, engine, null);
                    Session session = read.session(SessionOptions.of(PROMPT.length + 8))) {
                session.feed(new int[][] {PROMPT});
                Tensor logits = Tensor.zeros(read.network().vocabulary()).copyFrom(session.logits(0));
                Decoder decoder =
                        new Decoder(session, GenerationOptions.greedy(8).withStops(Set.of()));
                while (decoder.step()) {
                    // until the length is reached
                }
                return new Said(logits, decoder.completion(0).ids());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"train-h1.json", "train-h2.json"})
    void trainsAndIsReadBack(String example) throws IOException {
        String text = Files.readString(EXAMPLES.resolve(example));
        String few = text.replace("\"steps\": 600", "\"steps\": " + STEPS).replace("\"warmup\": 60", "\"warmup\": 5");
        assertTrue(!few.equals(text) && few.contains("\"warmup\": 5,"), few);
        List<Double> losses = new ArrayList<>();
        new TrainingRun(
                        RunConfig.parse(example, few, EXAMPLES),
                        new CpuEngine(2),
                        folder,
                        "0-test",
                        new TrainingRun.Listener() {
                            @Override
                            public void stepped(StepReport step) {
                                losses.add(step.loss());
                            }
                        })
                .run(false, () -> false);
        assertEquals(STEPS, losses.size());
        assertTrue(losses.getLast() < losses.getFirst() - 0.3, losses::toString);
        Said exact = Said.by(folder, new ReferenceEngine());
        Said fast = Said.by(folder, new CpuEngine(2));
        Comparison comparison = Comparison.of("logits", exact.logits(), fast.logits());
        assertTrue(comparison.within(TOLERANCE), comparison::toString);
        assertArrayEquals(exact.ids(), fast.ids());
        assertEquals(8, fast.ids().length);
    }
}
