package io.deltarule.models.format.convert;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.deltarule.core.InvalidInputException;
import io.deltarule.loader.GgufValue;
import io.deltarule.loader.GgufWriter;
import io.deltarule.models.format.config.ConfigObject;
import io.deltarule.models.format.gguf.TokenSplits;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A folder's tokenizer and chat template as metadata: tokenizer.json as it is, for this library, and where it is byte-level
 * byte pair encoding with a split that llama.cpp has a name for, its tokens, types and merges too. Any other is "none", with
 * which llama.cpp still runs the model on ids; without that word it refuses the file.
 */
final class GgufTokens {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String GGML = "tokenizer.ggml.";

    // Token types, by ggml's numbers.
    private static final int NORMAL = 1;
    private static final int CONTROL = 3;
    private static final int USER_DEFINED = 4;
    private static final int UNUSED = 5;

    private GgufTokens() {}

    static void put(GgufWriter writer, Path folder, int vocabulary) {
        Path file = folder.resolve("tokenizer.json");
        try {
            boolean named = false;
            if (Files.exists(file)) {
                String text = Files.readString(file, StandardCharsets.UTF_8);
                writer.metadata(TokenSplits.WHOLE, GgufValue.text(text));
                named = tokens(writer, folder, JSON.readTree(text), vocabulary);
            }
            if (!named) {
                writer.metadata(GGML + "model", GgufValue.text("none"));
            }
            template(writer, folder);
        } catch (IOException e) {
            throw new InvalidInputException(folder + ": expected to read its tokenizer but found "
                    + String.valueOf(e.getMessage()).replaceAll("\\s+", " ") + "; fetch the folder again");
        }
    }

    private static void template(GgufWriter writer, Path folder) throws IOException {
        Path jinja = folder.resolve("chat_template.jinja");
        Path config = folder.resolve("tokenizer_config.json");
        String text = null;
        if (Files.exists(jinja)) {
            text = Files.readString(jinja, StandardCharsets.UTF_8);
        } else if (Files.exists(config)) {
            ConfigObject object = ConfigObject.read(config);
            text = object.isText("chat_template") ? object.text("chat_template", null) : null;
        }
        if (text != null) {
            writer.metadata("tokenizer.chat_template", GgufValue.text(text));
        }
    }

    /** Whether llama.cpp has the tokenizer, whose tokens are then written. */
    private static boolean tokens(GgufWriter writer, Path folder, JsonNode file, int vocabulary) {
        JsonNode model = file.path("model");
        String split = TokenSplits.named(pattern(file.path("pre_tokenizer")));
        if (!model.path("type").asText().equals("BPE") || split == null) {
            return false;
        }
        String[] tokens = new String[vocabulary];
        int[] types = new int[vocabulary];
        Arrays.fill(types, UNUSED);
        model.path("vocab").properties().forEach(entry -> {
            set(tokens, types, entry.getValue().asInt(-1), entry.getKey(), NORMAL);
        });
        for (JsonNode added : file.path("added_tokens")) {
            int type = added.path("special").asBoolean() ? CONTROL : USER_DEFINED;
            set(tokens, types, added.path("id").asInt(-1), added.path("content").asText(), type);
        }
        for (int id = 0; id < tokens.length; id++) {
            if (tokens[id] == null) {
                tokens[id] = "[PAD" + id + "]";
            }
        }
        List<String> merges = new ArrayList<>();
        for (JsonNode merge : model.path("merges")) {
            merges.add(
                    merge.isTextual()
                            ? merge.asText()
                            : merge.get(0).asText() + " " + merge.get(1).asText());
        }
        writer.metadata(GGML + "model", GgufValue.text("gpt2"));
        writer.metadata(GGML + "pre", GgufValue.text(split));
        writer.metadata(GGML + "tokens", GgufValue.texts(Arrays.asList(tokens)));
        writer.metadata(GGML + "token_type", GgufValue.i32s(types));
        writer.metadata(GGML + "merges", GgufValue.texts(merges));
        around(writer, folder, file, tokens);
        return true;
    }

    /** Whether a token begins and one ends every text, by tokenizer_config.json or else by the tokenizer's template. */
    private static void around(GgufWriter writer, Path folder, JsonNode file, String... tokens) {
        Path path = folder.resolve("tokenizer_config.json");
        ConfigObject config = Files.exists(path) ? ConfigObject.read(path) : ConfigObject.parse("{}");
        JsonNode single = file.path("post_processor").path("single");
        for (String kind : List.of("bos", "eos")) {
            List<String> named = config.tokens(kind + "_token");
            int id = named.isEmpty() ? -1 : Arrays.asList(tokens).indexOf(named.getFirst());
            if (kind.equals("bos") && id >= 0) {
                writer.metadata(GGML + "bos_token_id", GgufValue.u32(id));
            }
            JsonNode outermost = single.path(kind.equals("bos") ? 0 : single.size() - 1);
            boolean inTemplate = id >= 0
                    && outermost.path("SpecialToken").path("id").asText().equals(named.getFirst());
            writer.metadata(
                    GGML + "add_" + kind + "_token",
                    GgufValue.bool(id >= 0 && config.flag("add_" + kind + "_token", inTemplate)));
        }
    }

    private static void set(String[] tokens, int[] types, int id, String token, int type) {
        if (id >= 0 && id < tokens.length) {
            tokens[id] = token;
            types[id] = type;
        }
    }

    /** The pattern by which a text is split; empty where there is none that counts. */
    private static String pattern(JsonNode node) {
        for (JsonNode step : node.path("pretokenizers")) {
            if (step.path("type").asText().equals("Split")) {
                return step.path("pattern").path("Regex").asText();
            }
        }
        boolean bytes = node.path("type").asText().equals("ByteLevel");
        return bytes && node.path("use_regex").asBoolean(true) ? TokenSplits.OF_BYTES : "";
    }
}
