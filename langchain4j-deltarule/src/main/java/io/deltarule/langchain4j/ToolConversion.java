package io.deltarule.langchain4j;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.internal.JsonSchemaElementUtils;
import io.deltarule.models.chat.ToolCall;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Tools and their calls in both libraries' forms. */
final class ToolConversion {
    private static final ObjectMapper JSON = new ObjectMapper();

    private ToolConversion() {}

    /** Descriptions as templates write them. */
    static List<Map<String, Object>> descriptions(List<ToolSpecification> tools) {
        return tools.stream().map(ToolConversion::description).toList();
    }

    private static Map<String, Object> description(ToolSpecification tool) {
        Map<String, Object> function = new LinkedHashMap<>();
        function.put("name", tool.name());
        if (tool.description() != null) {
            function.put("description", tool.description());
        }
        function.put(
                "parameters",
                tool.parameters() == null
                        ? Map.of("type", "object", "properties", Map.of())
                        : JsonSchemaElementUtils.toMap(tool.parameters()));
        Map<String, Object> description = new LinkedHashMap<>();
        description.put("type", "function");
        description.put("function", function);
        return description;
    }

    /** A call that a model wrote. */
    static ToolExecutionRequest request(ToolCall call) {
        try {
            return ToolExecutionRequest.builder()
                    .id(UUID.randomUUID().toString().substring(0, 8))
                    .name(call.name())
                    .arguments(JSON.writeValueAsString(call.arguments()))
                    .build();
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("values that were read from JSON always have a JSON form", e);
        }
    }

    /** A call of an earlier answer, as templates write it. */
    static Map<String, Object> call(ToolExecutionRequest request) {
        Map<String, Object> function = new LinkedHashMap<>();
        function.put("name", request.name());
        function.put("arguments", arguments(request.arguments()));
        Map<String, Object> call = new LinkedHashMap<>();
        if (request.id() != null) {
            call.put("id", request.id());
        }
        call.put("type", "function");
        call.put("function", function);
        return call;
    }

    private static Object arguments(String json) {
        if (json == null || json.isBlank()) {
            return Map.of();
        }
        try {
            return JSON.readValue(json, new TypeReference<Map<String, Object>>() {});
        } catch (JsonProcessingException e) {
            return json;
        }
    }
}
