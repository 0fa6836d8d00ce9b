package io.deltarule.models.segment;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.core.Engines;
import io.deltarule.core.InvalidInputException;
import io.deltarule.models.corpus.CorpusModel;
import io.deltarule.models.inference.LanguageModel;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Counts by hand, of models with three layers of width 64, two heads of 32 and a feed-forward layer of 96. */
class SegmentCostsTest {
    private static final double FEED_FORWARD = 3 * 64 * 96;
    private static final double STATE = 2 * 32 * 32;

    @TempDir
    Path temp;

    private interface Use {
        void of(LanguageModel model);
    }

    private void with(String name, Use use) {
        Path folder = CorpusModel.unpack(name, temp.resolve(name));
        try (LanguageModel model = LanguageModel.open(folder, Engines.named("cpu"), null)) {
            use.of(model);
        }
    }

    @Test
    void everyLayersProductsAndStatesAreCounted() {
        with("delta_net", model -> {
            TokenWork work = TokenWork.of(model.network());
            assertEquals(3 * (4 * 64 * 64 + 64 * 2 + FEED_FORWARD), work.products()); // q, k, v, o; beta
            assertEquals(3 * 4 * STATE, work.deltas());
            assertEquals(3 * 4 * 2 * STATE, work.maps());
            assertEquals(work.products() + work.deltas(), work.inOrder());
            assertEquals(work.inOrder() + work.maps(), work.inSegment());
        });
        with("gated_deltaproduct", model -> {
            TokenWork work = TokenWork.of(model.network());
            double mixer = 3 * 64 * 64 + 2 * 3 * 64 * 64 + 3 * 64 * 2 + 64 * 2; // q, gate, o; k, v; beta; decay
            assertEquals(3 * (mixer + FEED_FORWARD), work.products());
            assertEquals(3 * 4 * 3 * STATE, work.deltas());
            assertEquals(3 * 4 * 3 * 2 * STATE, work.maps());
        });
    }

    @Test
    void secondsAreTheFormulas() {
        with("delta_net", model -> {
            SegmentedNetwork network = new SegmentedNetwork(model.network());
            TokenWork work = TokenWork.of(model.network());
            SegmentCosts.Rates rates = new SegmentCosts.Rates(1e9, 4e8, 1e7, 0.25, 1e6);
            SegmentCosts costs = SegmentCosts.of(network, 40_000, 4, rates);
            double bytes = 4 * 3 * 4 * 2 * 32 * (2 * 32 + 32);
            double composing = 4 * 3 * STATE * 32;
            assertEquals(40_000 * work.inOrder() / 1e9, costs.one(), 1e-9);
            assertEquals(
                    10_009 * work.inSegment() / 4e8 + 4 * 0.25 + bytes / 1e6 + composing / 1e7, costs.many(), 1e-9);
            SegmentCosts alone = SegmentCosts.of(network, 40_000, 1, rates);
            assertEquals(alone.one(), alone.many());
            assertFalse(alone.pays());
        });
    }

    @Test
    void segmentsPayFromTheLeastLengthOn() {
        with("delta_net", model -> {
            SegmentedNetwork network = new SegmentedNetwork(model.network());
            SegmentCosts.Rates rates = new SegmentCosts.Rates(1e9, 0.5, 1e8);
            long least = SegmentCosts.least(network, 8, rates);
            assertTrue(SegmentCosts.of(network, least, 8, rates).pays());
            assertFalse(SegmentCosts.of(network, least / 2, 8, rates).pays());
            assertEquals(-1, SegmentCosts.least(network, 2, new SegmentCosts.Rates(1e9, 1e8, 1e9, 0.5, 1e8)));
        });
    }

    @Test
    void ratesAreAboveZero() {
        String why = assertThrows(InvalidInputException.class, () -> new SegmentCosts.Rates(1e9, 0, 1e9, 0.1, 1e8))
                .getMessage();
        assertEquals("rates: expected numbers above 0 but found 1.0E9, 0.0, 1.0E9, 0.1 and 1.0E8", why);
    }

    @Test
    void rowsOfASegmentAreWhatStagesReadAndMake() {
        with(
                "delta_net",
                model -> assertEquals(
                        4 * 2 * (64 + 3 * 64 + 2), // the residual row; q, k, v; beta; of two stages
                        new SegmentedNetwork(model.network()).bytesPerToken()));
        SegmentRows last = new SegmentRows(5, 3, Map.of("a", new float[] {1, 2, 3, 4, 5, 6}), List.of()).last();
        assertEquals(7, last.position());
        assertEquals(1, last.tokens());
        assertArrayEquals(new float[] {5, 6}, last.slots().get("a"));
    }

    @Test
    void speedsAreMeasured() {
        with("delta_net", model -> {
            MeasuredSpeed speed = new MeasuredSpeed(model, 64);
            assertTrue(speed.inOrder() > 1e6, "slower than any machine");
            assertTrue(speed.inSegments() > 1e6, "slower than any machine");
            assertTrue(MeasuredSpeed.composing(new SegmentedNetwork(model.network())) > 1e6, "slower than any machine");
        });
    }
}
