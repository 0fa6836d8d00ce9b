package io.deltarule.models.format.gguf;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.deltarule.core.InvalidInputException;
import io.deltarule.loader.GgufFile;
import io.deltarule.models.format.config.ConfigObject;
import io.deltarule.models.format.weights.GgufTensors;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * A GGUF file opened as a model: its tensors, and its texts as a folder of its own has them. That folder is a temporary one,
 * and gone when this is closed.
 */
public final class GgufModel implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String TEMPLATE = "tokenizer.chat_template";

    private final GgufTensors tensors;
    private final String config;
    private final Path texts;
    private final Thread onExit;

    private GgufModel(Path path, GgufFile file) {
        GgufMetadata metadata = new GgufMetadata(file);
        ObjectNode made = GgufConfig.of(metadata);
        String type = made.get("model_type").textValue();
        this.config = made.toString();
        this.tensors = new GgufTensors(path, file, type.startsWith("qwen"));
        String tokenizer = GgufTokenizer.json(metadata);
        String special = tokenizerConfig(metadata).toString();
        try {
            this.texts = Files.createTempDirectory(
                    "deltarule-gguf-" + ProcessHandle.current().pid() + "-");
            this.onExit = new Thread(this::deleteTexts, "delete a GGUF file's texts");
            Runtime.getRuntime().addShutdownHook(onExit);
            if (tokenizer != null) {
                Files.writeString(texts.resolve("tokenizer.json"), tokenizer, StandardCharsets.UTF_8);
            }
            Files.writeString(texts.resolve("tokenizer_config.json"), special, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new InvalidInputException(path + ": expected to write its tokenizer's texts into the folder for"
                    + " temporary files but found " + e + "; free some space there, or set -Djava.io.tmpdir");
        }
    }

    /**
     * Opens a file.
     *
     * @throws InvalidInputException if it is no model that can be read
     * @throws io.deltarule.loader.GgufException if its bytes are no valid GGUF file
     */
    public static GgufModel open(Path path) {
        GgufFile file = GgufFile.open(path);
        GgufModel opened = null;
        try {
            opened = new GgufModel(path, file);
            return opened;
        } finally {
            if (opened == null) {
                file.close();
            }
        }
    }

    private static ObjectNode tokenizerConfig(GgufMetadata metadata) {
        ObjectNode node = JSON.createObjectNode();
        List<String> tokens = metadata.texts(GgufTokenizer.GGML + "tokens");
        for (String kind : List.of("bos", "eos")) {
            String token = tokens == null ? null : GgufTokenizer.token(metadata, kind, tokens);
            if (token != null) {
                node.put(kind + "_token", token);
            }
            String flag = "add_" + kind + "_token";
            if (metadata.has(GgufTokenizer.GGML + flag)) {
                node.put(flag, metadata.flag(GgufTokenizer.GGML + flag, false));
            }
        }
        List<String> named = metadata.texts("tokenizer.chat_templates");
        String template = metadata.text(TEMPLATE, null);
        if (named == null || named.isEmpty()) {
            if (template != null) {
                node.put("chat_template", template);
            }
            return node;
        }
        ArrayNode templates = node.putArray("chat_template");
        if (template != null) {
            templates.addObject().put("name", "default").put("template", template);
        }
        for (String name : named) {
            String text = metadata.text(TEMPLATE + "." + name, null);
            if (text != null) {
                templates.addObject().put("name", name).put("template", text);
            }
        }
        return node;
    }

    /** The config.json that it amounts to. */
    public ConfigObject config() {
        return ConfigObject.parse(config);
    }

    /** The same as text. */
    public String configText() {
        return config;
    }

    /** Its tensors. */
    public GgufTensors tensors() {
        return tensors;
    }

    /** Holds tokenizer.json, where the file has a tokenizer, and tokenizer_config.json. */
    public Path texts() {
        return texts;
    }

    private void deleteTexts() {
        try (Stream<Path> files = Files.list(texts)) {
            for (Path file : files.toList()) {
                Files.deleteIfExists(file);
            }
            Files.deleteIfExists(texts);
        } catch (IOException e) {
            System.getLogger("io.deltarule").log(System.Logger.Level.DEBUG, "left " + texts, e);
        }
    }

    /** Unmaps the file and deletes the texts. */
    @Override
    public void close() {
        tensors.close();
        if (Files.exists(texts)) {
            deleteTexts();
            try {
                Runtime.getRuntime().removeShutdownHook(onExit);
            } catch (IllegalStateException exiting) {
                // then the hook runs, and finds nothing to delete
            }
        }
    }
}
