package io.deltarule.models.chat;

import io.deltarule.models.inference.GenerationOptions;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How answers are made.
 *
 * @param generation how an answer goes on and which tokens end it
 * @param stops texts that end an answer too; they are not part of it
 * @param tools functions that the model may call, as {@link ChatPrompt} has them
 * @param variables further variables for the template
 */
public record ChatOptions(
        GenerationOptions generation,
        List<String> stops,
        List<Map<String, Object>> tools,
        Map<String, Object> variables) {
    /** The names under which templates look whether a model is to think before it answers. */
    static final List<String> THINKING = List.of("enable_thinking", "thinking");

    /** Copies lists and map. */
    public ChatOptions {
        stops = List.copyOf(stops);
        tools = List.copyOf(tools);
        variables = Collections.unmodifiableMap(new LinkedHashMap<>(variables));
    }

    /** Ended by the model's own stop tokens only; the template's own choice of everything. */
    public static ChatOptions of(GenerationOptions generation) {
        return new ChatOptions(generation, List.of(), List.of(), Map.of());
    }

    /** The same with texts that end an answer. */
    public ChatOptions withStops(List<String> texts) {
        return new ChatOptions(generation, texts, tools, variables);
    }

    /** The same with functions that the model may call. */
    public ChatOptions withTools(List<Map<String, Object>> descriptions) {
        return new ChatOptions(generation, stops, descriptions, variables);
    }

    /** The same with one more variable for the template. */
    public ChatOptions withVariable(String name, Object value) {
        Map<String, Object> all = new LinkedHashMap<>(variables);
        all.put(name, value);
        return new ChatOptions(generation, stops, tools, all);
    }

    /**
     * The same with thinking before an answer on or off: the variables {@code enable_thinking} and {@code thinking}. A template
     * that looks at neither is not changed by it ({@link ChatTemplate#switchesThinking}).
     */
    public ChatOptions withThinking(boolean on) {
        ChatOptions options = this;
        for (String name : THINKING) {
            options = options.withVariable(name, on);
        }
        return options;
    }

    /** The same with another way of going on. */
    public ChatOptions with(GenerationOptions other) {
        return new ChatOptions(other, stops, tools, variables);
    }

    /** What a template makes a text of. */
    public ChatPrompt prompt(List<ChatMessage> messages) {
        return new ChatPrompt(messages, tools, true, variables);
    }
}
