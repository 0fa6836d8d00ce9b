package io.deltarule.models.format;

import io.deltarule.core.InvalidInputException;
import io.deltarule.models.format.config.ConfigObject;
import io.deltarule.models.tokenizer.RwkvVocabulary;
import io.deltarule.models.tokenizer.Tiktoken;
import io.deltarule.models.tokenizer.TokenLookup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a model's texts end with: the {@code eos_token_id}s of generation_config.json and config.json, and the token that
 * tokenizer_config.json, or else special_tokens_map.json, names as {@code eos_token}. Chat models often have their end of turn
 * in the tokenizer's files only. RWKV's vocabulary has one by itself.
 */
final class StopIds {
    private static final String EOS_ID = "eos_token_id";
    private static final String EOS = "eos_token";

    private StopIds() {}

    /**
     * All of them, each once.
     *
     * @param generation generation_config.json, or null
     */
    static List<Integer> of(Path folder, ConfigObject config, ConfigObject generation) {
        Set<Integer> ids = new LinkedHashSet<>();
        if (generation != null) {
            add(ids, generation);
        }
        add(ids, config);
        if (config.object("text_config") != null) {
            add(ids, config.object("text_config"));
        }
        addNamed(ids, folder);
        if (Files.exists(folder.resolve(RwkvVocabulary.FILE)) && !Files.exists(folder.resolve("tokenizer.json"))) {
            ids.add(RwkvVocabulary.END);
        }
        return List.copyOf(ids);
    }

    private static void add(Set<Integer> ids, ConfigObject config) {
        List<Integer> found = config.counts(EOS_ID, -1, Integer.MAX_VALUE);
        if (found != null) {
            found.stream().filter(id -> id >= 0).forEach(ids::add); // some write -1 for none
        }
    }

    private static void addNamed(Set<Integer> ids, Path folder) {
        for (String file : List.of("tokenizer_config.json", "special_tokens_map.json")) {
            if (!Files.exists(folder.resolve(file))) {
                continue;
            }
            ConfigObject tokenizer = ConfigObject.read(folder.resolve(file));
            List<String> named = tokenizer.tokens(EOS);
            for (String token : named) {
                Integer id = idOf(token, tokenizer, folder.resolve("tokenizer.json"));
                if (id != null) {
                    ids.add(id);
                }
            }
            if (!named.isEmpty()) {
                return;
            }
        }
    }

    /** A token's id by the config's own list, else by the tokenizer; null where neither knows it. */
    private static Integer idOf(String token, ConfigObject config, Path tokenizer) {
        for (Map.Entry<String, ConfigObject> added :
                config.objectMap("added_tokens_decoder").entrySet()) {
            if (token.equals(added.getValue().text("content", ""))
                    && added.getKey().matches("[0-9]{1,9}")) {
                return Integer.valueOf(added.getKey());
            }
        }
        Path tiktoken = tokenizer.resolveSibling("tiktoken.model");
        try {
            if (Files.exists(tokenizer)) {
                return TokenLookup.idOf(tokenizer, token);
            }
            return Files.exists(tiktoken)
                    ? Tiktoken.read(tiktoken, tokenizer.resolveSibling("tokenizer_config.json"))
                            .special(token)
                    : null;
        } catch (IOException | IllegalArgumentException e) {
            throw new InvalidInputException(tokenizer.getParent() + ": expected a tokenizer.json or tiktoken.model but"
                    + " found " + String.valueOf(e.getMessage()).replaceAll("\\s+", " ") + "; fetch it again");
        }
    }
}
