package io.deltarule.models.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.core.InvalidInputException;
import io.deltarule.core.layer.Weight;
import io.deltarule.core.layer.WeightType;
import io.deltarule.core.layer.Weights;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is written of a model reads back as the same model, in every format. */
class ModelDefinitionTest {
    @TempDir
    private Path folder;

    static List<FormatCase> cases() {
        return FormatCase.all();
    }

    private static Weights random(ModelDefinition model, Arena arena) {
        return RandomWeights.of(List.of(model.body(), model.head()), WeightType.F32, 3, arena, bytes -> {});
    }

    /** Equal programs and weights give equal logits. */
    @ParameterizedTest
    @MethodSource("cases")
    void everyWeightComesBackBitForBit(FormatCase c) {
        ModelDefinition model = ModelDefinition.of(c.config());
        try (Arena arena = Arena.ofShared()) {
            Weights written = random(model, arena);
            model.write(folder, written, WeightType.F32);
            try (ModelFolder read = ModelFolder.open(folder)) {
                assertEquals(model.body(), read.body());
                assertEquals(model.head(), read.head());
                assertEquals(Map.of(), read.ignored());
                assertEquals(
                        model.weights().keySet().stream()
                                .mapToLong(name -> written.all().get(name).size())
                                .sum(),
                        read.parameters());
                model.weights().forEach((name, dims) -> {
                    Weight expected = written.get(name, dims);
                    Weight found = read.weights().get(name, dims);
                    assertEquals(
                            -1,
                            expected.toTensor().data().mismatch(found.toTensor().data()),
                            name);
                });
            }
        }
    }

    @Test
    void numbersAreRoundedToTheNearest() {
        ModelDefinition model = ModelDefinition.of(ModelTemplates.config("qwen3_5_moe_text", Map.of()));
        try (Arena arena = Arena.ofShared()) {
            Weights written = random(model, arena);
            model.write(folder, written, WeightType.BF16);
            try (ModelFolder read = ModelFolder.open(folder)) {
                model.weights().forEach((name, dims) -> {
                    Weight exact = written.get(name, dims);
                    Weight found = read.weights().get(name, dims);
                    assertEquals(WeightType.BF16, found.type(), name);
                    for (long i = 0; i < exact.size(); i++) {
                        assertEquals(exact.get(i), found.get(i), Math.abs(exact.get(i)) / 256, name);
                    }
                });
            }
            assertThrows(InvalidInputException.class, () -> model.write(folder, written, WeightType.Q8_0));
        }
    }

    @Test
    void aFolderIsReplacedWholeByAnotherWrite() throws Exception {
        ModelDefinition model = ModelDefinition.of(ModelTemplates.config("kda", Map.of()));
        try (Arena arena = Arena.ofShared()) {
            model.write(folder, random(model, arena), WeightType.BF16);
            model.write(folder, random(model, arena), WeightType.F32);
            try (ModelFolder read = ModelFolder.open(folder);
                    var files = Files.list(folder)) {
                assertEquals("F32", read.tensors().getFirst().type());
                assertEquals(2, files.count());
            }
        }
    }

    @Test
    void aKeyThatNothingReadsIsRefused() {
        String config = ModelTemplates.config("delta_net", Map.of("entangled_heads", "3"));
        String message = assertThrows(InvalidInputException.class, () -> ModelDefinition.of(config))
                .getMessage();
        assertTrue(message.contains("delta_net") && message.contains("entangled_heads"), message);
    }
}
