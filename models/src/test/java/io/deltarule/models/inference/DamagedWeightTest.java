package io.deltarule.models.inference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.core.DeltaEngine;
import io.deltarule.core.Engines;
import io.deltarule.models.format.DamagedFolder;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A number of a weight that is none: the weight is named as its file names it, with the place. */
class DamagedWeightTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({
        "qwen3_5, model.language_model.layers.1.mlp.up_proj.weight, 197, '[3, 5]', NaN, cpu",
        "qwen3_5, model.language_model.layers.1.mlp.up_proj.weight, 197, '[3, 5]', NaN, reference",
        "qwen3_5, model.language_model.layers.3.self_attn.o_proj.weight, 0, '[0, 0]', Infinity, cpu",
        "qwen3_5, model.language_model.layers.0.linear_attn.norm.weight, 2, at 2, NaN, cpu",
        "kimi_linear, model.layers.1.block_sparse_moe.gate.e_score_correction_bias, 4, at 4, NaN, cpu",
        "kimi_linear, lm_head.weight, 70, '[1, 6]', -Infinity, cpu",
        "delta_net, model.layers.2.attn.v_conv1d.weight, 9, '[2, 1]', NaN, cpu",
        "delta_net, model.embeddings.weight, 129, '[2, 1]', NaN, cpu",
    })
    void isNamed(String type, String tensor, long index, String place, float value, String engine) {
        DamagedFolder.write(folder.resolve("model"), type, tensor, index, value);
        DeltaEngine chosen = Engines.named(engine);
        Exception e = assertThrows(Exception.class, () -> {
            try (LanguageModel model = LanguageModel.open(folder.resolve("model"), chosen, null);
                    Session session = model.session(8)) {
                session.feed(new int[] {1, 2, 3});
                new Decoder(session, GenerationOptions.greedy(1)).step();
            }
        });
        assertTrue(e.getMessage().contains(tensor), e.getMessage());
        assertTrue(e.getMessage().contains(Float.toString(value)), e.getMessage());
        assertTrue(e.getMessage().contains(place), e.getMessage());
        assertEquals(1, e.getMessage().lines().count());
    }
}
