package io.deltarule.models.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.core.Comparison;
import io.deltarule.core.Tensor;
import io.deltarule.core.cpu.CpuEngine;
import io.deltarule.core.layer.WeightType;
import io.deltarule.core.reference.ReferenceEngine;
import io.deltarule.core.testkit.TestScope;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Folders of every format, of odd sizes: both engines give the same logits, and decoding those of one prefill. */
@Tag(TestScope.THOROUGH)
class RandomFoldersTest {
    private static final int TOKENS = 41; // more than a chunk
    private static final int PREFILL = 23;

    /** Between float64 and float32 over a few layers; the writers' own float32 runs are 1e-6 to 3e-6 off. */
    private static final double TOLERANCE = 1e-5;

    @TempDir
    private Path folder;

    static List<FormatCase> cases() {
        return FormatCase.all();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void enginesAgreeAndDecodingEqualsPrefill(FormatCase c) {
        long numbers = c.write(folder);
        try (ModelFolder model = ModelFolder.open(folder)) {
            assertEquals(numbers, model.parameters());
            assertEquals(Map.of(), model.ignored());
            long[] ids = new Random(3).longs(TOKENS, 0, model.info().vocab()).toArray();
            try (ModelRun exact = new ModelRun(model, new ReferenceEngine(), TOKENS);
                    ModelRun run = new ModelRun(model, new CpuEngine(2), TOKENS);
                    ModelRun steps = new ModelRun(model, new CpuEngine(2), TOKENS)) {
                Tensor expected = exact.logits(ids);
                within(Comparison.of("cpu", expected, run.logits(ids)));
                Tensor decoded = Tensor.zeros(TOKENS, model.info().vocab());
                paste(steps.logits(Arrays.copyOf(ids, PREFILL)), decoded, 0);
                for (int i = PREFILL; i < TOKENS; i++) {
                    paste(steps.logits(ids[i]), decoded, i);
                }
                within(Comparison.of("decoded", expected, decoded));
            }
        }
    }

    private static void within(Comparison comparison) {
        assertTrue(comparison.within(TOLERANCE), comparison::toString);
    }

    private static void paste(Tensor rows, Tensor to, int row) {
        for (long i = 0; i < rows.size(); i++) {
            to.set((long) row * to.dim(1) + i, rows.get(i));
        }
    }

    @Test
    void fingerprintsTellModelsApartHoweverTheirFilesAreCut(@TempDir Path sharded, @TempDir Path other) {
        String config = ModelTemplates.config("qwen3_5_text", Map.of());
        RandomModel.write(folder, config, new RandomModel.Options(WeightType.BF16, 1, 1));
        RandomModel.write(sharded, config, new RandomModel.Options(WeightType.BF16, 1, 4));
        RandomModel.write(other, config, new RandomModel.Options(WeightType.BF16, 2, 1));
        try (ModelFolder one = ModelFolder.open(folder);
                ModelFolder cut = ModelFolder.open(sharded);
                ModelFolder different = ModelFolder.open(other)) {
            assertEquals(4, cut.files().size());
            assertEquals(one.fingerprint(), cut.fingerprint());
            assertNotEquals(one.fingerprint(), different.fingerprint());
        }
    }
}
