package io.deltarule.models.format.convert;

import io.deltarule.core.InvalidInputException;
import io.deltarule.core.layer.NormOp;
import io.deltarule.core.layer.Weight;
import io.deltarule.loader.GgufType;
import io.deltarule.loader.GgufWriter;
import io.deltarule.models.DeltaConfig;
import io.deltarule.models.LatentAttentionLayer;
import io.deltarule.models.format.ModelFolder;
import io.deltarule.models.format.config.ConfigObject;
import io.deltarule.models.format.names.GgufKimiNames;
import io.deltarule.models.format.names.GgufQwenNames;
import io.deltarule.models.format.weights.ExpertStack;
import io.deltarule.models.format.weights.TensorNames;
import io.deltarule.models.format.weights.WeightSource;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;

/**
 * Writes a folder as a GGUF file with the names, orders and metadata that llama.cpp gives its models. Matrices are written in
 * the type asked for, where their rows are whole blocks of it; vectors, convolutions and routers as F32.
 */
public final class GgufExport {
    /** The types that matrices can be written in. */
    public static final List<GgufType> TYPES =
            List.of(GgufType.F32, GgufType.F16, GgufType.BF16, GgufType.Q8_0, GgufType.Q4_0);

    private static final int FEWEST_BYTES = 1 << 20;
    private static final Set<String> LINEAR_PARTS =
            Set.of("q_proj.weight", "k_proj.weight", "v_proj.weight", "g_proj.weight");

    private final ModelFolder model;
    private final ConfigObject config;
    private final GgufType type;
    private final Map<String, MatrixRows> weights = new LinkedHashMap<>();
    private final Map<String, Stack> tensors = new LinkedHashMap<>();
    private TensorNames names;

    /** A tensor's rows: weights by the first row of each. */
    private record Stack(List<Integer> shape, SortedMap<Long, MatrixRows> parts) {}

    private GgufExport(ModelFolder model, ConfigObject config, GgufType type) {
        this.model = model;
        this.config = config;
        this.type = type;
        model.weights().all().forEach((name, weight) -> weights.put(name, MatrixRows.of(weight)));
    }

    /**
     * Writes a file, whole or not at all.
     *
     * @param folder the model's
     * @param output the file
     * @param type of the matrices, one of {@link #TYPES}
     * @param written told of the bytes of rows that were written, now and then
     * @return bytes of all tensors
     * @throws InvalidInputException if GGUF files have no architecture for the model
     */
    public static long write(Path folder, Path output, GgufType type, LongConsumer written) {
        try (ModelFolder model = ModelFolder.open(folder)) {
            ConfigObject whole = ConfigObject.read(model.texts().resolve("config.json"));
            ConfigObject nested = whole.object("text_config");
            return new GgufExport(model, nested == null ? whole : nested, type).write(output, written);
        }
    }

    private long write(Path output, LongConsumer written) {
        GgufWriter writer = new GgufWriter();
        switch (model.modelType()) {
            case "qwen3_5", "qwen3_5_text" -> qwen(writer, "qwen35");
            case "qwen3_5_moe", "qwen3_5_moe_text" -> qwen(writer, "qwen35moe");
            case "qwen3_next" -> qwen(writer, "qwen3next");
            case "kimi_linear" -> kimi(writer);
            default ->
                throw new InvalidInputException("model_type: expected qwen3_5, qwen3_5_moe, qwen3_next or kimi_linear,"
                        + " for which GGUF files have an architecture, but found " + model.modelType()
                        + "; use the folder as it is");
        }
        addOneToNorms();
        weights.forEach(this::place);
        GgufTokens.put(writer, model.texts(), model.info().vocab());
        long bytes = 0;
        for (Map.Entry<String, Stack> tensor : tensors.entrySet()) {
            bytes += add(writer, tensor.getKey(), tensor.getValue(), written);
        }
        writer.write(output);
        return bytes;
    }

    private int count(String key, int absent) {
        return config.count(key, 0, Integer.MAX_VALUE, absent);
    }

    private void qwen(GgufWriter writer, String architecture) {
        DeltaConfig linear = new DeltaConfig(
                model.info().hidden(),
                count("linear_num_key_heads", 16),
                count("linear_num_value_heads", 32),
                count("linear_key_head_dim", 128),
                count("linear_value_head_dim", 128),
                count("linear_conv_kernel_dim", 4),
                false,
                true,
                1e-6,
                null);
        boolean mixture = !architecture.equals("qwen35");
        QwenRows rows = new QwenRows(linear);
        names = GgufQwenNames.of(
                linear,
                new ExpertStack(mixture ? count(config.either("num_experts", "num_local_experts"), 256) : 0),
                model.info().layers());
        new GgufKeys(writer, model, config, architecture).qwen(rows, mixture, linear("linear_attn.A_log"));
        for (String name : List.copyOf(weights.keySet())) {
            int at = name.indexOf("linear_attn.");
            if (at < 0) {
                continue;
            }
            String layer = name.substring(0, at + "linear_attn.".length());
            String part = name.substring(layer.length());
            if (part.equals("in_proj_qkvz.weight")) {
                MatrixRows fused = weights.remove(name);
                LINEAR_PARTS.forEach(own -> weights.put(layer + own, rows.unfused(own.substring(0, 1), fused)));
            } else if (part.equals("in_proj_ba.weight")) {
                MatrixRows fused = weights.remove(name);
                String block = "blk." + layer.split("\\.", -1)[2] + ".";
                stack(block + "ssm_ba.weight", List.of(fused.rows(), fused.width()))
                        .put(0L, fused);
            } else if (!architecture.equals("qwen3next")) {
                weights.computeIfPresent(name, (n, matrix) -> rows.tiled(part, matrix));
            }
        }
    }

