package io.deltarule.spark;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.models.corpus.CorpusModel;
import io.deltarule.models.inference.LanguageModel;
import io.deltarule.models.inference.ModelState;
import io.deltarule.models.inference.Session;
import io.deltarule.models.segment.SegmentCosts;
import io.deltarule.models.segment.SegmentRun;
import io.deltarule.models.segment.SegmentedNetwork;
import io.deltarule.models.segment.Segments;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LongSequenceTest {
    /** Of a state's entries against its largest: the sequence itself is 1.4e-6 (RMS) from float64, segments as much. */
    private static final double TOLERANCE = 2e-5;

    @TempDir
    Path temp;

    @Test
    void threeSegmentsAreTheSequence() {
        Path folder = CorpusModel.unpack("delta_net", temp.resolve("model"));
        JavaSparkContext context =
                JavaSparkContext.fromSparkContext(LocalSpark.session().sparkContext());
        LongSequence sequence = new LongSequence(ModelConfig.cpu(folder.toString()), 128);
        int[] ids = new Random(8).ints(700, 2, 384).toArray();
        ModelState found = sequence.state(context, ids, 3);
        try (LanguageModel model = CorpusModel.open(folder, 1);
                Session session = model.session(ids.length + 1)) {
            SegmentedNetwork network = new SegmentedNetwork(model.network());
            ModelState here = new Segments(
                            new SegmentRun(network, model.engine(), null, ids.length, 128), network.cuts(ids.length, 3))
                    .inThisProcess(ids);
            List<float[]> deltas = found.deltas(model.network());
            for (int i = 0; i < deltas.size(); i++) {
                assertArrayEquals(here.deltas(model.network()).get(i), deltas.get(i), 0f, "the same in one process");
            }
            session.feed(new int[][] {ids});
            List<float[]> whole = session.state(0).deltas(model.network());
            for (int i = 0; i < deltas.size(); i++) {
                double largest = 0;
                for (float entry : whole.get(i)) {
                    largest = Math.max(largest, Math.abs(entry));
                }
                assertArrayEquals(whole.get(i), deltas.get(i), (float) (TOLERANCE * largest));
            }
            session.restore(0, found);
            assertEquals(ids.length, session.length(0));
            session.feed(new int[][] {{7}});
        }
    }

    @Test
    void itPaysForLongSequencesOnly() {
        Path folder = CorpusModel.unpack("delta_net", temp.resolve("model"));
        LongSequence sequence = new LongSequence(ModelConfig.cpu(folder.toString()), 128);
        SegmentCosts.Rates rates = new SegmentCosts.Rates(1e9, 0.5, 1e8);
        assertFalse(sequence.costs(4096, 8, rates).pays());
        SegmentCosts million = sequence.costs(1_000_000, 8, rates);
        assertTrue(million.pays(), million.toString());
        assertTrue(million.many() > million.one() / 8, "states are computed twice");
    }
}
