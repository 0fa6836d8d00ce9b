package io.deltarule.models.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.core.Comparison;
import io.deltarule.core.DeltaEngine;
import io.deltarule.core.InvalidInputException;
import io.deltarule.core.Tensor;
import io.deltarule.core.cpu.CpuEngine;
import io.deltarule.core.layer.WeightType;
import io.deltarule.core.reference.ReferenceEngine;
import io.deltarule.loader.Dtype;
import io.deltarule.loader.SafetensorsFile;
import io.deltarule.loader.SafetensorsWriter;
import io.deltarule.loader.TensorInfo;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Folders with FP8 matrices and scales per block are those with the matrices' values. */
class Float8FolderTest {
    private static final int TOKENS = 23;
    private static final int SIDE = 128;
    private static final String SCALES = "_scale_inv";

    @TempDir
    private Path fp8;

    @TempDir
    private Path plain;

    /** The magnitude of a pattern of seven bits, by the definition. */
    private static double magnitude(int bits) {
        int e = bits >> 3;
        return e == 0 ? (bits & 7) / 8.0 * Math.pow(2, -6) : (1 + (bits & 7) / 8.0) * Math.pow(2, e - 7);
    }

    private static final double[] MAGNITUDES =
            IntStream.range(0, 0x7f).mapToDouble(Float8FolderTest::magnitude).toArray();

    private static int nearest(double magnitude) {
        int at = Arrays.binarySearch(MAGNITUDES, magnitude);
        if (at >= 0) {
            return at;
        }
        int above = Math.min(-at - 1, MAGNITUDES.length - 1);
        int below = Math.max(0, above - 1);
        return MAGNITUDES[above] - magnitude < magnitude - MAGNITUDES[below] ? above : below;
    }

    private static boolean isQuantised(TensorInfo info) {
        return info.rank() >= 2
                && !info.name().contains("conv1d")
                && !info.name().contains("embed")
                && !info.name().contains("in_proj_a")
                && !info.name().endsWith("gate.weight")
                && !info.name().contains("lm_head");
    }

    /** Two folders: one with FP8 matrices, one with their values as F32. */
    private void write(String type, Map<String, String> keys, String quantisation) throws IOException {
        RandomModel.write(fp8, ModelTemplates.config(type, keys), new RandomModel.Options(WeightType.F32, 5, 1));
        Files.copy(fp8.resolve("config.json"), plain.resolve("config.json"));
        SafetensorsWriter small = new SafetensorsWriter();
        SafetensorsWriter large = new SafetensorsWriter();
        try (SafetensorsFile file = SafetensorsFile.open(fp8.resolve("model.safetensors"))) {
            for (TensorInfo info : file.tensors()) {
                float[] values = file.readFloats(info.name());
                if (isQuantised(info)) {
                    quantise(info, values, small);
                } else {
                    small.add(info.name(), Dtype.F32, info.shape(), MemorySegment.ofArray(values));
                }
                large.add(info.name(), Dtype.F32, info.shape(), MemorySegment.ofArray(values));
            }
            small.write(fp8.resolve("model.safetensors"));
            large.write(plain.resolve("model.safetensors"));
        }
        String config = Files.readString(fp8.resolve("config.json"));
        Files.writeString(
                fp8.resolve("config.json"),
                config.replaceFirst("\\{", "{\"quantization_config\": " + quantisation + ","));
    }

    /** Adds the matrix and its scales, and leaves their products in values. */
    private static void quantise(TensorInfo info, float[] values, SafetensorsWriter to) {
        long[] shape = info.shape();
        int columns = (int) shape[shape.length - 1];
        int rows = values.length / columns;
        int across = Math.ceilDiv(columns, SIDE);
        float[] scales = new float[Math.ceilDiv(rows, SIDE) * across];
        for (int i = 0; i < values.length; i++) {
            int block = i / columns / SIDE * across + i % columns / SIDE;
            scales[block] = Math.max(scales[block], Math.abs(values[i]) / 448);
        }
        byte[] stored = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            float scale = scales[i / columns / SIDE * across + i % columns / SIDE];
            int bits = nearest(Math.abs(values[i]) / scale);
            float value = (float) magnitude(bits) * scale;
            stored[i] = (byte) (values[i] < 0 ? bits | 0x80 : bits);
            values[i] = values[i] < 0 ? -value : value;
        }
        long[] blocks = shape.clone();
        blocks[shape.length - 1] = across;
        blocks[shape.length - 2] = Math.ceilDiv(shape[shape.length - 2], SIDE);
        to.add(info.name(), Dtype.F8_E4M3, shape, MemorySegment.ofArray(stored));
        to.add(info.name() + SCALES, Dtype.F32, blocks, MemorySegment.ofArray(scales));
    }

    private static Tensor logits(Path folder, DeltaEngine engine) {
        try (ModelFolder model = ModelFolder.open(folder);
                ModelRun run = new ModelRun(model, engine, TOKENS)) {
            return run.logits(
                    new Random(3).longs(TOKENS, 0, model.info().vocab()).toArray());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"qwen3_5_text", "qwen3_5_moe_text"})
    void logitsAreThoseOfTheValues(String type) throws IOException {
        Map<String, String> keys = Map.of(
                "hidden_size", "256",
                "intermediate_size", "144",
                "moe_intermediate_size", "128",
                "num_hidden_layers", "4",
                "linear_value_head_dim", "40");
        write(type, keys, "{\"quant_method\": \"fp8\", \"weight_block_size\": [128, 128]}");
        Tensor exact = logits(fp8, new ReferenceEngine());
        Comparison same = Comparison.of("values", logits(plain, new ReferenceEngine()), exact);
        assertTrue(same.within(1e-7), same::toString);
        Comparison cpu = Comparison.of("cpu", exact, logits(fp8, new CpuEngine(2)));
        assertTrue(cpu.within(1e-5), cpu::toString);
        try (ModelFolder small = ModelFolder.open(fp8);
                ModelFolder large = ModelFolder.open(plain)) {
            assertEquals(large.parameters(), small.parameters());
        }
    }

    @Test
    void otherBlocksAndScalesThatDoNotFitAreRefused() throws IOException {
        write("qwen3_5_text", Map.of(), "{\"quant_method\": \"fp8\", \"weight_block_size\": [64, 64]}");
        refused("quantised by FP8");
        Files.copy(plain.resolve("config.json"), fp8.resolve("config.json"), StandardCopyOption.REPLACE_EXISTING);
        logits(fp8, new CpuEngine(1)); // the tensors say what they are, without a word in the config
        String name = "model.layers.0.mlp.up_proj.weight" + SCALES;
        TensorEdit.of(fp8.resolve("model.safetensors")).reshape(name, 1).write();
        logits(fp8, new CpuEngine(1));
        TensorEdit.of(fp8.resolve("model.safetensors"))
                .remove(name)
                .zeros(name, Dtype.F32, 2, 1)
                .write();
        refused(name + ": expected 1 scales");
    }

    private void refused(String about) {
        String message = assertThrows(InvalidInputException.class, () -> ModelFolder.open(fp8))
                .getMessage();
        assertTrue(message.contains(about), message);
    }
}
