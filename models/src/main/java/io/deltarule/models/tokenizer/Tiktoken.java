package io.deltarule.models.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A {@code tiktoken.model} as Kimi's models have it: a line for each token, its bytes in base64, a blank and its rank. How text is
 * cut into pieces, and which special tokens there are, is not in that file: the pieces are those of Kimi's own code, the names of
 * special tokens in {@code tokenizer_config.json}. There are 258 of them after the others; those without a name are reserved.
 */
public final class Tiktoken implements ByteVocabulary {
    /** Most bytes of a file; Kimi's has 2.8 MB. */
    private static final long LARGEST = 64L << 20;

    private static final int SPECIAL = 256 + 2;

    /** Han; words with what is before them, by capitals, and English endings; up to three digits; signs; line ends; blanks. */
    private static final Pattern PIECES = Pattern.compile(
            String.join(
                    "|",
                    "[\\p{IsHan}]+",
                    "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}&&[^\\p{IsHan}]]*"
                            + "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}&&[^\\p{IsHan}]]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
                    "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}&&[^\\p{IsHan}]]+"
                            + "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}&&[^\\p{IsHan}]]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
                    "\\p{N}{1,3}",
                    " ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*",
                    "\\s*[\\r\\n]+",
                    "\\s+(?!\\S)",
                    "\\s+"),
            Pattern.UNICODE_CHARACTER_CLASS);

    private final BytePairs pairs;
    private final Map<Integer, String> byId;
    private final Map<String, Integer> special;
    private final Pattern anySpecial;

    private Tiktoken(BytePairs pairs, Map<Integer, String> byId, Map<String, Integer> special) {
        this.pairs = pairs;
        this.byId = byId;
        this.special = special;
        this.anySpecial = Pattern.compile(special.keySet().stream()
                .sorted(Comparator.comparingInt(String::length).reversed())
                .map(Pattern::quote)
                .collect(Collectors.joining("|")));
    }

    /**
     * Reads one.
     *
     * @param model the tokens
     * @param config tokenizer_config.json; none need be there
     * @throws IOException if a file cannot be read or is no JSON
     * @throws IllegalArgumentException if the lines are not such tokens, or the config names another kind of tokenizer
     */
    public static Tiktoken read(Path model, Path config) throws IOException {
        if (Files.size(model) > LARGEST) {
            throw new IllegalArgumentException("at most " + (LARGEST >> 20) + " MiB but " + (Files.size(model) >> 20));
        }
        Map<String, Integer> ranks = new HashMap<>();
        Map<Integer, String> byId = new HashMap<>();
        List<String> lines = Files.readAllLines(model, StandardCharsets.ISO_8859_1);
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            if (!line.isEmpty()) {
                int blank = line.indexOf(' ');
                String token = blank < 0 ? null : bytes(line.substring(0, blank));
                if (token == null
                        || token.isEmpty()
                        || !line.substring(blank + 1).matches("[0-9]{1,8}")) {
                    throw new IllegalArgumentException("no base64, blank and rank in line " + (i + 1));
                }
                int rank = Integer.parseInt(line.substring(blank + 1));
                if (ranks.put(token, rank) != null || byId.put(rank, token) != null) {
                    throw new IllegalArgumentException("a token or a rank twice in line " + (i + 1));
                }
            }
        }
        return new Tiktoken(new BytePairs(ranks), byId, special(ranks.size(), config));
    }

    private static String bytes(String base64) {
        try {
            return new String(Base64.getDecoder().decode(base64), StandardCharsets.ISO_8859_1);
        } catch (IllegalArgumentException none) {
            return null;
        }
    }

    private static Map<String, Integer> special(int first, Path config) throws IOException {
        JsonNode json = Files.exists(config)
                ? new ObjectMapper().readTree(config.toFile())
                : new ObjectMapper().createObjectNode();
        String type = json.path("tokenizer_class").asText("TikTokenTokenizer");
        if (!type.startsWith("TikToken")) {
            throw new IllegalArgumentException("a tokenizer_config.json of another tokenizer, " + type);
        }
        Map<Integer, String> names = new HashMap<>();
        JsonNode decoder = json.path("added_tokens_decoder");
        if (decoder.isObject()) {
            decoder.properties().forEach(token -> {
                if (token.getKey().matches("[0-9]{1,8}")) {
                    names.put(
                            Integer.valueOf(token.getKey()),
                            token.getValue().path("content").asText());
                }
            });
        } else { // the two that every file of Kimi's begins with
            names.put(first, content(json.path("bos_token"), "[BOS]"));
            names.put(first + 1, content(json.path("eos_token"), "[EOS]"));
        }
        Map<String, Integer> special = new LinkedHashMap<>();
        for (int id = first; id < first + SPECIAL; id++) {
            special.put(names.getOrDefault(id, "<|reserved_token_" + id + "|>"), id);
        }
        return special;
    }

    private static String content(JsonNode token, String absent) {
        return token.isObject() ? token.path("content").asText(absent) : token.asText(absent);
    }

    /** The id of a special token, or null where there is none of this text. */
    public Integer special(String content) {
        return special.get(content);
    }

    /** A text's ids; a special token that is written in it is that token. */
    @Override
    public int[] encode(String text) {
        List<Integer> ids = new ArrayList<>();
        Matcher found = anySpecial.matcher(text);
        int from = 0;
        while (found.find()) {
            ordinary(text.substring(from, found.start()), ids);
            ids.add(special.get(found.group()));
            from = found.end();
        }
        ordinary(text.substring(from), ids);
        return ids.stream().mapToInt(id -> id).toArray();
    }

    private void ordinary(String text, List<Integer> ids) {
        Matcher piece = PIECES.matcher(text);
        while (piece.find()) {
            byte[] utf8 = piece.group().getBytes(StandardCharsets.UTF_8);
            pairs.encode(new String(utf8, StandardCharsets.ISO_8859_1), ids);
        }
    }

    @Override
    public byte[] bytes(int id) {
        return byId.getOrDefault(id, "").getBytes(StandardCharsets.ISO_8859_1);
    }
}
