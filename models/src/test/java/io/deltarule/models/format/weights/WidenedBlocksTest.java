package io.deltarule.models.format.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.deltarule.core.layer.WeightType;
import io.deltarule.loader.GgufFile;
import io.deltarule.loader.GgufType;
import io.deltarule.loader.GgufValue;
import io.deltarule.loader.GgufWriter;
import io.deltarule.loader.SafetensorsFile;
import java.lang.foreign.ValueLayout;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class WidenedBlocksTest {
    @TempDir
    private Path folder;

    /** Blocks that llama.cpp made, and the numbers that it reads from them, bit for bit. */
    @ParameterizedTest
    @EnumSource(
            value = GgufType.class,
            names = {"Q4_1", "Q5_0", "Q5_1"})
    void numbersAreLlamaCpps(GgufType type) throws URISyntaxException {
        Path blocks = Path.of(
                WidenedBlocksTest.class.getResource("/ggml/blocks.safetensors").toURI());
        String name = type.name().toLowerCase(Locale.ROOT);
        Path file = folder.resolve("m.gguf");
        try (SafetensorsFile given = SafetensorsFile.open(blocks)) {
            new GgufWriter()
                    .metadata("general.architecture", GgufValue.text("none"))
                    .tensor("t", type, new long[] {2, 256}, given.tensor(name + ".bytes"))
                    .write(file);
            try (GgufTensors tensors = new GgufTensors(file, GgufFile.open(file), false)) {
                assertEquals(type.name(), tensors.info("t").type());
                assertEquals(WeightType.F32, tensors.info("t").weightType());
                assertArrayEquals(
                        given.tensor(name).toArray(ValueLayout.JAVA_FLOAT_UNALIGNED),
                        tensors.tensor("t").toArray(ValueLayout.JAVA_FLOAT_UNALIGNED),
                        0);
            }
        }
    }
}
