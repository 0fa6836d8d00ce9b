package io.deltarule.models.chat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.deltarule.core.Engines;
import io.deltarule.models.inference.LanguageModel;
import io.deltarule.models.inference.ScriptedModel;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A folder of a scripted model that converses: the tests' byte-level tokenizer with {@code <|im_start|>}, {@code <think>} and
 * {@code </think>}, and a template. A text is said after a colon, with which the beginning of an answer ends here.
 */
public final class ChatFolder {
    public static final int START = 310;
    public static final int THINK = 311;
    public static final int THOUGHT = 312;
    public static final int MORE = 313;

    /** Earlier answers without what was thought. */
    public static final String FORGETFUL = """
            {%- for m in messages -%}
            <|im_start|>{{ m.role }}:{{ m.content.split('</think>')[-1] }}<|im_end|>
            {%- endfor -%}
            {%- if add_generation_prompt -%}<|im_start|>assistant:{%- if enable_thinking is defined and enable_thinking is false -%}
            <think></think>:{%- endif -%}{%- endif -%}""";

    /** All as it was said. */
    public static final String FAITHFUL = FORGETFUL.replace(".split('</think>')[-1]", "");

    private static final int VOCABULARY = 384;
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final JsonNode TOKENIZER = tokenizer();

    private ChatFolder() {}

    private static JsonNode tokenizer() {
        try (InputStream in = ChatFolder.class.getResourceAsStream("/tokenizer/tokenizer.json")) {
            ObjectNode root = (ObjectNode) JSON.readTree(in);
            ArrayNode added = (ArrayNode) root.get("added_tokens");
            add(added, START, "<|im_start|>", true);
            add(added, THINK, "<think>", false);
            add(added, THOUGHT, "</think>", false);
            return root;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void add(ArrayNode added, int id, String content, boolean special) {
        ObjectNode token = added.get(0).deepCopy();
        added.add(token.put("id", id).put("content", content).put("special", special));
    }

    /** The id of a character of one byte. */
    public static int id(char c) {
        String piece = c == '\n' ? "Ċ" : c == ' ' ? "Ġ" : Character.toString(c);
        return TOKENIZER.get("model").get("vocab").get(piece).intValue();
    }

    /** A script that says, after a colon, a text of one-byte characters that are all different, and ends. */
    public static ScriptedModel saying(String text) {
        return saying(text.chars().map(c -> id((char) c)).toArray());
    }

    /** The same with ids. */
    public static ScriptedModel saying(int... ids) {
        int[] all = new int[ids.length + 2];
        all[0] = id(':');
        System.arraycopy(ids, 0, all, 1, ids.length);
        all[all.length - 1] = ScriptedModel.END;
        return new ScriptedModel(VOCABULARY).says(all);
    }

    /** A script that says "abab…", after a colon, without end. */
    public static ScriptedModel endless() {
        return new ScriptedModel(VOCABULARY).says(id(':'), id('a'), id('b'), id('a'));
    }

    /** Writes one. */
    public static Path write(Path folder, ScriptedModel script, String template, String... more) {
        script.write(folder);
        addTo(folder, template, more);
        return folder;
    }

    /**
     * Adds tokenizer and template to a model's folder.
     *
     * @param more contents of further tokens, from {@link #MORE} on
     */
    public static void addTo(Path folder, String template, String... more) {
        try {
            JsonNode tokenizer = TOKENIZER.deepCopy();
            for (int i = 0; i < more.length; i++) {
                add((ArrayNode) tokenizer.get("added_tokens"), MORE + i, more[i], false);
            }
            Files.write(folder.resolve("tokenizer.json"), JSON.writeValueAsBytes(tokenizer));
            Files.write(
                    folder.resolve("tokenizer_config.json"),
                    JSON.writeValueAsBytes(JSON.createObjectNode()
                            .put("eos_token", "<|im_end|>")
                            .put("chat_template", template)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Opens one. */
    public static LanguageModel open(Path folder) {
        return LanguageModel.open(folder, Engines.named("cpu"), null);
    }
}
