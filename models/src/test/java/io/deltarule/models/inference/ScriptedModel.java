package io.deltarule.models.inference;

import io.deltarule.loader.SafetensorsWriter;
import io.deltarule.models.format.ModelTemplates;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A delta_net's folder whose logits are a fixed function of the last token, so that a test can prescribe what it says: its
 * mixers and feed-forward parts write nothing, its embedding is the identity. What is not scripted goes to the end token.
 */
public final class ScriptedModel {
    /** Ends what is not scripted; config.json has it as {@code eos_token_id} unless a key says otherwise. */
    public static final int END = 1;

    private static final float LIKELY = 20;

    private final int vocabulary;
    private final Map<Integer, Map<Integer, Float>> logits = new HashMap<>();
    private final Map<String, String> keys = new LinkedHashMap<>();

    /** One that knows so many ids, an even number. */
    public ScriptedModel(int vocabulary) {
        this.vocabulary = vocabulary;
    }

    /** Says these ids one after the other. */
    public ScriptedModel says(int... ids) {
        for (int i = 0; i + 1 < ids.length; i++) {
            logit(ids[i], ids[i + 1], LIKELY);
        }
        return this;
    }

    /** The logit of an id after another; 0 where it is not set. */
    public ScriptedModel logit(int after, int id, float logit) {
        logits.computeIfAbsent(after, none -> new HashMap<>()).put(id, logit);
        return this;
    }

    /** Replaces a key of config.json. */
    public ScriptedModel key(String key, String json) {
        keys.put(key, json);
        return this;
    }

    /** Writes config.json and the weights into a new folder. */
    public Path write(Path folder) {
        int H = vocabulary;
        Map<String, String> config = new LinkedHashMap<>(Map.of(
                "vocab_size", Integer.toString(H),
                "hidden_size", Integer.toString(H),
                "num_hidden_layers", "1",
                "num_heads", "2",
                "intermediate_size", "4",
                "max_position_embeddings", "100000"));
        config.putAll(keys);
        SafetensorsWriter weights = new SafetensorsWriter().metadata("format", "pt");
        add(weights, "model.embeddings.weight", identity(H), H, H);
        add(weights, "lm_head.weight", head(), H, H);
        String layer = "model.layers.0.";
        for (String norm : new String[] {"model.norm", layer + "attn_norm", layer + "mlp_norm"}) {
            add(weights, norm + ".weight", ones(H), H);
        }
        add(weights, layer + "attn.o_norm.weight", ones(H / 2), H / 2);
        for (String part : new String[] {"q", "k", "v"}) {
            zeros(weights, layer + "attn." + part + "_proj.weight", H, H);
            zeros(weights, layer + "attn." + part + "_conv1d.weight", H, 1, 4);
        }
        zeros(weights, layer + "attn.b_proj.weight", 2, H);
        zeros(weights, layer + "attn.o_proj.weight", H, H);
        zeros(weights, layer + "mlp.gate_proj.weight", 4, H);
        zeros(weights, layer + "mlp.up_proj.weight", 4, H);
        zeros(weights, layer + "mlp.down_proj.weight", H, 4);
        try {
            Files.createDirectories(folder);
            Files.writeString(folder.resolve("config.json"), ModelTemplates.config("delta_net", config));
            weights.write(folder.resolve("model.safetensors"));
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A normed row of the embedding has √H at its id's place. */
    private float[] head() {
        float[] head = new float[vocabulary * vocabulary];
        for (int after = 0; after < vocabulary; after++) {
            Map<Integer, Float> row = logits.getOrDefault(after, Map.of(END, LIKELY));
            for (Map.Entry<Integer, Float> logit : row.entrySet()) {
                head[logit.getKey() * vocabulary + after] = (float) (logit.getValue() / Math.sqrt(vocabulary));
            }
        }
        return head;
    }

    private static float[] identity(int size) {
        float[] identity = new float[size * size];
        for (int i = 0; i < size; i++) {
            identity[i * size + i] = 1;
        }
        return identity;
    }

    private static float[] ones(int size) {
        float[] ones = new float[size];
        Arrays.fill(ones, 1);
        return ones;
    }

    private static void zeros(SafetensorsWriter weights, String name, long... shape) {
        long count = 1;
        for (long n : shape) {
            count *= n;
        }
        add(weights, name, new float[(int) count], shape);
    }

    private static void add(SafetensorsWriter weights, String name, float[] values, long... shape) {
        weights.addFloats(name, shape, values);
    }
}
