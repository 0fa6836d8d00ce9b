package io.deltarule.models.inference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.deltarule.core.InvalidInputException;
import io.deltarule.core.cpu.CpuEngine;
import io.deltarule.core.layer.WeightType;
import io.deltarule.loader.GgufFile;
import io.deltarule.loader.GgufType;
import io.deltarule.loader.GgufValue;
import io.deltarule.loader.GgufWriter;
import io.deltarule.models.chat.ChatTemplates;
import io.deltarule.models.format.ModelTemplates;
import io.deltarule.models.format.RandomModel;
import io.deltarule.models.format.convert.GgufExport;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The tokenizer and the chat template that a GGUF file carries, from its tokens and merges alone. */
class GgufTokenizerTest {
    /** Qwen3.5's, as its tokenizer.json has it. */
    private static final String QWEN = "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?[\\p{L}\\p{M}]+|\\p{N}|"
            + " ?[^\\s\\p{L}\\p{M}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

    private static final List<String> TEXTS = List.of(
            "the quick brown fox",
            "It'S  2026, isn't it?\n\n\tyes \r\n",
            "na\u00efve e\u0301t\u00e9 \u6f22\u5b57 \u0928\u093e\u092e \ud83d\ude00 12345",
            "<|endoftext|>a<|im_end|>b");

    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private Path folder;

    private Path file;

    @BeforeEach
    void write() throws IOException {
        RandomModel.write(
                folder.resolve("m"),
                ModelTemplates.config("qwen3_5_text", Map.of("vocab_size", "600")),
                new RandomModel.Options(WeightType.BF16, 5, 1));
        try (InputStream in = GgufTokenizerTest.class.getResourceAsStream("/tokenizer/tokenizer.json")) {
            ObjectNode tokenizer = (ObjectNode) JSON.readTree(in);
            ObjectNode steps = tokenizer.putObject("pre_tokenizer").put("type", "Sequence");
            steps.putArray("pretokenizers")
                    .addObject()
                    .put("type", "Split")
                    .put("behavior", "Isolated")
                    .put("invert", false)
                    .putObject("pattern")
                    .put("Regex", QWEN);
            steps.withArray("pretokenizers")
                    .addObject()
                    .put("type", "ByteLevel")
                    .put("add_prefix_space", false)
                    .put("trim_offsets", false)
                    .put("use_regex", false);
            Files.writeString(folder.resolve("m/tokenizer.json"), tokenizer.toString());
        }
        Files.writeString(
                folder.resolve("m/tokenizer_config.json"),
                "{\"eos_token\": \"<|im_end|>\", \"chat_template\": \"{% for m in messages %}[{{ m.content }}]{% endfor %}\"}");
        file = folder.resolve("m.gguf");
        GgufExport.write(folder.resolve("m"), file, GgufType.BF16, bytes -> {});
    }

    /** As other programs write it: without the tokenizer.json itself. */
    private Path without(String... keys) {
        Path edited = folder.resolve("edited.gguf");
        try (GgufFile gguf = GgufFile.open(file)) {
            GgufWriter writer = new GgufWriter();
            gguf.metadata().forEach((key, value) -> {
                if (!List.of(keys).contains(key)) {
                    writer.metadata(key, value);
                }
            });
            if (List.of(keys).contains("tokenizer.ggml.pre")) {
                writer.metadata("tokenizer.ggml.pre", GgufValue.text("mystery"));
            }
            gguf.tensors()
                    .forEach(t -> writer.tensor(
                            t.name(),
                            t.type(),
                            t.shape().stream().mapToLong(n -> n).toArray(),
                            gguf.tensor(t.name())));
            writer.write(edited);
        }
        return edited;
    }

    @Test
    void tokensAndMergesGiveTheFoldersIds() {
        try (LanguageModel expected = LanguageModel.open(folder.resolve("m"), new CpuEngine(1), null);
                LanguageModel whole = LanguageModel.open(file, new CpuEngine(1), null);
                LanguageModel built =
                        LanguageModel.open(without("tokenizer.huggingface.json"), new CpuEngine(1), null)) {
            for (String text : TEXTS) {
                int[] ids = expected.tokenizer().encode(text);
                assertTrue(ids.length > 1, text);
                assertArrayEquals(ids, whole.tokenizer().encode(text), text);
                assertArrayEquals(ids, built.tokenizer().encode(text), text);
                assertEquals(expected.tokenizer().decode(ids), built.tokenizer().decode(ids));
            }
            assertEquals(expected.network().stops(), built.network().stops());
            assertTrue(built.network().stops().contains(1));
        }
    }

    @Test
    void theBeginningsTokenIsTheFolders() throws IOException {
        Files.writeString(
                folder.resolve("m/tokenizer_config.json"),
                "{\"eos_token\": \"<|im_end|>\", \"bos_token\": \"<|endoftext|>\", \"add_bos_token\": true}");
        GgufExport.write(folder.resolve("m"), file, GgufType.BF16, bytes -> {});
        try (LanguageModel expected = LanguageModel.open(folder.resolve("m"), new CpuEngine(1), null);
                LanguageModel whole = LanguageModel.open(file, new CpuEngine(1), null);
                LanguageModel built =
                        LanguageModel.open(without("tokenizer.huggingface.json"), new CpuEngine(1), null)) {
            int[] ids = expected.tokenizer().encode("the fox");
            assertEquals(0, ids[0], "<|endoftext|>");
            assertArrayEquals(expected.tokenizer().encode("the fox", false), Arrays.copyOfRange(ids, 1, ids.length));
            assertArrayEquals(ids, whole.tokenizer().encode("the fox"));
            assertArrayEquals(ids, built.tokenizer().encode("the fox"));
        }
    }

    @Test
    void chatTemplateAndTextsAreThereUntilTheModelIsClosed() {
        Path texts;
        try (LanguageModel model = LanguageModel.open(file, new CpuEngine(1), null)) {
            texts = model.folder();
            assertTrue(Files.exists(texts.resolve("tokenizer.json")));
            ChatTemplates templates = ChatTemplates.of(model);
            assertEquals(List.of("default"), templates.names());
            assertEquals("<|im_end|>", templates.specialTokens().get("eos_token"));
        }
        assertFalse(Files.exists(texts));
    }

    @Test
    void anUnknownSplitIsSaid() {
        String message = assertThrows(
                        InvalidInputException.class,
                        () -> LanguageModel.open(
                                without("tokenizer.huggingface.json", "tokenizer.ggml.pre"), new CpuEngine(1), null))
                .getMessage();
        assertTrue(message.contains("tokenizer.ggml.pre: expected one of gpt-2, kimi-k2, qwen2, qwen35"), message);
    }
}
