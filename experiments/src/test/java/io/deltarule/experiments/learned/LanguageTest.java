package io.deltarule.experiments.learned;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.experiments.ExperimentResult;
import io.deltarule.experiments.Found;
import io.deltarule.experiments.ResultCurve;
import io.deltarule.experiments.ResultPoint;
import io.deltarule.models.training.TrainableModel;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.LongSummaryStatistics;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("thorough")
class LanguageTest {
    @Test
    void everyModelHasAsManyParameters() {
        Language.Sizes sizes = Language.Sizes.DEFAULT;
        LongSummaryStatistics counts = new EqualModels(sizes.hidden(), sizes.layers(), 256)
                .all().stream()
                        .mapToLong(c -> TrainableModel.of(c.config()).parameters())
                        .summaryStatistics();
        assertEquals(5, counts.getCount());
        assertTrue(counts.getMax() - counts.getMin() < 0.01 * counts.getMax(), counts::toString);
    }

    /** A text of ten letters: what a model says of it costs fewer and fewer bits. */
    @Test
    void everyModelLearnsSomethingOfAText() {
        byte[] text = "abcdefghij".repeat(300).getBytes(StandardCharsets.US_ASCII);
        Language.Sizes tiny = new Language.Sizes(32, 1, 4, 16, 20, 2, 2, 5e-3);
        ExperimentResult result = Found.run(new Language(text, "letters", tiny), 2);
        List<ResultCurve> curves = result.panels().getFirst().curves();
        assertEquals(
                List.of("DeltaLens", "Gated DeltaNet", "DeltaNet", "KDA", "Transformer"),
                curves.stream().map(ResultCurve::name).toList());
        for (ResultCurve curve : curves) {
            ResultPoint half = curve.points().getFirst();
            ResultPoint whole = curve.points().getLast();
            assertEquals(10 * 4 * 16, half.x());
            assertEquals(20 * 4 * 16, whole.x());
            assertEquals(2, whole.samples().size());
            assertTrue(whole.mean() < half.mean() && whole.mean() < 7, () -> curve.name() + " " + curve.points());
            whole.samples().forEach(sample -> {
                double bits = Math.log((double) sample.details().get("perplexity")) / Math.log(2);
                assertEquals(sample.value(), bits, 1e-9);
            });
        }
    }
}
