package io.deltarule.models.format;

import io.deltarule.core.InvalidInputException;
import io.deltarule.loader.Dtype;
import io.deltarule.loader.SafetensorsFolder;
import io.deltarule.loader.TensorInfo;
import io.deltarule.models.format.config.ConfigObject;
import io.deltarule.models.format.config.MessageText;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Refuses quantised folders in one line that names the scheme, by what a config says or else by the tensors' names and types. */
final class Quantization {
    private static final String CONFIG = "quantization_config";
    private static final String METHOD = "quant_method";
    private static final String ALGORITHM = "quant_algo";

    /** As their makers write them, where quant_method's own text is not that. */
    private static final Map<String, String> NAMES = Map.of(
            "fp8", "FP8",
            "fbgemm_fp8", "FP8 (FBGEMM)",
            "gptq", "GPTQ",
            "awq", "AWQ",
            "mxfp4", "MXFP4",
            "nvfp4", "NVFP4",
            "hqq", "HQQ",
            "aqlm", "AQLM",
            "auto-round", "AutoRound");

    /** What tensors tell, the most particular first. */
    private static final List<Sign> SIGNS = List.of(
            new Sign("bitsandbytes, 4 bit", t -> t.name().contains(".quant_state.bitsandbytes__")),
            new Sign("bitsandbytes, 8 bit", t -> t.name().endsWith(".SCB")),
            new Sign(
                    "NVFP4",
                    t -> t.name().endsWith(".weight_scale_2") || t.name().endsWith(".weight_global_scale")),
            new Sign("GPTQ", t -> t.name().endsWith(".g_idx")),
            new Sign("AWQ or GPTQ", t -> t.name().endsWith(".qweight")),
            new Sign("compressed-tensors", t -> t.name().endsWith(".weight_packed")),
            new Sign("MXFP4", t -> t.dtype() == Dtype.F8_E8M0 || t.name().endsWith("_proj_blocks")),
            new Sign(
                    "MLX, packed whole numbers",
                    t -> t.dtype() == Dtype.U32 && t.name().endsWith(".weight")),
            new Sign("HQQ", t -> t.name().endsWith(".W_q")),
            new Sign("EXL2", t -> t.name().endsWith(".q_weight")),
            new Sign("EXL3", t -> t.name().endsWith(".trellis")),
            new Sign("AQLM", t -> t.name().endsWith(".codes")),
            new Sign("FP8", t -> t.dtype().name().startsWith("F8_")),
            new Sign("FP4", t -> t.dtype() == Dtype.F4),
            new Sign("int8 with scales", t -> t.dtype() == Dtype.I8 && t.name().endsWith(".weight")),
            new Sign(
                    "a scheme that its files do not name",
                    t -> (t.dtype() == Dtype.U8 || t.dtype() == Dtype.I32)
                            && t.name().endsWith("_proj.weight")));

    private record Sign(String scheme, Predicate<TensorInfo> in) {}

    private Quantization() {}

    /**
     * Looks at a folder's configs.
     *
     * @throws InvalidInputException if one of them says that weights are quantised
     */
    static void refuse(Path folder, ConfigObject config) {
        refuse(config, "config.json");
        ConfigObject text = config.object("text_config");
        if (text != null) {
            refuse(text, "config.json: text_config");
        }
        Path modelopt = folder.resolve("hf_quant_config.json");
        if (Files.isRegularFile(modelopt)) {
            ConfigObject inside = ConfigObject.read(modelopt).object("quantization");
            throw refused(inside == null ? "modelopt" : scheme(inside), "hf_quant_config.json");
        }
        Path older = folder.resolve("quantize_config.json");
        if (Files.isRegularFile(older)) {
            throw refused("GPTQ or AWQ" + bits(ConfigObject.read(older)), "quantize_config.json");
        }
    }

    private static void refuse(ConfigObject config, String where) {
        for (String key : List.of(CONFIG, "compression_config", "quantization")) {
            ConfigObject inside = config.object(key);
            if (inside != null && !isFp8Blocks(inside)) {
                throw refused(scheme(inside), where + ": " + key);
            }
        }
    }

    /** FP8 with a scale for every 128 by 128 weights, which is read; activations are not quantised here, whatever it says. */
    private static boolean isFp8Blocks(ConfigObject config) {
        return config.isText(METHOD)
                && config.text(METHOD, "").equals("fp8")
                && config.has("weight_block_size")
                && List.of(128, 128).equals(config.counts("weight_block_size", 1, 1 << 20));
    }

    /**
     * Looks at tensors, for folders whose configs say nothing.
     *
     * @throws InvalidInputException if they are those of a scheme that is known
     */
    static void refuse(SafetensorsFolder tensors) {
        for (Sign sign : SIGNS) {
            for (TensorInfo tensor : tensors.tensors()) {
                boolean read = tensor.dtype() == Dtype.F8_E4M3 && tensors.contains(tensor.name() + "_scale_inv");
                if (!read && sign.in().test(tensor)) {
                    throw refused(
                            sign.scheme(), "tensor " + MessageText.text(tensor.name()) + " of type " + tensor.dtype());
                }
            }
        }
    }

    private static String scheme(ConfigObject config) {
        String method = config.text(METHOD, null);
        String algorithm = config.text(ALGORITHM, null);
        if (algorithm != null) {
            return MessageText.text(algorithm) + (method == null ? "" : " (" + MessageText.text(method) + ")");
        }
        if (method == null) {
            return config.has("bits") ? "MLX" + bits(config) : "a scheme that it does not name";
        }
        String format = Stream.of("format", "fmt", "bnb_4bit_quant_type")
                .filter(config::has)
                .map(key -> " (" + MessageText.text(config.text(key, "")) + ")")
                .findFirst()
                .orElse("");
        String name = NAMES.getOrDefault(method.toLowerCase(Locale.ROOT), MessageText.text(method));
        return name + bits(config) + format;
    }

    private static String bits(ConfigObject config) {
        if (config.has("bits")) {
            return ", " + config.count("bits", 1, 64, 0) + " bit";
        }
        return config.flag("load_in_4bit", false) ? ", 4 bit" : config.flag("load_in_8bit", false) ? ", 8 bit" : "";
    }

    private static InvalidInputException refused(String scheme, String where) {
        return new InvalidInputException(where + ": expected weights of F32, F16 or BF16 but found them quantised by "
                + scheme
                + "; fetch the checkpoint that this one was made from, as a rule its name without the scheme's,"
                + " or write its weights as BF16 with the tool that quantised them");
    }
}
