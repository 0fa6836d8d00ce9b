package io.deltarule.models.chat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.deltarule.models.chat.jinja.JinjaTemplate;
import io.deltarule.models.chat.jinja.value.JinjaException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Every text and every refusal is the one that Hugging Face's transformers gives for the same template and values:
 * {@code chat/rendered.json}, which {@code chat/make.py} writes.
 */
class HuggingFaceRenderingTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final LocalDateTime DAY = LocalDateTime.of(2026, 3, 7, 9, 5, 2);
    private static final JsonNode ALL = read();
    private final Map<String, String> templates = new HashMap<>();

    private static JsonNode read() {
        try (InputStream in = HuggingFaceRenderingTest.class.getResourceAsStream("/chat/rendered.json")) {
            return JSON.readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @TestFactory
    Stream<DynamicTest> expressionsAndStatements() {
        Map<String, Object> context = map(ALL.get("context"));
        return each(ALL.get("snippets"))
                .map(snippet -> DynamicTest.dynamicTest(
                        snippet.get("template").textValue(),
                        () -> check(snippet, snippet.get("template").textValue(), context)));
    }

    @TestFactory
    Stream<DynamicTest> conversations() {
        return each(ALL.get("rendered")).map(rendered -> {
            String template = rendered.get("template").textValue();
            String conversation = rendered.get("conversation").textValue();
            JsonNode options = ALL.get("options").get(rendered.get("options").intValue());
            Map<String, Object> context = map(ALL.get("tokens"));
            context.put("messages", JSON.convertValue(ALL.get("conversations").get(conversation), Object.class));
            context.put("tools", null);
            context.put("documents", null);
            context.putAll(map(options));
            return DynamicTest.dynamicTest(
                    template + ", " + conversation + ", options " + rendered.get("options"),
                    () -> check(rendered, templates.computeIfAbsent(template, this::text), context));
        });
    }

    private static Stream<JsonNode> each(JsonNode list) {
        return StreamSupport.stream(list.spliterator(), false);
    }

    private static Map<String, Object> map(JsonNode node) {
        Map<String, Object> map = new LinkedHashMap<>();
        node.properties().forEach(e -> map.put(e.getKey(), JSON.convertValue(e.getValue(), Object.class)));
        return map;
    }

    private String text(String name) {
        try (InputStream in = getClass().getResourceAsStream("/chat/" + name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void check(JsonNode expected, String template, Map<String, Object> context) {
        try {
            String rendered = JinjaTemplate.parse(template).render(context, () -> DAY);
            assertTrue(expected.has("text"), () -> "expected a refusal, " + expected + ", but found " + rendered);
            assertEquals(expected.get("text").textValue(), rendered);
        } catch (JinjaException e) {
            assertFalse(expected.has("text"), e::getMessage);
            assertEquals(1, e.getMessage().lines().count(), e::getMessage);
            if (expected.has("raised")) { // in the template's own words
                String words = expected.get("raised").textValue();
                assertTrue(e.getMessage().matches("(line \\d+: )?" + Pattern.quote(words)), e::getMessage);
            }
        }
    }
}
