package io.deltarule.models.chat;

import io.deltarule.core.InvalidInputException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A message of a conversation, as templates see it: an object with a role, a content and whatever else a template knows, such
 * as {@code name}, {@code reasoning_content}, {@code tool_calls} or {@code tool_call_id}.
 *
 * @param role who speaks: {@code system}, {@code user}, {@code assistant}, {@code tool}, or another that the template knows
 * @param content the text; null where there is none, as in an answer that only calls tools
 * @param more further keys and their values: texts, numbers, booleans, null, lists and maps of such
 */
public record ChatMessage(String role, String content, Map<String, Object> more) {
    /** Takes a copy of the map. */
    public ChatMessage {
        if (role == null || role.isEmpty()) {
            throw new InvalidInputException("message: expected a role such as user but found none");
        }
        if (more.containsKey("role") || more.containsKey("content")) {
            throw new InvalidInputException(
                    "message: expected further keys beside role and content but found one of them again");
        }
        more = Collections.unmodifiableMap(new LinkedHashMap<>(more));
    }

    private ChatMessage(String role, String content) {
        this(role, content, Map.of());
    }

    /** What the model is told before the conversation. */
    public static ChatMessage system(String content) {
        return new ChatMessage("system", content);
    }

    /** What the user says. */
    public static ChatMessage user(String content) {
        return new ChatMessage("user", content);
    }

    /** What the model answered. */
    public static ChatMessage assistant(String content) {
        return new ChatMessage("assistant", content);
    }

    /** What a tool that the model called gave. */
    public static ChatMessage tool(String content) {
        return new ChatMessage("tool", content);
    }

    /** The same with one more key. */
    public ChatMessage with(String key, Object value) {
        Map<String, Object> all = new LinkedHashMap<>(more);
        all.put(key, value);
        return new ChatMessage(role, content, all);
    }

    /** As templates see it. */
    Map<String, Object> asMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("role", role);
        map.put("content", content);
        map.putAll(more);
        return map;
    }

    /** From what {@link #asMap} made, or a file. */
    static ChatMessage of(Map<String, Object> map) {
        Map<String, Object> more = new LinkedHashMap<>(map);
        Object role = more.remove("role");
        Object content = more.remove("content");
        if (!(role instanceof String who) || !(content == null || content instanceof String)) {
            throw new InvalidInputException("message: expected a role and a content that are texts but found "
                    + List.of(String.valueOf(role), String.valueOf(content)));
        }
        return new ChatMessage(who, (String) content, more);
    }
}
