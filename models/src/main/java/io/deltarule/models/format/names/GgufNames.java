package io.deltarule.models.format.names;

import io.deltarule.models.format.weights.TensorNames;
import io.deltarule.models.format.weights.WeightSource;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What is called alike in GGUF files of all architectures. */
public final class GgufNames {
    /** A weight of a block in a program, and what it is in the block. */
    private static final Pattern BLOCK = Pattern.compile("model\\.layers\\.(\\d+)\\.(.+)");

    private static final Pattern STORED_BLOCK = Pattern.compile("blk\\.(\\d+)\\..+");

    private static final Map<String, String> OUTSIDE = Map.of(
            "model.embed_tokens.weight",
            "token_embd.weight",
            "model.norm.weight",
            "output_norm.weight",
            TensorNames.HEAD,
            "output.weight");

    private static final Map<String, String> INSIDE = Map.ofEntries(
            Map.entry("input_layernorm.weight", "attn_norm.weight"),
            Map.entry("self_attn.q_proj.weight", "attn_q.weight"),
            Map.entry("self_attn.k_proj.weight", "attn_k.weight"),
            Map.entry("self_attn.v_proj.weight", "attn_v.weight"),
            Map.entry("self_attn.o_proj.weight", "attn_output.weight"),
            Map.entry("mlp.gate_proj.weight", "ffn_gate.weight"),
            Map.entry("mlp.up_proj.weight", "ffn_up.weight"),
            Map.entry("mlp.down_proj.weight", "ffn_down.weight"),
            Map.entry("mlp.gate.weight", "ffn_gate_inp.weight"));

    private GgufNames() {}

    /** A weight outside of the blocks, null for one inside. */
    static List<WeightSource> outside(String weight, int[] dims) {
        String name = OUTSIDE.get(weight);
        return name == null ? null : List.of(WeightSource.of(name, dims));
    }

    /** What stands before a block's tensors and what its weight is called in the program: "blk.3." and "mlp.up_proj.weight". */
    static String[] inBlock(String weight) {
        Matcher block = BLOCK.matcher(weight);
        if (!block.matches()) {
            throw new IllegalArgumentException(weight);
        }
        return new String[] {"blk." + block.group(1) + ".", block.group(2)};
    }

    /**
     * What a block's weight is called in the file.
     *
     * @param part what it is called in the program
     * @param own what this architecture's files call otherwise or have alone
     */
    static String inside(String part, Map<String, String> own) {
        String name = own.get(part);
        return name == null ? INSIDE.getOrDefault(part, part) : name;
    }

    /**
     * An expert's rows in its layer's stack: gates and ups in a tensor each, or all gates and ups of an expert in one.
     *
     * @param part {@code experts.e.gate_proj.weight}, or up or down
     */
    static List<WeightSource> expert(String block, String part, int experts, int[] dims) {
        String[] words = part.split("\\.", -1);
        long e = Long.parseLong(words[1]);
        String kind = words[2].replace("_proj", "");
        WeightSource own =
                WeightSource.rows(block + "ffn_" + kind + "_exps.weight", e * dims[0], experts, dims[0], dims[1]);
        if (kind.equals("down")) {
            return List.of(own);
        }
        long first = (kind.equals("gate") ? 2 * e : 2 * e + 1) * dims[0];
        return List.of(own, WeightSource.rows(block + "ffn_gate_up_exps.weight", first, experts, 2 * dims[0], dims[1]));
    }

    /** A_log of what is stored of it, −exp(A_log). */
    static WeightSource logDecay(String name, Integer... shape) {
        return new WeightSource.Made(List.of(name), List.of(List.of(shape)), tensors -> {
            float[] stored = tensors.getFirst();
            float[] logs = new float[stored.length];
            for (int i = 0; i < logs.length; i++) {
                logs[i] = (float) Math.log(-stored[i]);
            }
            return logs;
        });
    }

    /** Why a tensor may lie in the file unused; null where it may not. */
    static String ignored(String name, int layers) {
        Matcher block = STORED_BLOCK.matcher(name);
        if (name.contains("nextn.")
                || (block.matches() && block.group(1).length() < 9 && Integer.parseInt(block.group(1)) >= layers)) {
            return "drafts further tokens";
        }
        return name.equals("rope_freqs.weight") ? "follows from rope.freq_base" : null;
    }
}
