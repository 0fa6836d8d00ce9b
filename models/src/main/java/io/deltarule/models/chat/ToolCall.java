package io.deltarule.models.chat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A function that a model calls in its answer.
 *
 * @param name which
 * @param arguments by name: texts, numbers, booleans, null, lists and maps of such
 */
public record ToolCall(String name, Map<String, Object> arguments) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern CALL = Pattern.compile("<tool_call>(.*?)(?:</tool_call>|$)", Pattern.DOTALL);
    private static final Pattern FUNCTION =
            Pattern.compile("\\s*<function=([^>]+)>(.*?)(?:</function>)?\\s*", Pattern.DOTALL);
    private static final Pattern PARAMETER =
            Pattern.compile("<parameter=([^>]+)>\\n?(.*?)\\n?</parameter>", Pattern.DOTALL);

    /** Keeps the arguments' order. */
    public ToolCall {
        arguments = Collections.unmodifiableMap(new LinkedHashMap<>(arguments));
    }

    /**
     * The calls of an answer, in both forms that Qwen's and related models write between {@code <tool_call>} and {@code
     * </tool_call>}: an object with {@code name} and {@code arguments}, or {@code <function=name>} with {@code
     * <parameter=name>value</parameter>} inside. What is neither stays text.
     *
     * @param answer without what was thought
     * @param tools the functions' descriptions ({@link ChatPrompt#tools}), which tell texts from other values in the second form
     */
    public static List<ToolCall> in(String answer, List<Map<String, Object>> tools) {
        List<ToolCall> calls = new ArrayList<>();
        Matcher call = CALL.matcher(answer);
        while (call.find()) {
            ToolCall found = of(call.group(1), tools);
            if (found != null) {
                calls.add(found);
            }
        }
        return calls;
    }

    /** An answer without its calls. */
    public static String textAround(String answer, List<Map<String, Object>> tools) {
        StringBuilder text = new StringBuilder();
        Matcher call = CALL.matcher(answer);
        int from = 0;
        while (call.find()) {
            if (of(call.group(1), tools) != null) {
                text.append(answer, from, call.start());
                from = call.end();
            }
        }
        return text.append(answer.substring(from)).toString().strip();
    }

    private static ToolCall of(String written, List<Map<String, Object>> tools) {
        Matcher function = FUNCTION.matcher(written);
        if (function.matches()) {
            Map<String, Object> arguments = new LinkedHashMap<>();
            Matcher parameter = PARAMETER.matcher(function.group(2));
            while (parameter.find()) {
                String name = parameter.group(1).strip();
                boolean text = isText(function.group(1).strip(), name, tools);
                arguments.put(name, text ? parameter.group(2) : value(parameter.group(2)));
            }
            return new ToolCall(function.group(1).strip(), arguments);
        }
        try {
            Map<String, Object> object = JSON.readValue(written, new TypeReference<Map<String, Object>>() {});
            Object arguments = object.getOrDefault("arguments", object.getOrDefault("parameters", Map.of()));
            if (arguments instanceof String text) {
                arguments = value(text);
            }
            if (object.get("name") instanceof String name && arguments instanceof Map<?, ?> map) {
                Map<String, Object> byName = new LinkedHashMap<>();
                map.forEach((key, value) -> byName.put(String.valueOf(key), value));
                return new ToolCall(name, byName);
            }
        } catch (JsonProcessingException noCall) {
            // a text that stands where a call could
        }
        return null;
    }

    private static boolean isText(String function, String parameter, List<Map<String, Object>> tools) {
        for (Map<String, Object> tool : tools) {
            if (tool.get("function") instanceof Map<?, ?> description
                    && function.equals(description.get("name"))
                    && description.get("parameters") instanceof Map<?, ?> schema
                    && schema.get("properties") instanceof Map<?, ?> properties
                    && properties.get(parameter) instanceof Map<?, ?> type) {
                return "string".equals(type.get("type"));
            }
        }
        return false;
    }

    private static Object value(String text) {
        try {
            return JSON.readValue(text, Object.class);
        } catch (JsonProcessingException noJson) {
            return text;
        }
    }
}
