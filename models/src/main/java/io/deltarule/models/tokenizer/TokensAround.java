package io.deltarule.models.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * The special tokens around a text where {@code tokenizer_config.json} states {@code add_bos_token} or {@code
 * add_eos_token}: transformers lets these decide, whatever the template in {@code tokenizer.json} has. A template that puts
 * other tokens there is left as it is.
 */
public final class TokensAround {
    private static final int[] NONE = {};

    private final int[] before;
    private final int[] after;

    private TokensAround(int[] before, int[] after) {
        this.before = before;
        this.after = after;
    }

    /**
     * Those that the configuration wants; null where it leaves them to the template.
     *
     * @param tokenizer a tokenizer.json
     * @param config tokenizer_config.json; none need be there
     * @param template gives the tokens that the template puts around an empty text
     * @throws IOException if a file cannot be read or is no JSON
     */
    public static TokensAround read(Path tokenizer, Path config, Supplier<int[]> template) throws IOException {
        if (!Files.exists(config)) {
            return null;
        }
        JsonNode json = new ObjectMapper().readTree(config.toFile());
        Integer begin = id(json.path("bos_token"), tokenizer);
        Integer end = id(json.path("eos_token"), tokenizer);
        Boolean wantsBegin = stated(json.path("add_bos_token"), begin);
        Boolean wantsEnd = stated(json.path("add_eos_token"), end);
        if (wantsBegin == null && wantsEnd == null) {
            return null;
        }
        int[] now = template.get();
        boolean begins = now.length > 0 && begin != null && now[0] == begin;
        boolean ends = now.length > (begins ? 1 : 0) && end != null && now[now.length - 1] == end;
        if (now.length > (begins ? 1 : 0) + (ends ? 1 : 0)) {
            return null;
        }
        boolean before = wantsBegin == null ? begins : wantsBegin;
        boolean after = wantsEnd == null ? ends : wantsEnd;
        return before == begins && after == ends
                ? null
                : new TokensAround(before ? new int[] {begin} : NONE, after ? new int[] {end} : NONE);
    }

    /** What the configuration states of a token that there is; null where it states nothing. */
    private static Boolean stated(JsonNode flag, Integer id) {
        return (flag.isBoolean() && id != null) ? flag.booleanValue() : null;
    }

    /** Of a token's text, or of an object with its text as content. */
    private static Integer id(JsonNode token, Path tokenizer) throws IOException {
        JsonNode text = token.isObject() ? token.path("content") : token;
        return text.isTextual() ? TokenLookup.idOf(tokenizer, text.textValue()) : null;
    }

    /** A text's own tokens with these around them. */
    public int[] around(int... ids) {
        return Stream.of(before, ids, after).flatMapToInt(Arrays::stream).toArray();
    }
}
