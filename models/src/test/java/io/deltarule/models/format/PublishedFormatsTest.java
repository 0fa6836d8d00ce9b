package io.deltarule.models.format;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.core.Comparison;
import io.deltarule.core.DeltaEngine;
import io.deltarule.core.Tensor;
import io.deltarule.core.cpu.CpuEngine;
import io.deltarule.core.reference.ReferenceEngine;
import io.deltarule.loader.SafetensorsFile;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Tiny random checkpoints that transformers and flash-linear-attention wrote, with the logits that these compute: see
 * src/test/resources/published/README.md.
 */
class PublishedFormatsTest {
    /** The writers' own float32 runs differ from float64 by 1e-6 to 3e-6. */
    private static final double TOLERANCE = 1e-5;

    /** Of what was computed with bfloat16 rotary frequencies. */
    private static final double ROUNDED_TOLERANCE = 1e-4;

    private static final int PROMPT = 19;

    static Stream<Arguments> foldersAndEngines() throws IOException, URISyntaxException {
        Path all = Path.of(System.getProperty(
                "published.models",
                Path.of(PublishedFormatsTest.class.getResource("/published").toURI())
                        .toString()));
        List<DeltaEngine> engines = List.of(new ReferenceEngine(), new CpuEngine(2));
        try (Stream<Path> folders = Files.list(all)) {
            List<Path> sorted = folders.filter(Files::isDirectory).sorted().toList();
            return sorted.stream().flatMap(folder -> engines.stream().map(engine -> Arguments.of(folder, engine)));
        }
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("foldersAndEngines")
    void logitsAndGreedyTokensAreTheWriters(Path folder, DeltaEngine engine) {
        try (ModelFolder model = ModelFolder.open(folder);
                SafetensorsFile expected = SafetensorsFile.open(folder.resolve("expected.safetensors"))) {
            long[] ids = expected.readLongs("input_ids");
            float[] wanted = expected.readFloats("logits");
            int vocab = model.info().vocab();
            int rows = wanted.length / vocab;
            assertTrue(rows > 0, "expected.safetensors has logits");
            try (ModelRun run = new ModelRun(model, engine, ids.length)) {
                float[] found = run.logits(ids).toArray();
                float[] last = Arrays.copyOfRange(found, found.length - wanted.length, found.length);
                Comparison comparison = Comparison.of(
                        folder.getFileName() + " on " + engine.name(),
                        Tensor.of(wanted, rows, vocab),
                        Tensor.of(last, rows, vocab));
                boolean rounded = folder.getFileName().toString().contains("bf16");
                assertTrue(comparison.within(rounded ? ROUNDED_TOLERANCE : TOLERANCE), comparison::toString);
            }
            greedy(model, engine, expected.readLongs("greedy"));
        }
    }

    /** 19 prompt tokens and what greedy decoding adds, token by token. */
    private static void greedy(ModelFolder model, DeltaEngine engine, long[] expected) {
        long[] found = Arrays.copyOf(expected, expected.length);
        try (ModelRun run = new ModelRun(model, engine, expected.length)) {
            Tensor logits = run.logits(Arrays.copyOf(expected, PROMPT));
            for (int i = PROMPT; i < expected.length; i++) {
                found[i] = ModelRun.best(logits, logits.dim(0) - 1);
                logits = run.logits(found[i]);
            }
        }
        assertArrayEquals(expected, found);
        assertEquals(35, expected.length);
    }
}