    /** Of each layer whether it is a linear one, which has this weight. */
    private boolean[] linear(String weight) {
        boolean[] linear = new boolean[model.info().layers()];
        for (int i = 0; i < linear.length; i++) {
            linear[i] = weights.containsKey("model.layers." + i + "." + weight);
        }
        return linear;
    }

    private void kimi(GgufWriter writer) {
        int layers = model.info().layers();
        LatentAttentionLayer latent = new LatentAttentionLayer(
                model.info().hidden(),
                count("num_attention_heads", 32),
                count("kv_lora_rank", 512),
                count("q_lora_rank", 0),
                count("qk_nope_head_dim", 128),
                count("qk_rope_head_dim", 64),
                count("v_head_dim", 128),
                false);
        names = new GgufKimiNames(new ExpertStack(count("num_experts", 256)), layers, latent);
        new GgufKeys(writer, model, config, "kimi-linear").kimi(linear("self_attn.A_log"));
        LatentRows rows = new LatentRows(latent);
        for (int i = 0; i < layers; i++) {
            MatrixRows both = weights.remove("model.layers." + i + ".self_attn.kv_b_proj.weight");
            if (both != null) {
                stack("blk." + i + ".attn_k_b.weight", List.of(latent.heads(), latent.rank(), latent.own()))
                        .put(0L, rows.keys(both));
                stack("blk." + i + ".attn_v_b.weight", List.of(latent.heads(), latent.value(), latent.rank()))
                        .put(0L, rows.values(both));
            }
        }
    }

    /** Norms that are stored as the factor − 1 are factors in GGUF files. */
    private void addOneToNorms() {
        model.body().ops().stream()
                .filter(op -> op instanceof NormOp.RmsNorm norm && norm.zeroCentred())
                .map(op -> ((NormOp.RmsNorm) op).weight())
                .distinct()
                .forEach(name -> weights.computeIfPresent(name, (n, norm) -> norm.map(w -> w + 1)));
    }

    private Map<Long, MatrixRows> stack(String name, List<Integer> shape) {
        return tensors.computeIfAbsent(name, n -> new Stack(shape, new TreeMap<>()))
                .parts();
    }

    private void place(String name, MatrixRows matrix) {
        Weight given = model.weights().all().get(name);
        int[] dims = given == null ? new int[] {matrix.rows(), matrix.width()} : given.dims();
        switch (names.sources(name, dims).getFirst()) {
            case WeightSource.Rows rows ->
                stack(rows.names().getFirst(), rows.shape()).put(rows.firstRow(), matrix);
            case WeightSource.Made made -> // A_log, of which −exp is stored
                stack(made.names().getFirst(), made.shapes().getFirst()).put(0L, matrix.map(a -> (float) -Math.exp(a)));
            case WeightSource.Product product -> throw new AssertionError(product);
            case WeightSource.Joined joined -> throw new AssertionError(joined);
            case WeightSource.InverseLengths lengths -> throw new AssertionError(lengths);
        }
    }

    private long add(GgufWriter writer, String name, Stack stack, LongConsumer written) {
        long[] shape = stack.shape().stream().mapToLong(n -> n).toArray();
        List<MatrixRows> parts = new ArrayList<>(stack.parts().values());
        long numbers =
                parts.stream().mapToLong(m -> (long) m.rows() * m.width()).sum();
        long expected = stack.shape().stream().mapToLong(n -> n).reduce(1, (a, b) -> a * b);
        if (numbers != expected) {
            throw new IllegalStateException(name + ": expected " + expected + " numbers but found " + numbers);
        }
        GgufType stored = type(name, shape);
        writer.tensor(name, stored, shape, out -> {
            for (MatrixRows part : parts) {
                write(part, stored, out, written);
            }
        });
        return numbers / stored.block() * stored.blockBytes();
    }

    /** Rows are encoded by all processors, some megabytes at a time. */
    private static void write(MatrixRows matrix, GgufType stored, GgufWriter.Sink out, LongConsumer written)
            throws IOException {
        int rowBytes = matrix.width() / stored.block() * stored.blockBytes();
        int most = Math.max(1, FEWEST_BYTES / Math.max(1, rowBytes));
        for (int from = 0; from < matrix.rows(); from += most) {
            int first = from;
            int count = Math.min(most, matrix.rows() - from);
            byte[] bytes = new byte[count * rowBytes];
            IntStream.range(0, count).parallel().forEach(i -> {
                float[] row = new float[matrix.width()];
                matrix.reader().read(first + i, row);
                RowEncoder.encode(stored, row, ByteBuffer.wrap(bytes, i * rowBytes, rowBytes));
            });
            out.write(MemorySegment.ofArray(bytes));
            written.accept(bytes.length);
        }
    }

    private GgufType type(String name, long... shape) {
        boolean matrix = shape.length >= 2
                && !name.contains("conv1d")
                && !name.contains("ffn_gate_inp")
                && !name.endsWith("ssm_a");
        if (!matrix) {
            return GgufType.F32;
        }
        boolean whole = shape[shape.length - 1] % type.block() == 0;
        return whole ? type : GgufType.BF16;
    }
}
