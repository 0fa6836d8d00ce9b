package io.deltarule.models.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.core.InvalidInputException;
import io.deltarule.core.layer.WeightType;
import io.deltarule.loader.Dtype;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Quantised folders: one line that names the scheme, what told it and the cure, whether a config says so or not. */
class QuantizedFolderTest {
    private static final String UP = "model.layers.0.mlp.up_proj.";

    @TempDir
    private Path folder;

    private void make(String type, Map<String, String> keys) {
        RandomModel.write(folder, ModelTemplates.config(type, keys), new RandomModel.Options(WeightType.BF16, 1, 1));
    }

    private void refused(String... parts) {
        String message = assertThrows(
                        InvalidInputException.class,
                        () -> ModelFolder.open(folder).close())
                .getMessage();
        for (String part : parts) {
            assertTrue(message.contains(part), part + " in " + message);
        }
        assertTrue(message.contains("quantised by") && message.contains("fetch the checkpoint"), message);
        assertEquals(1, message.lines().count());
        assertTrue(message.length() < 400, message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "quantization_config|{\"quant_method\":\"fp8\",\"fmt\":\"e4m3\",\"modules_to_not_convert\":[]}|FP8 (e4m3)",
                "quantization_config|{\"quant_method\":\"gptq\",\"bits\":4,\"group_size\":128}|GPTQ, 4 bit",
                "quantization_config|{\"quant_method\":\"awq\",\"bits\":4,\"version\":\"gemm\"}|AWQ, 4 bit",
                "quantization_config|{\"quant_method\":\"bitsandbytes\",\"load_in_4bit\":true,"
                        + "\"bnb_4bit_quant_type\":\"nf4\"}|bitsandbytes, 4 bit (nf4)",
                "quantization_config|{\"quant_method\":\"bitsandbytes\",\"load_in_8bit\":true}|bitsandbytes, 8 bit",
                "quantization_config|{\"quant_method\":\"modelopt\",\"quant_algo\":\"NVFP4\"}|NVFP4 (modelopt)",
                "quantization_config|{\"quant_method\":\"compressed-tensors\",\"format\":\"pack-quantized\"}"
                        + "|compressed-tensors (pack-quantized)",
                "quantization_config|{\"quant_method\":\"mxfp4\"}|MXFP4",
                "quantization_config|{\"quant_method\":\"next-years\"}|next-years",
                "quantization_config|{\"group_size\":64,\"bits\":4}|MLX, 4 bit",
                "quantization|{\"group_size\":64,\"bits\":8}|MLX, 8 bit",
                "quantization_config|{}|a scheme that it does not name",
            })
    void byItsConfig(String key, String value, String scheme) {
        make("qwen3_5_text", Map.of(key, value));
        refused(scheme, "config.json: " + key);
    }

    @Test
    void byAnObjectInsideItsConfig() {
        make("qwen3_5", Map.of("quantization_config", "{\"quant_method\":\"fp8\"}"));
        refused("FP8", "text_config: quantization_config");
    }

    @Test
    void byAFileBesideItsConfig() throws IOException {
        make("delta_net", Map.of());
        Files.writeString(
                folder.resolve("hf_quant_config.json"),
                "{\"producer\": {}, \"quantization\": {\"quant_algo\": \"NVFP4\", \"group_size\": 16}}");
        refused("NVFP4", "hf_quant_config.json");
        Files.delete(folder.resolve("hf_quant_config.json"));
        Files.writeString(folder.resolve("quantize_config.json"), "{\"bits\": 4, \"group_size\": 128}");
        refused("GPTQ or AWQ, 4 bit", "quantize_config.json");
    }

    /** Names and types that the schemes' own tools write, for one projection. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "FP8|weight F8_E4M3, weight_scale F32",
                "GPTQ|qweight I32, qzeros I32, scales F16, g_idx I32",
                "AWQ or GPTQ|qweight I32, qzeros I32, scales F16",
                "NVFP4|weight U8, weight_scale F8_E4M3, weight_scale_2 F32, input_scale F32",
                "NVFP4|weight_packed U8, weight_scale F8_E4M3, weight_global_scale F32",
                "compressed-tensors|weight_packed I32, weight_scale BF16, weight_shape I64",
                "MXFP4|weight U8, weight_scale F8_E8M0",
                "bitsandbytes, 4 bit|weight U8, weight.absmax U8, weight.quant_state.bitsandbytes__nf4 U8",
                "bitsandbytes, 8 bit|weight I8, weight.SCB F32",
                "MLX, packed whole numbers|weight U32, scales BF16, biases BF16",
                "HQQ|W_q U8, meta F32",
                "EXL2|q_weight I32, q_scale I32, q_perm I32",
                "int8 with scales|weight I8, weight_scale F32",
                "a scheme that its files do not name|weight U8, whatever F32",
            })
    void byItsTensors(String scheme, String tensors) {
        make("qwen3_5_text", Map.of());
        TensorEdit edit = TensorEdit.of(folder.resolve("model.safetensors")).remove(UP + "weight");
        for (String tensor : tensors.split(", ", -1)) {
            String[] nameAndType = tensor.split(" ", -1);
            edit.zeros(UP + nameAndType[0], Dtype.valueOf(nameAndType[1]), 8, 8);
        }
        edit.write();
        refused("by " + scheme + ";", UP);
    }
}
