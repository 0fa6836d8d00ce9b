package io.deltarule.langchain4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.langchain4j.agent.tool.Tool;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.memory.chat.MessageWindowChatMemory;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.listener.ChatModelResponseContext;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ResponseFormat;
import dev.langchain4j.model.chat.request.ToolChoice;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.output.FinishReason;
import dev.langchain4j.service.AiServices;
import dev.langchain4j.service.MemoryId;
import io.deltarule.core.Engines;
import io.deltarule.core.InvalidInputException;
import io.deltarule.core.testkit.JavaExample;
import io.deltarule.models.chat.ChatFolder;
import io.deltarule.models.inference.ScriptedModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeltaRuleChatModelTest {
    private static final ScriptedModel THINKER = ChatFolder.saying(
            ChatFolder.THINK,
            ChatFolder.id('h'),
            ChatFolder.id('m'),
            ChatFolder.THOUGHT,
            ChatFolder.id('o'),
            ChatFolder.id('k'));

    @TempDir
    Path folder;

    interface Assistant {
        String answer(@MemoryId Object who, @dev.langchain4j.service.UserMessage String text);
    }

    /** Notes what each answer cost. */
    private static final class Costs implements ChatModelListener {
        private final List<DeltaRuleTokenUsage> all = new ArrayList<>();

        @Override
        public void onResponse(ChatModelResponseContext context) {
            all.add((DeltaRuleTokenUsage) context.chatResponse().tokenUsage());
        }

        int readLast() {
            return all.getLast().readTokenCount();
        }
    }

    private DeltaRuleChatModel.Builder model(ScriptedModel script, String template, String... tokens) {
        return DeltaRuleChatModel.builder()
                .folder(ChatFolder.write(folder.resolve("model"), script, template, tokens))
                .engine(Engines.named("cpu"));
    }

    @Test
    void answersATextAndSaysWhatItCost() {
        try (DeltaRuleChatModel model = model(THINKER, ChatFolder.FAITHFUL).build()) {
            assertEquals("ok", model.chat("Hi"));
            ChatResponse response = model.chat(SystemMessage.from("Be brief."), UserMessage.from("Hi"));
            assertEquals("ok", response.aiMessage().text());
            assertEquals("hm", response.aiMessage().thinking());
            assertEquals(FinishReason.STOP, response.finishReason());
            assertEquals("model", response.modelName());
            assertEquals(7, response.tokenUsage().outputTokenCount());
            assertEquals(
                    response.tokenUsage().inputTokenCount(),
                    ((DeltaRuleTokenUsage) response.tokenUsage()).readTokenCount());
        }
    }

    @Test
    void aConversationIsNotReadAgain() {
        try (DeltaRuleChatModel model = model(THINKER, ChatFolder.FAITHFUL).build()) {
            List<ChatMessage> messages = new ArrayList<>();
            int first = 0;
            for (int turn = 0; turn < 4; turn++) {
                messages.add(UserMessage.from("Hi"));
                ChatResponse response = model.chat(messages);
                messages.add(response.aiMessage());
                DeltaRuleTokenUsage usage = (DeltaRuleTokenUsage) response.tokenUsage();
                first = turn == 0 ? usage.readTokenCount() : first;
                assertEquals(
                        turn == 0 ? first : first + 1,
                        usage.readTokenCount(),
                        "its message, and the end of the last turn");
                assertEquals(first + turn * (first + 1 + 6), usage.inputTokenCount());
            }
        }
    }

    /** A memory that was written to a file has lost the attribute with all that the model wrote. */
    @Test
    void anAnswerWithoutItsAttributesIsReadAgainOnly() {
        try (DeltaRuleChatModel model = model(THINKER, ChatFolder.FORGETFUL).build()) {
            ChatResponse first = model.chat(UserMessage.from("Hi"));
            ChatResponse second = model.chat(UserMessage.from("Hi"), AiMessage.from("ok"), UserMessage.from("Hi"));
            ChatResponse same = model.chat(UserMessage.from("Hi"), first.aiMessage(), UserMessage.from("Hi"));
            assertEquals(
                    second.tokenUsage().inputTokenCount(), same.tokenUsage().inputTokenCount());
            int read = ((DeltaRuleTokenUsage) second.tokenUsage()).readTokenCount();
            assertTrue(read < second.tokenUsage().inputTokenCount(), "the question is not read again");
        }
    }

    @Test
    void eachMemorysStateWaitsForItsNextTurn() {
        Costs costs = new Costs();
        try (DeltaRuleChatModel model =
                model(THINKER, ChatFolder.FAITHFUL).listeners(List.of(costs)).build()) {
            Assistant assistant = AiServices.builder(Assistant.class)
                    .chatModel(model)
                    .chatMemoryProvider(who -> MessageWindowChatMemory.withMaxMessages(20))
                    .build();
            for (String who : List.of("Ada", "Bob", "Cyd")) {
                assertEquals("ok", assistant.answer(who, "I am " + who));
            }
            int own = 0;
            for (int round = 0; round < 3; round++) {
                for (String who : List.of("Ada", "Bob", "Cyd")) {
                    assertEquals("ok", assistant.answer(who, "Hi"));
                    own = own == 0 ? costs.readLast() : own;
                    assertEquals(own, costs.readLast(), who + " in round " + round);
                }
            }
            assertTrue(own < costs.all.getLast().inputTokenCount() / 3);
        }
    }

    static final class Calculator {
        private final List<String> asked = new ArrayList<>();

        @Tool("Adds two numbers")
        int add(int a, int b) {
            asked.add(a + "+" + b);
            return a + b;
        }
    }

    @Test
    void toolsAreCalled() {
        String template = """
                {%- for tool in tools or [] %}{{ tool | tojson }}{% endfor -%}
                {%- for m in messages -%}{{ m.role }}:{{ m.content }}<|im_end|>{%- endfor -%}
                assistant{%- if messages[-1].role == 'tool' -%};{%- else -%}:{%- endif -%}""";
        ScriptedModel script = ChatFolder.saying(ChatFolder.MORE)
                .says(ChatFolder.id(';'), ChatFolder.id('o'), ChatFolder.id('k'), ScriptedModel.END);
        String call = "<tool_call>{\"name\": \"add\", \"arguments\": {\"a\": 1, \"b\": 2}}</tool_call>";
        Calculator calculator = new Calculator();
        Costs costs = new Costs();
        try (DeltaRuleChatModel model =
                model(script, template, call).listeners(List.of(costs)).build()) {
            Assistant assistant = AiServices.builder(Assistant.class)
                    .chatModel(model)
                    .tools(calculator)
                    .chatMemoryProvider(who -> MessageWindowChatMemory.withMaxMessages(20))
                    .build();
            assertEquals("ok", assistant.answer(1, "1 + 2?"));
            assertEquals(List.of("1+2"), calculator.asked);
            assertTrue(costs.readLast() < 25, () -> "the tool's result only: " + costs.readLast());
            ChatResponse plain = model.chat(UserMessage.from("Hi"));
            assertEquals(call, plain.aiMessage().text(), "without tools a call is a text");
        }
    }

    @Test
    void parametersOfARequestComeBeforeTheModels() {
        try (DeltaRuleChatModel model = model(ChatFolder.saying("abcdef"), ChatFolder.FAITHFUL)
                .stopSequences(List.of("e"))
                .maxOutputTokens(50)
                .build()) {
            assertEquals("abcd", model.chat("Hi"));
            ChatRequest.Builder request = ChatRequest.builder().messages(UserMessage.from("Hi"));
            ChatResponse cut = model.chat(request.maxOutputTokens(2).build());
            assertEquals("ab", cut.aiMessage().text());
            assertEquals(FinishReason.LENGTH, cut.finishReason());
            assertEquals(
                    "abc",
                    model.chat(request.maxOutputTokens(9)
                                    .stopSequences(List.of("d"))
                                    .build())
                            .aiMessage()
                            .text());
        }
    }

    @Test
    void thinkingIsSwitched() {
        try (DeltaRuleChatModel model = model(ChatFolder.saying("ok"), ChatFolder.FORGETFUL)
                .thinking(false)
                .build()) {
            int off = model.chat(UserMessage.from("Hi")).tokenUsage().inputTokenCount();
            try (DeltaRuleChatModel on = DeltaRuleChatModel.builder()
                    .folder(folder.resolve("model"))
                    .engine(Engines.named("cpu"))
                    .build()) {
                assertEquals(
                        off - 3, on.chat(UserMessage.from("Hi")).tokenUsage().inputTokenCount());
                assertNull(on.chat(UserMessage.from("Hi")).aiMessage().thinking());
            }
        }
    }

    @Test
    void whatItCannotDoIsSaid() {
        String strict = "{% if messages|length > 1 %}{{ raise_exception('One message only.') }}{% endif %}:";
        try (DeltaRuleChatModel model = model(ChatFolder.saying("ok"), strict).build()) {
            assertEquals(
                    "chat template: line 1: One message only.",
                    assertThrows(
                                    InvalidRequestException.class,
                                    () -> model.chat(UserMessage.from("a"), UserMessage.from("b")))
                            .getMessage());
            assertThrows(
                    UnsupportedFeatureException.class,
                    () -> model.chat(UserMessage.from(ImageContent.from("https://example.org/a.png"))));
            ChatRequest.Builder request = ChatRequest.builder().messages(UserMessage.from("a"));
            assertThrows(
                    UnsupportedFeatureException.class,
                    () -> model.chat(request.responseFormat(ResponseFormat.JSON).build()));
            ChatRequest.Builder forced = ChatRequest.builder().messages(UserMessage.from("a"));
            assertThrows(
                    UnsupportedFeatureException.class,
                    () -> model.chat(forced.toolChoice(ToolChoice.REQUIRED).build()));
            ChatRequest.Builder hot = ChatRequest.builder().messages(UserMessage.from("a"));
            assertThrows(
                    InvalidRequestException.class,
                    () -> model.chat(hot.temperature(-1.0).build()));
        }
        assertTrue(assertThrows(
                        InvalidInputException.class,
                        () -> DeltaRuleChatModel.builder().build())
                .getMessage()
                .contains("expected a folder or a responder but found neither"));
    }

    @Test
    void theDocumentsExampleRuns() throws Exception {
        Path model = ChatFolder.write(folder.resolve("model"), THINKER, ChatFolder.FAITHFUL);
        String printed = JavaExample.of(
                        Path.of("..", "docs", "langchain4j.md"),
                        0,
                        folder.resolve("classes"),
                        "dev.langchain4j.memory.chat",
                        "dev.langchain4j.service",
                        "io.deltarule.langchain4j")
                .run("java.nio.file.Path folder", model);
        assertEquals(List.of("ok", "ok"), printed.lines().toList());
    }
}
