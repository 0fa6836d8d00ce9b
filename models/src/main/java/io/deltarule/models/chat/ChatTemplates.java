package io.deltarule.models.chat;

import io.deltarule.core.InvalidInputException;
import io.deltarule.models.format.config.ConfigObject;
import io.deltarule.models.inference.LanguageModel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The templates of a model by name, and the special tokens that they write. A published folder keeps them, the first that is
 * there taken, in
 *
 * <pre>
 *   chat_template.jinja                        and further ones in additional_chat_templates/NAME.jinja
 *   chat_template.json          chat_template  a text
 *   tokenizer_config.json       chat_template  a text, or a list of {name, template}
 * </pre>
 *
 * and the special tokens in tokenizer_config.json or special_tokens_map.json, as texts or as objects with {@code content}.
 * Whatever else carries templates hands them over as texts ({@link #of}).
 */
public final class ChatTemplates {
    private static final String DEFAULT = "default";
    private static final String WITH_TOOLS = "tool_use";
    private static final String KEY = "chat_template";
    private static final long LARGEST = 4 << 20;
    private static final List<String> TOKENS =
            List.of("bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token");

    private final Map<String, String> texts;
    private final Map<String, String> specialTokens;
    private final Map<String, ChatTemplate> parsed = new LinkedHashMap<>();

    private ChatTemplates(Map<String, String> texts, Map<String, String> specialTokens) {
        this.texts = Collections.unmodifiableMap(new LinkedHashMap<>(texts));
        this.specialTokens = Collections.unmodifiableMap(new LinkedHashMap<>(specialTokens));
    }

    /**
     * Templates from elsewhere.
     *
     * @param texts by name; {@code default} is the one for conversations, {@code tool_use} that for those with tools
     * @param specialTokens by the name under which templates write them, for example {@code bos_token}
     */
    public static ChatTemplates of(Map<String, String> texts, Map<String, String> specialTokens) {
        return new ChatTemplates(texts, specialTokens);
    }

    /** One template without special tokens of its own. */
    public static ChatTemplates of(String text) {
        return of(Map.of(DEFAULT, text), Map.of());
    }

    /**
     * Those of a model's folder.
     *
     * @return without any where the model has none ({@link #isEmpty})
     * @throws InvalidInputException if a file is there but is not what it should be
     */
    public static ChatTemplates read(Path folder) {
        Path config = folder.resolve("tokenizer_config.json");
        ConfigObject tokenizer = Files.isRegularFile(config) ? ConfigObject.read(config) : null;
        return of(texts(folder, tokenizer), tokens(folder, tokenizer));
    }

    /** Those of the folder that a model was opened from; none for one that is no folder's. */
    public static ChatTemplates of(LanguageModel model) {
        return model.folder() == null ? of(Map.of(), Map.of()) : read(model.folder());
    }

    private static Map<String, String> texts(Path folder, ConfigObject tokenizer) {
        Map<String, String> texts = new LinkedHashMap<>();
        Path json = folder.resolve("chat_template.json");
        if (Files.isRegularFile(folder.resolve("chat_template.jinja"))) {
            texts.put(DEFAULT, text(folder.resolve("chat_template.jinja")));
        } else if (Files.isRegularFile(json)) {
            addTo(texts, ConfigObject.read(json));
        } else if (tokenizer != null) {
            addTo(texts, tokenizer);
        }
        for (Path more : files(folder.resolve("additional_chat_templates"))) {
            texts.put(more.getFileName().toString().replaceFirst("\\.jinja$", ""), text(more));
        }
        return texts;
    }

    private static void addTo(Map<String, String> texts, ConfigObject config) {
        if (config.isText(KEY)) {
            texts.put(DEFAULT, config.text(KEY, null));
        } else {
            for (ConfigObject named : config.objects(KEY)) {
                String name = named.text("name", null);
                String text = named.text("template", null);
                if (name == null || text == null) {
                    throw config.refused(KEY, "a text, or a list of objects with name and template,");
                }
                texts.put(name, text);
            }
        }
    }

    private static List<Path> files(Path folder) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".jinja"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new InvalidInputException(
                    folder + ": expected to read it but found " + e + "; check its permissions");
        }
    }

    private static String text(Path file) {
        try {
            if (Files.size(file) > LARGEST) {
                throw new InvalidInputException(file + ": expected a chat template of at most " + LARGEST
                        + " bytes but found " + Files.size(file) + "; fetch the file again");
            }
            return Files.readString(file, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new InvalidInputException(
                    file + ": expected a chat template in UTF-8 but found " + e + "; fetch the file again");
        }
    }

    private static Map<String, String> tokens(Path folder, ConfigObject tokenizer) {
        Path map = folder.resolve("special_tokens_map.json");
        List<ConfigObject> sources = new ArrayList<>();
        if (tokenizer != null) {
            sources.add(tokenizer);
        }
        if (Files.isRegularFile(map)) {
            sources.add(ConfigObject.read(map));
        }
        Map<String, String> tokens = new LinkedHashMap<>();
        for (String name : TOKENS) {
            for (ConfigObject source : sources) {
                if (source.has(name)) {
                    tokens.putIfAbsent(
                            name, source.isText(name) ? source.text(name, null) : content(source.object(name)));
                }
            }
        }
        return tokens;
    }

    private static String content(ConfigObject token) {
        if (!token.has("content")) {
            throw token.refused("content", "a special token's text");
        }
        return token.text("content", null);
    }

    /** Whether the model has none: it goes on with texts, and nobody made it for conversations. */
    public boolean isEmpty() {
        return texts.isEmpty();
    }

    /** Their names. */
    public List<String> names() {
        return List.copyOf(texts.keySet());
    }

    /** The special tokens that templates write, by name. */
    public Map<String, String> specialTokens() {
        return specialTokens;
    }

    /**
     * The one for a prompt: {@code tool_use}, where there is one and the prompt has tools, else {@code default}, else the only
     * one.
     *
     * @throws InvalidInputException if there is none, or it cannot be parsed
     */
    public synchronized ChatTemplate choose(ChatPrompt prompt) {
        String name = !prompt.tools().isEmpty() && texts.containsKey(WITH_TOOLS) ? WITH_TOOLS : DEFAULT;
        if (!texts.containsKey(name) && texts.size() == 1) {
            name = texts.keySet().iterator().next();
        }
        if (!texts.containsKey(name)) {
            throw new InvalidInputException("chat template: expected one called '" + DEFAULT + "' but found "
                    + (texts.isEmpty() ? "none; this model goes on with texts (generate)" : texts.keySet()));
        }
        return parsed.computeIfAbsent(name, n -> ChatTemplate.parse(texts.get(n)));
    }

    /**
     * The text of a prompt.
     *
     * @throws InvalidInputException if the template refuses it or cannot be rendered
     */
    public String render(ChatPrompt prompt) {
        return choose(prompt).render(prompt.context(specialTokens));
    }
}
