package io.deltarule.models.segment;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.core.DeltaEngine;
import io.deltarule.core.Engines;
import io.deltarule.core.InvalidInputException;
import io.deltarule.models.corpus.CorpusModel;
import io.deltarule.models.inference.LanguageModel;
import io.deltarule.models.inference.ModelState;
import io.deltarule.models.inference.Session;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Segments, composed, are the sequence. In float64 they differ from it by what their rows and states lose on their way between stages, which is
 * float32; in float32 by no more than twice what the sequence itself differs from float64, and a floor.
 */
class SegmentsTest {
    private static final int TOKENS = 400;
    private static final double FLOOR = 2e-6;

    @TempDir
    Path temp;

    private static ModelState whole(LanguageModel model, int[] ids) {
        try (Session session = model.session(ids.length)) {
            session.feed(new int[][] {ids});
            return session.state(0);
        }
    }

    private static ModelState inSegments(LanguageModel model, int[] ids, int count) {
        SegmentedNetwork network = new SegmentedNetwork(model.network());
        SegmentRun run = new SegmentRun(network, model.engine(), null, ids.length, 64);
        return new Segments(run, network.cuts(ids.length, count)).inThisProcess(ids);
    }

    /** RMS of the difference over RMS, the largest of all delta states and the logits after another token. */
    private static double distance(LanguageModel model, ModelState expected, ModelState found) {
        double worst = 0;
        List<float[]> a = expected.deltas(model.network());
        List<float[]> b = found.deltas(model.network());
        for (int i = 0; i < a.size(); i++) {
            worst = Math.max(worst, distance(a.get(i), b.get(i)));
        }
        return Math.max(worst, distance(after(model, expected), after(model, found)));
    }

    private static float[] after(LanguageModel model, ModelState state) {
        try (Session session = model.session(state.length() + 1)) {
            session.restore(0, state);
            session.feed(new int[][] {{5}});
            return session.logits(0).toArray();
        }
    }

    private static double distance(float[] a, float[] b) {
        assertEquals(a.length, b.length);
        double difference = 0;
        double all = 0;
        for (int i = 0; i < a.length; i++) {
            difference += ((double) a[i] - b[i]) * ((double) a[i] - b[i]);
            all += (double) a[i] * a[i];
        }
        return Math.sqrt(difference / all);
    }

    @ParameterizedTest
    @CsvSource({"delta_net, 2", "delta_net, 5", "gated_deltaproduct, 4", "rwkv7, 3", "mamba2-groups, 4"})
    void composeToTheSequence(String name, int count) {
        Path folder = CorpusModel.unpack(name, temp.resolve(name));
        DeltaEngine reference = Engines.named("reference");
        DeltaEngine cpu = Engines.named("cpu");
        try (LanguageModel exact = LanguageModel.open(folder, reference, null);
                LanguageModel fast = LanguageModel.open(folder, cpu, null)) {
            int[] ids =
                    new Random(3).ints(TOKENS, 2, exact.network().vocabulary()).toArray();
            ModelState expected = whole(exact, ids);
            double plain = distance(exact, expected, whole(fast, ids));
            double segments = distance(exact, expected, inSegments(fast, ids, count));
            double wide = distance(exact, expected, inSegments(exact, ids, count));
            assertTrue(segments <= 2 * plain + FLOOR, () -> "segments " + segments + ", the sequence itself " + plain);
            assertTrue(wide <= 1e-6, () -> "in float64 " + wide);
            assertArrayEquals(ids, inSegments(fast, ids, 1).ids());
        }
    }

    @Test
    void aModelWithAttentionIsRefused() {
        Path folder = CorpusModel.unpack("qwen3_next", temp.resolve("model"));
        try (LanguageModel model = LanguageModel.open(folder, Engines.named("cpu"), null)) {
            String why = assertThrows(InvalidInputException.class, () -> new SegmentedNetwork(model.network()))
                    .getMessage();
            assertTrue(why.startsWith("segments: expected a model whose layers carry delta states"), why);
            assertTrue(why.contains("Attention"), why);
        }
    }

    @Test
    void segmentsAreLongerThanWhatConvolutionsLookBack() {
        Path folder = CorpusModel.unpack("delta_net", temp.resolve("model"));
        try (LanguageModel model = LanguageModel.open(folder, Engines.named("cpu"), null)) {
            SegmentedNetwork network = new SegmentedNetwork(model.network());
            assertEquals(9, network.overlap(), "three layers of four taps");
            assertArrayEquals(new int[] {0, 10, 20, 30}, network.cuts(30, 3));
            assertThrows(InvalidInputException.class, () -> network.cuts(27, 3));
        }
    }
}
