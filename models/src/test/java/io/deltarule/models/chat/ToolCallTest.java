package io.deltarule.models.chat;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ToolCallTest {
    private static final List<Map<String, Object>> TOOLS = List.of(Map.of(
            "type",
            "function",
            "function",
            Map.of(
                    "name",
                    "look",
                    "parameters",
                    Map.of("properties", Map.of("at", Map.of("type", "string"), "days", Map.of("type", "integer"))))));

    @Test
    void objects() {
        String answer =
                "I look.\n<tool_call>\n{\"name\": \"look\", \"arguments\": {\"at\": \"Zürich\", \"days\": 2}}\n</tool_call>\n"
                        + "<tool_call>{\"name\": \"now\", \"arguments\": {}}</tool_call>";
        assertEquals(
                List.of(new ToolCall("look", Map.of("at", "Zürich", "days", 2)), new ToolCall("now", Map.of())),
                ToolCall.in(answer, TOOLS));
        assertEquals("I look.", ToolCall.textAround(answer, TOOLS));
    }

    @Test
    void parameters() {
        String answer =
                "<tool_call>\n<function=look>\n<parameter=at>\n42\nx\n</parameter>\n<parameter=days>\n3\n</parameter>\n"
                        + "<parameter=other>\n[1, null]\n</parameter>\n</function>\n</tool_call>";
        assertEquals(
                List.of(new ToolCall("look", Map.of("at", "42\nx", "days", 3, "other", Arrays.asList(1, null)))),
                ToolCall.in(answer, TOOLS));
        assertEquals("", ToolCall.textAround(answer, TOOLS));
    }

    /** A model that stops at its end token may leave the mark at the end out; text in place of an object is text. */
    @Test
    void whatIsNoCallStaysText() {
        assertEquals(List.of(new ToolCall("now", Map.of())), ToolCall.in("<tool_call>{\"name\": \"now\"}", TOOLS));
        for (String text :
                List.of("<tool_call>no</tool_call>", "{\"name\": \"now\"}", "<tool_call>{\"x\": 1}</tool_call>", "")) {
            assertEquals(List.of(), ToolCall.in(text, TOOLS));
            assertEquals(text, ToolCall.textAround(text, TOOLS));
        }
        assertEquals(
                List.of(new ToolCall("now", Map.of("a", 1))),
                ToolCall.in("<tool_call>{\"name\": \"now\", \"arguments\": \"{\\\"a\\\": 1}\"}</tool_call>", TOOLS));
    }
}
