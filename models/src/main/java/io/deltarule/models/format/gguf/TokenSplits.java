package io.deltarule.models.format.gguf;

import java.util.Map;

/** How texts are cut before their bytes are merged, by the names that llama.cpp gives the ways to do it. */
public final class TokenSplits {
    /** The key of a whole tokenizer.json. */
    public static final String WHOLE = "tokenizer.huggingface.json";

    /** That of byte-level pieces where nothing else is said. */
    public static final String OF_BYTES =
            "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

    private static final String CONTRACTIONS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
    private static final String SPACES = "\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
    private static final String KIMI_UPPER = "[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}&&[^\\p{Han}]]";
    private static final String KIMI_LOWER = "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}&&[^\\p{Han}]]";

    /**
     * One of them.
     *
     * @param pattern what the pieces match
     * @param composed whether the text is composed (NFC) before
     */
    record Split(String pattern, boolean composed) {}

    static final Map<String, Split> ALL = Map.of(
            "qwen2",
            new Split(
                    CONTRACTIONS + "|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|" + SPACES,
                    true),
            "qwen35",
            new Split(
                    CONTRACTIONS
                            + "|[^\\r\\n\\p{L}\\p{N}]?[\\p{L}\\p{M}]+|\\p{N}| ?[^\\s\\p{L}\\p{M}\\p{N}]+[\\r\\n]*|"
                            + SPACES,
                    true),
            "kimi-k2",
            new Split(
                    "[\\p{Han}]+|[^\\r\\n\\p{L}\\p{N}]?" + KIMI_UPPER + "*" + KIMI_LOWER + "+" + CONTRACTIONS
                            + "?|[^\\r\\n\\p{L}\\p{N}]?" + KIMI_UPPER + "+" + KIMI_LOWER + "*" + CONTRACTIONS
                            + "?|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|" + SPACES,
                    false),
            "gpt-2",
            new Split(OF_BYTES, false));

    private TokenSplits() {}

    /** The name of the split by a pattern; null where it has none. */
    public static String named(String pattern) {
        return ALL.entrySet().stream()
                .filter(split -> split.getValue().pattern().equals(pattern))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse(null);
    }
}
