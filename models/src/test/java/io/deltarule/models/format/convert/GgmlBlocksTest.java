package io.deltarule.models.format.convert;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import io.deltarule.core.layer.Weight;
import io.deltarule.core.layer.WeightType;
import io.deltarule.loader.GgufType;
import io.deltarule.loader.SafetensorsFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Blocks are read and written as llama.cpp reads and writes them, bit for bit. */
class GgmlBlocksTest {
    private static final int NUMBERS = 512;

    private static byte[] bytes(String name) throws URISyntaxException {
        Path file = Path.of(
                GgmlBlocksTest.class.getResource("/ggml/blocks.safetensors").toURI());
        try (SafetensorsFile tensors = SafetensorsFile.open(file)) {
            return tensors.tensor(name).toArray(ValueLayout.JAVA_BYTE);
        }
    }

    private static float[] numbers(String name) throws URISyntaxException {
        return MemorySegment.ofArray(bytes(name)).toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
    }

    @ParameterizedTest
    @EnumSource(
            value = GgufType.class,
            names = {"Q8_0", "Q4_0"})
    void written(GgufType type) throws URISyntaxException {
        byte[] blocks = new byte[NUMBERS / type.block() * type.blockBytes()];
        RowEncoder.encode(type, numbers("x"), ByteBuffer.wrap(blocks));
        assertArrayEquals(bytes(type.name().toLowerCase(Locale.ROOT) + ".bytes"), blocks);
    }

    @ParameterizedTest
    @EnumSource(
            value = WeightType.class,
            names = {"Q8_0", "Q4_0", "Q4_K", "Q5_K", "Q6_K"})
    void read(WeightType type) throws URISyntaxException {
        String name = type.name().toLowerCase(Locale.ROOT);
        byte[] blocks = bytes(name + ".bytes");
        float[] found = new float[NUMBERS];
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment data = arena.allocate(blocks.length, 64);
            MemorySegment.copy(blocks, 0, data, ValueLayout.JAVA_BYTE, 0, blocks.length);
            Weight.view(data, type, 1, NUMBERS).read(0, found);
        }
        assertArrayEquals(numbers(name), found, 0);
    }
}
