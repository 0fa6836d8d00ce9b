package io.deltarule.models.format.names;

import io.deltarule.models.format.weights.StoredTensors;
import io.deltarule.models.format.weights.TensorNames;
import io.deltarule.models.format.weights.WeightSource;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * RWKV-7's names: flash-linear-attention's, which are the programs' own, or the authors', {@code blocks.i.att.} and so on, whose
 * adapters lie transposed. Older files of flash-linear-attention have the six mixes of a layer in one tensor.
 *
 * @param heads of every layer
 * @param authors whether the names are the authors'
 * @param tied whether the head uses the embedding's weight
 */
public record Rwkv7Names(int heads, boolean authors, boolean tied) implements TensorNames {
    private static final Pattern LAYER = Pattern.compile("model\\.layers\\.(\\d+)\\.(\\w+)\\.(.*)");
    private static final Pattern ADAPTER = Pattern.compile("([wavg])_lora\\.lora\\.([02])\\.(weight|bias)");
    private static final String EMBEDDING = "emb.weight";
    private static final String MIX = ".attn.x_";

    /** The order of the mixes in older files. */
    private static final String MIXES = "rwkvag";

    private static final Map<String, String> OUTSIDE = Map.of(
            "model.embeddings.weight",
            EMBEDDING,
            "model.norm.weight",
            "ln_out.weight",
            "model.norm.bias",
            "ln_out.bias",
            HEAD,
            "head.weight");
    private static final Map<String, String> PARTS =
            Map.of("pre_norm", "ln0", "attn_norm", "ln1", "ffn_norm", "ln2", "attn", "att", "ffn", "ffn");
    private static final Map<String, String> PROJECTIONS =
            Map.of("r_proj", "receptance", "k_proj", "key", "v_proj", "value", "o_proj", "output", "g_norm", "ln_x");

    /** Those of a folder; flash-linear-attention's where there is none. */
    public static Rwkv7Names of(int heads, boolean tied, StoredTensors stored) {
        return new Rwkv7Names(heads, stored.contains(EMBEDDING), tied);
    }

    /** The rank of a layer's adapter w, a, v or g by its tensor; 0 where there is none. */
    public int rank(StoredTensors stored, int layer, String adapter) {
        List<Long> shape = stored.shape(
                authors
                        ? "blocks." + layer + ".att." + adapter + "1"
                        : "model.layers." + layer + ".attn." + adapter + "_lora.lora.0.weight");
        long rank = shape.size() != 2 ? 0 : shape.get(authors ? 1 : 0);
        return rank > Integer.MAX_VALUE ? 0 : (int) rank;
    }

    @Override
    public List<WeightSource> sources(String weight, int[] dims) {
        if (authors) {
            return List.of(authors(weight, dims));
        }
        int mix = weight.indexOf(MIX);
        if (mix >= 0) {
            String fused = weight.substring(0, mix) + MIX + "x";
            int index = MIXES.indexOf(weight.charAt(mix + MIX.length()));
            return List.of(
                    WeightSource.of(weight, 1, 1, dims[0]),
                    WeightSource.rows(fused, (long) index * dims[0], MIXES.length(), dims[0]));
        }
        return List.of(
                weight.endsWith(".r_k")
                        ? WeightSource.of(weight, heads, dims[0] / heads)
                        : WeightSource.of(weight, dims));
    }

    private WeightSource authors(String weight, int[] dims) {
        Matcher layer = LAYER.matcher(weight);
        if (!layer.matches()) {
            return WeightSource.of(OUTSIDE.getOrDefault(weight, weight), dims);
        }
        String block = "blocks." + layer.group(1) + "." + PARTS.get(layer.group(2)) + ".";
        String name = layer.group(3);
        if (!layer.group(2).equals("attn")) {
            return WeightSource.of(block + name, dims);
        }
        Matcher adapter = ADAPTER.matcher(name);
        if (adapter.matches()) {
            boolean bias = adapter.group(3).equals("bias");
            String own =
                    block + adapter.group(1) + (bias ? "0" : adapter.group(2).equals("0") ? "1" : "2");
            return bias ? WeightSource.of(own, dims) : transposed(own, dims);
        }
        if (name.equals("r_k")) {
            return WeightSource.of(block + name, heads, dims[0] / heads);
        }
        int dot = name.indexOf('.');
        return dot < 0
                ? WeightSource.of(block + name, dims)
                : WeightSource.of(block + PROJECTIONS.get(name.substring(0, dot)) + name.substring(dot), dims);
    }

    private static WeightSource transposed(String name, int[] dims) {
        int rows = dims[0];
        int columns = dims[1];
        return new WeightSource.Made(List.of(name), List.of(List.of(columns, rows)), tensors -> {
            float[] stored = tensors.getFirst();
            float[] made = new float[stored.length];
            for (int i = 0; i < made.length; i++) {
                made[i] = stored[i % columns * rows + i / columns];
            }
            return made;
        });
    }

    @Override
    public String ignored(String name) {
        if (tied && name.equals(authors ? OUTSIDE.get(HEAD) : HEAD)) {
            return TIED_HEAD;
        }
        boolean unused =
                authors ? name.matches("blocks\\.0\\.att\\.v[012]") : name.startsWith("model.layers.0.attn.v_lora.");
        return unused ? "the first layer's values are mixed with nothing" : null;
    }
}
