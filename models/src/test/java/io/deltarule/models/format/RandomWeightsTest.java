package io.deltarule.models.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.core.layer.LayerProgram;
import io.deltarule.core.layer.Weight;
import io.deltarule.core.layer.WeightType;
import io.deltarule.core.layer.Weights;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RandomWeightsTest {
    private static List<LayerProgram> programs(boolean tied) {
        return RandomModel.programs(
                ModelTemplates.config("qwen3_5_text", Map.of("tie_word_embeddings", Boolean.toString(tied))));
    }

    private static double largest(Weight weight) {
        MemorySegment data = weight.data();
        double largest = 0;
        for (long i = 0; i < data.byteSize() / Float.BYTES; i++) {
            largest = Math.max(largest, Math.abs(data.getAtIndex(ValueLayout.JAVA_FLOAT, i)));
        }
        return largest;
    }

    @Test
    void everyWeightIsMadeOnceAndToldOf() {
        try (Arena arena = Arena.ofConfined()) {
            AtomicLong bytes = new AtomicLong();
            List<LayerProgram> programs = programs(true);
            Weights weights = RandomWeights.of(programs, WeightType.BF16, 1, arena, bytes::addAndGet);
            Map<String, int[]> expected = new HashMap<>();
            programs.forEach(program -> expected.putAll(program.weights()));
            assertEquals(expected.keySet(), weights.all().keySet());
            expected.forEach((name, dims) -> weights.get(name, dims));
            assertEquals(
                    weights.all().values().stream()
                            .mapToLong(w -> w.data().byteSize())
                            .sum(),
                    bytes.get());
        }
    }

    @Test
    void theSameSeedGivesTheSameNumbers() {
        try (Arena arena = Arena.ofConfined()) {
            Weights one = RandomWeights.of(programs(true), WeightType.F32, 1, arena, bytes -> {});
            Weights same = RandomWeights.of(programs(true), WeightType.F32, 1, arena, bytes -> {});
            Weights other = RandomWeights.of(programs(true), WeightType.F32, 2, arena, bytes -> {});
            one.all().forEach((name, weight) -> {
                assertEquals(-1, weight.data().mismatch(same.all().get(name).data()), name);
                assertTrue(weight.data().mismatch(other.all().get(name).data()) >= 0, name);
            });
        }
    }

    /** As large as a row's numbers where it only begins them; smaller where it is the head's factor too. */
    @Test
    void aTiedEmbeddingIsSpreadAsAProjection() {
        String table = "model.embed_tokens.weight";
        try (Arena arena = Arena.ofConfined()) {
            Weights tied = RandomWeights.of(programs(true), WeightType.F32, 1, arena, bytes -> {});
            Weights apart = RandomWeights.of(programs(false), WeightType.F32, 1, arena, bytes -> {});
            assertTrue(largest(tied.all().get(table)) <= Math.sqrt(3.0 / 64));
            assertTrue(largest(apart.all().get(table)) > 1.5);
        }
    }
}
