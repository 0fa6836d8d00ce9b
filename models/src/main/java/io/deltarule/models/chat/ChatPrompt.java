package io.deltarule.models.chat;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a template makes a text of.
 *
 * @param messages the conversation
 * @param tools descriptions of functions that the model may call, each in the form of OpenAI's API ({@code type}, {@code
 *     function} with {@code name}, {@code description} and {@code parameters} as a JSON schema); none is null for templates
 * @param answerNext whether the beginning of the assistant's answer follows: {@code add_generation_prompt}
 * @param variables further ones that a template may look at, such as {@code enable_thinking}
 */
public record ChatPrompt(
        List<ChatMessage> messages,
        List<Map<String, Object>> tools,
        boolean answerNext,
        Map<String, Object> variables) {
    /** Copies lists and map. */
    public ChatPrompt {
        messages = List.copyOf(messages);
        tools = List.copyOf(tools);
        variables = Collections.unmodifiableMap(new LinkedHashMap<>(variables));
    }

    /** A conversation that the assistant is to answer. */
    public static ChatPrompt of(List<ChatMessage> messages) {
        return new ChatPrompt(messages, List.of(), true, Map.of());
    }

    /** The same without the beginning of an answer. */
    ChatPrompt withoutAnswer() {
        return new ChatPrompt(messages, tools, false, variables);
    }

    /** What a template sees; Hugging Face passes {@code tools} and {@code documents} always, null where there are none. */
    Map<String, Object> context(Map<String, String> specialTokens) {
        Map<String, Object> context = new LinkedHashMap<>(specialTokens);
        context.put("messages", messages.stream().map(ChatMessage::asMap).toList());
        context.put("tools", tools.isEmpty() ? null : tools);
        context.put("documents", null);
        context.put("add_generation_prompt", answerNext);
        context.putAll(variables);
        return context;
    }
}
