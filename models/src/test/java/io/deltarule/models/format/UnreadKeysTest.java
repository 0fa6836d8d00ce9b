package io.deltarule.models.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.core.InvalidInputException;
import io.deltarule.models.format.config.ConfigObject;
import io.deltarule.models.format.config.UnreadKeys;
import io.deltarule.models.format.family.ModelFormat;
import io.deltarule.models.format.weights.StoredTensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a config says that nobody asked for. */
class UnreadKeysTest {
    private static List<String> unread(String json) {
        ConfigObject config = ConfigObject.parse(json);
        ModelFormat.of(config).programs(config, StoredTensors.NOTHING);
        return UnreadKeys.check(config);
    }

    private static List<String> unread(String type, String key, String value) {
        return unread(ModelTemplates.config(type, Map.of(key, value)));
    }

    static List<Path> published() throws IOException {
        try (Stream<Path> all = Files.list(Path.of("src/test/resources/published"))) {
            return all.filter(Files::isDirectory).toList();
        }
    }

    @ParameterizedTest
    @MethodSource("published")
    void ofConfigsAsLibrariesWriteThemNothingIsTold(Path folder) throws IOException {
        assertEquals(List.of(), unread(Files.readString(folder.resolve("config.json"))));
    }

    @Test
    void ofTemplatesNothingIsTold() {
        for (FormatCase format : FormatCase.all()) {
            assertEquals(List.of(), unread(format.config()), format.toString());
        }
    }

    @Test
    void keysOfTrainingAndToolsAreHarmless() {
        assertEquals(List.of(), unread("delta_net", "unsloth_version", "\"2026.1\""));
        assertEquals(List.of(), unread("delta_net", "_name_or_path", "\"x\""));
        assertEquals(List.of(), unread("qwen3_5", "mtp_num_hidden_layers", "1"));
        assertEquals(List.of(), unread("qwen3_5_text", "mlp_bias", "false"));
        assertEquals(List.of(), unread("qwen3_5_text", "logits_scaling", "1.0"));
    }

    @Test
    void whatIsNotKnownIsTold() {
        assertEquals(List.of("entangled_heads"), unread("kda", "entangled_heads", "3"));
        assertEquals(List.of(), unread("kda", "entangled_heads", "null"));
        assertEquals(
                List.of("rope_twist"),
                unread("delta_net", "attn", "{\"layers\":[0],\"num_heads\":2,\"rope_twist\":2}"),
                "also inside");
    }

    @Test
    void anOuterKeyThatContradictsTheInnerOne() {
        String nested = ModelTemplates.config("qwen3_5", Map.of());
        assertEquals(List.of("hidden_size"), unread(nested.replaceFirst("\\{", "{\"hidden_size\": 64,")));
        String message = assertThrows(
                        InvalidInputException.class, () -> unread(nested.replaceFirst("\\{", "{\"hidden_size\": 128,")))
                .getMessage();
        assertTrue(message.contains("hidden_size: expected what text_config says"), message);
    }

    @Test
    void aKeyButForALetterIsNamed() {
        String message = assertThrows(
                        InvalidInputException.class, () -> unread("gated_deltanet", "allow_neg_eigenval", "true"))
                .getMessage();
        assertTrue(message.contains("perhaps allow_neg_eigval"), message);
    }
}
