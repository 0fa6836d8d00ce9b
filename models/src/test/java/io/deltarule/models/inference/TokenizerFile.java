package io.deltarule.models.inference;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Writes small {@code tokenizer.json}s. Ids 0 to 2 are {@code <unk>}, {@code <s>} and {@code </s>}, the next 256 single bytes,
 * then the pieces in their order.
 */
public final class TokenizerFile {
    static final String LLAMA_DECODER = """
            {"type": "Sequence", "decoders": [
                {"type": "Replace", "pattern": {"String": "▁"}, "content": " "}, {"type": "ByteFallback"},
                {"type": "Fuse"}, {"type": "Strip", "content": " ", "start": 1, "stop": 0}]}""";

    /** A blank before every text, and all blanks marked. */
    static final String LLAMA_NORMALIZER = """
            {"type": "Sequence", "normalizers": [{"type": "Prepend", "prepend": "▁"},
                {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}]}""";

    /** A beginning-of-text token before every text. */
    static final String BEGINNING = """
            {"type": "TemplateProcessing",
                "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
                "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
                "special_tokens": {"<s>": {"id": "<s>", "ids": [1], "tokens": ["<s>"]}}}""";

    public static final int FIRST_BYTE = 3;
    public static final int FIRST_PIECE = FIRST_BYTE + 256;

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<String> SPECIAL = List.of("<unk>", "<s>", "</s>");

    private TokenizerFile() {}

    /** Like Llama's and Mistral's: bytes for what has no piece, blanks marked, a beginning-of-text token. */
    public static Path llama(Path file, String... pieces) {
        return write(file, LLAMA_NORMALIZER, BEGINNING, LLAMA_DECODER, List.of(pieces), List.of());
    }

    /** One with a decoder, as JSON. */
    static Path decoding(Path file, String decoder, List<String> pieces, List<String> added) {
        return write(file, "null", "null", decoder, pieces, added);
    }

    private static Path write(
            Path file, String normalizer, String processor, String decoder, List<String> pieces, List<String> added) {
        try {
            ObjectNode root = JSON.createObjectNode().put("version", "1.0");
            ArrayNode tokens = root.putArray("added_tokens");
            for (int id = 0; id < SPECIAL.size(); id++) {
                token(tokens, id, SPECIAL.get(id), true);
            }
            for (String content : added) {
                token(tokens, 5000, content, false);
            }
            root.set("normalizer", JSON.readTree(normalizer));
            root.putNull("pre_tokenizer");
            root.set("post_processor", JSON.readTree(processor));
            root.set("decoder", JSON.readTree(decoder));
            ObjectNode vocab = root.putObject("model")
                    .put("type", "BPE")
                    .put("unk_token", "<unk>")
                    .put("fuse_unk", true)
                    .put("byte_fallback", true)
                    .put("ignore_merges", true)
                    .putObject("vocab");
            SPECIAL.forEach(piece -> vocab.put(piece, vocab.size()));
            for (int b = 0; b < 256; b++) {
                vocab.put(String.format("<0x%02X>", b), FIRST_BYTE + b);
            }
            pieces.forEach(piece -> vocab.put(piece, vocab.size()));
            ((ObjectNode) root.get("model")).putArray("merges");
            Files.write(file, JSON.writeValueAsBytes(root));
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void token(ArrayNode tokens, int id, String content, boolean special) {
        tokens.addObject()
                .put("id", id)
                .put("content", content)
                .put("single_word", false)
                .put("lstrip", false)
                .put("rstrip", false)
                .put("normalized", false)
                .put("special", special);
    }
}
