package io.deltarule.models.format.gguf;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.deltarule.core.InvalidInputException;
import io.deltarule.models.format.config.MessageText;
import java.util.List;
import java.util.TreeSet;

/**
 * The {@code tokenizer.json} that a file's tokens, merges and pre-tokeniser's name amount to: byte-level byte pair encoding, as
 * {@code tokenizer.ggml.model} "gpt2" is. A file that carries the tokenizer.json itself, as
 * {@code tokenizer.huggingface.json}, is taken at its word.
 */
final class GgufTokenizer {
    private static final ObjectMapper JSON = new ObjectMapper();
    static final String GGML = "tokenizer.ggml.";

    // Token types, by ggml's numbers.
    private static final long CONTROL = 3;
    private static final long USER_DEFINED = 4;

    private GgufTokenizer() {}

    /** The text of the tokenizer.json; null where the file has no tokens. */
    static String json(GgufMetadata metadata) {
        if (metadata.has(TokenSplits.WHOLE)) {
            return metadata.text(TokenSplits.WHOLE, null);
        }
        List<String> tokens = metadata.texts(GGML + "tokens");
        return tokens == null ? null : build(metadata, tokens).toString();
    }

    private static ObjectNode build(GgufMetadata metadata, List<String> tokens) {
        if (!metadata.text(GGML + "model", "").equals("gpt2")) {
            throw metadata.refused(GGML + "model", "gpt2, byte-level byte pair encoding,");
        }
        List<String> merges = metadata.texts(GGML + "merges");
        List<Long> types = metadata.counts(GGML + "token_type");
        if (merges == null) {
            throw metadata.refused(GGML + "merges", "a list of pairs");
        }
        if (types != null && types.size() != tokens.size()) {
            throw metadata.refused(GGML + "token_type", "as many as tokens, " + tokens.size() + ",");
        }
        TokenSplits.Split split = split(metadata);
        ObjectNode whole = JSON.createObjectNode().put("version", "1.0");
        whole.putNull("truncation").putNull("padding");
        ArrayNode added = whole.putArray("added_tokens");
        ObjectNode vocabulary = JSON.createObjectNode();
        for (int id = 0; id < tokens.size(); id++) {
            if (vocabulary.has(tokens.get(id))) {
                throw new InvalidInputException("GGUF metadata: " + GGML
                        + "tokens: expected every token once but found "
                        + MessageText.text(tokens.get(id)) + " as " + vocabulary.get(tokens.get(id)) + " and " + id
                        + "; fetch the file again");
            }
            vocabulary.put(tokens.get(id), id);
            long type = types == null ? 1 : types.get(id);
            if (type == CONTROL || type == USER_DEFINED) {
                added.addObject()
                        .put("id", id)
                        .put("content", tokens.get(id))
                        .put("single_word", false)
                        .put("lstrip", false)
                        .put("rstrip", false)
                        .put("normalized", false)
                        .put("special", type == CONTROL);
            }
        }
        if (split.composed()) {
            whole.putObject("normalizer").put("type", "NFC");
        } else {
            whole.putNull("normalizer");
        }
        ObjectNode sequence = whole.putObject("pre_tokenizer").put("type", "Sequence");
        ArrayNode steps = sequence.putArray("pretokenizers");
        steps.addObject()
                .put("type", "Split")
                .put("behavior", "Isolated")
                .put("invert", false)
                .putObject("pattern")
                .put("Regex", split.pattern());
        byteLevel(steps.addObject());
        whole.set("post_processor", around(metadata, tokens));
        byteLevel(whole.putObject("decoder"));
        ObjectNode model = whole.putObject("model").put("type", "BPE");
        model.putNull("dropout").putNull("unk_token");
        model.put("continuing_subword_prefix", "")
                .put("end_of_word_suffix", "")
                .put("fuse_unk", false)
                .put("byte_fallback", false)
                .put("ignore_merges", false);
        model.set("vocab", vocabulary);
        merges.forEach(model.putArray("merges")::add);
        return whole;
    }

    private static TokenSplits.Split split(GgufMetadata metadata) {
        TokenSplits.Split split = TokenSplits.ALL.get(metadata.text(GGML + "pre", "gpt-2"));
        if (split == null) {
            throw metadata.refused(
                    GGML + "pre",
                    "one of " + String.join(", ", new TreeSet<>(TokenSplits.ALL.keySet()))
                            + ", or the model's tokenizer.json in " + TokenSplits.WHOLE + ",");
        }
        return split;
    }

    private static void byteLevel(ObjectNode node) {
        node.put("type", "ByteLevel")
                .put("add_prefix_space", false)
                .put("trim_offsets", false)
                .put("use_regex", false);
    }

    /** The special tokens around a text, where there are any. */
    private static ObjectNode around(GgufMetadata metadata, List<String> tokens) {
        ObjectNode node = JSON.createObjectNode();
        boolean before = metadata.flag(GGML + "add_bos_token", false);
        boolean after = metadata.flag(GGML + "add_eos_token", false);
        if (!before && !after) {
            byteLevel(node);
            return node;
        }
        node.put("type", "TemplateProcessing");
        ArrayNode single = node.putArray("single");
        ArrayNode pair = node.putArray("pair");
        ObjectNode special = node.putObject("special_tokens");
        if (before) {
            special(metadata, "bos", tokens, special, single);
        }
        sequence(single, "A");
        if (after) {
            special(metadata, "eos", tokens, special, single);
        }
        sequence(pair, "A");
        sequence(pair, "B");
        return node;
    }

    private static void sequence(ArrayNode to, String id) {
        to.addObject().putObject("Sequence").put("id", id).put("type_id", 0);
    }

    private static void special(
            GgufMetadata metadata, String kind, List<String> tokens, ObjectNode special, ArrayNode to) {
        String token = token(metadata, kind, tokens);
        if (token == null) {
            throw metadata.refused(GGML + kind + "_token_id", "the id of a token");
        }
        to.addObject().putObject("SpecialToken").put("id", token).put("type_id", 0);
        ObjectNode entry = special.putObject(token).put("id", token);
        entry.putArray("ids").add(metadata.count(GGML + kind + "_token_id"));
        entry.putArray("tokens").add(token);
    }

    /** A special token's text by its kind, bos or eos; null where the file names none. */
    static String token(GgufMetadata metadata, String kind, List<String> tokens) {
        long id = metadata.count(GGML + kind + "_token_id", -1);
        if (id >= tokens.size()) {
            throw metadata.refused(GGML + kind + "_token_id", "an id below " + tokens.size());
        }
        return id < 0 ? null : tokens.get((int) id);
    }
}
