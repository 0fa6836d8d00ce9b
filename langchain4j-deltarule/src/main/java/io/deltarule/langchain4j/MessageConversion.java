package io.deltarule.langchain4j;

import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.Content;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.UnsupportedFeatureException;
import io.deltarule.models.chat.ChatMessage;
import io.deltarule.models.chat.Reply;
import io.deltarule.models.chat.ToolCall;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Messages in both libraries' forms. */
final class MessageConversion {
    /**
     * The attribute of an answer with all that the model wrote, so that the same answer in the next request is the same text to
     * the template, and the state after it can be carried on.
     */
    static final String WRITTEN = "deltarule.text";

    private MessageConversion() {}

    static List<ChatMessage> messages(List<dev.langchain4j.data.message.ChatMessage> messages) {
        return messages.stream().map(MessageConversion::message).toList();
    }

    private static ChatMessage message(dev.langchain4j.data.message.ChatMessage message) {
        return switch (message) {
            case SystemMessage system -> ChatMessage.system(system.text());
            case UserMessage user -> named(ChatMessage.user(text(user.contents())), "name", user.name());
            case AiMessage answer -> answer(answer);
            case ToolExecutionResultMessage result ->
                named(named(ChatMessage.tool(result.text()), "name", result.toolName()), "tool_call_id", result.id());
            default ->
                throw new UnsupportedFeatureException(
                        "expected messages of system, user, assistant and tools but found one" + " of the kind "
                                + message.type());
        };
    }

    private static ChatMessage named(ChatMessage message, String key, String value) {
        return value == null ? message : message.with(key, value);
    }

    private static String text(List<Content> contents) {
        List<String> texts = new ArrayList<>();
        for (Content content : contents) {
            if (!(content instanceof TextContent text)) {
                throw new UnsupportedFeatureException(
                        "expected texts, the only contents that this model reads, but found " + content.type());
            }
            texts.add(text.text());
        }
        return String.join("\n", texts);
    }

    private static ChatMessage answer(AiMessage answer) {
        String written = answer.attribute(WRITTEN, String.class);
        if (written != null) {
            return ChatMessage.assistant(written);
        }
        ChatMessage message = new ChatMessage("assistant", answer.text(), Map.of());
        if (answer.thinking() != null) {
            message = message.with("reasoning_content", answer.thinking());
        }
        return answer.hasToolExecutionRequests()
                ? message.with(
                        "tool_calls",
                        answer.toolExecutionRequests().stream()
                                .map(ToolConversion::call)
                                .toList())
                : message;
    }

    /** An answer; calls are looked for only where there are tools to call. */
    static AiMessage answer(Reply reply, List<Map<String, Object>> tools) {
        List<ToolCall> calls = tools.isEmpty() ? List.of() : ToolCall.in(reply.answer(), tools);
        String text = calls.isEmpty() ? reply.answer() : ToolCall.textAround(reply.answer(), tools);
        AiMessage.Builder message = AiMessage.builder()
                .text(text.isEmpty() && !calls.isEmpty() ? null : text)
                .attributes(Map.of(WRITTEN, reply.text()));
        if (!reply.thinking().isEmpty()) {
            message.thinking(reply.thinking());
        }
        if (!calls.isEmpty()) {
            message.toolExecutionRequests(
                    calls.stream().map(ToolConversion::request).toList());
        }
        return message.build();
    }
}
