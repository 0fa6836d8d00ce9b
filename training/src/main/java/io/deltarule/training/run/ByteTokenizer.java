package io.deltarule.training.run;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.deltarule.models.inference.LanguageModel;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * Bytes as tokens: id b is byte b, and one more ends a text. As a tokenizer.json it is a byte-level BPE without merges, so that whatever
 * reads such files reads this one.
 */
final class ByteTokenizer {
    /** The token that ends a text. */
    static final int END = 256;

    /** How many ids there are. */
    static final int VOCABULARY = END + 1;

    private static final String END_TEXT = "<|endoftext|>";

    /** Nothing marks a turn in a text of bytes but its line. */
    private static final String CHAT_TEMPLATE =
            "{% for message in messages %}{{ message['content'] + '\\n' }}{% endfor %}";

    private ByteTokenizer() {}

    /** A text's bytes as ids. */
    static int[] encode(byte[] text) {
        int[] ids = new int[text.length];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = text[i] & 0xff;
        }
        return ids;
    }

    /**
     * The letter that stands for a byte in byte-level vocabularies: itself where it can be seen, else the next free one from U+0100
     * on. Source: GPT-2's published encoder.
     */
    private static char letter(int value) {
        if (isSeen(value)) {
            return (char) value;
        }
        int before = 0;
        for (int b = 0; b < value; b++) {
            before += isSeen(b) ? 0 : 1;
        }
        return (char) (256 + before);
    }

    private static boolean isSeen(int value) {
        return (value >= '!' && value <= '~') || (value >= 0xa1 && value != 0xad);
    }

    /** What a model's folder needs for text and for chat, by name. */
    static Map<String, byte[]> files() {
        return Map.of(
                LanguageModel.TOKENIZER, json(), "chat_template.jinja", CHAT_TEMPLATE.getBytes(StandardCharsets.UTF_8));
    }

    /** The whole tokenizer.json. */
    private static byte[] json() {
        ObjectMapper mapper = new ObjectMapper();
        ObjectNode file = mapper.createObjectNode().put("version", "1.0");
        file.putNull("truncation").putNull("padding");
        file.putArray("added_tokens")
                .addObject()
                .put("id", END)
                .put("content", END_TEXT)
                .put("single_word", false)
                .put("lstrip", false)
                .put("rstrip", false)
                .put("normalized", false)
                .put("special", true);
        file.putNull("normalizer");
        file.set("pre_tokenizer", byteLevel(mapper).put("use_regex", false));
        file.putNull("post_processor");
        file.set("decoder", byteLevel(mapper));
        ObjectNode model = file.putObject("model").put("type", "BPE");
        model.putNull("dropout").putNull("unk_token");
        model.put("fuse_unk", false).put("byte_fallback", false);
        ObjectNode vocab = model.putObject("vocab");
        for (int b = 0; b < END; b++) {
            vocab.put(String.valueOf(letter(b)), b);
        }
        model.putArray("merges");
        return (file.toPrettyString() + "\n").getBytes(StandardCharsets.UTF_8);
    }

    private static ObjectNode byteLevel(ObjectMapper mapper) {
        return mapper.createObjectNode()
                .put("type", "ByteLevel")
                .put("add_prefix_space", false)
                .put("trim_offsets", true);
    }
}
