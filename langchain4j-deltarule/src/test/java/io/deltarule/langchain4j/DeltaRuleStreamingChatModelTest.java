package io.deltarule.langchain4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.memory.chat.MessageWindowChatMemory;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.CompleteToolCall;
import dev.langchain4j.model.chat.response.PartialResponse;
import dev.langchain4j.model.chat.response.PartialResponseContext;
import dev.langchain4j.model.chat.response.PartialThinking;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.service.AiServices;
import dev.langchain4j.service.TokenStream;
import io.deltarule.core.Engines;
import io.deltarule.models.chat.ChatFolder;
import io.deltarule.models.chat.ChatTemplates;
import io.deltarule.models.chat.Responder;
import io.deltarule.models.inference.LanguageModel;
import io.deltarule.models.inference.ScriptedModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@SuppressWarnings("JdkObsolete") // texts come on another thread
class DeltaRuleStreamingChatModelTest {
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
        TokenStream answer(String text);
    }

    /** Notes all that it hears. */
    private static class Heard implements StreamingChatResponseHandler {
        private final List<String> text = new CopyOnWriteArrayList<>();
        private final List<String> thinking = new CopyOnWriteArrayList<>();
        private final List<CompleteToolCall> calls = new ArrayList<>();
        private final CompletableFuture<ChatResponse> end = new CompletableFuture<>();
        private volatile Thread thread;

        @Override
        public void onPartialResponse(String partial) {
            thread = Thread.currentThread();
            text.add(partial);
        }

        @Override
        public void onPartialThinking(PartialThinking partial) {
            thinking.add(partial.text());
        }

        @Override
        public void onCompleteToolCall(CompleteToolCall call) {
            calls.add(call);
        }

        @Override
        public void onCompleteResponse(ChatResponse response) {
            end.complete(response);
        }

        @Override
        public void onError(Throwable error) {
            end.completeExceptionally(error);
        }

        ChatResponse response() throws Exception {
            return end.get(100, TimeUnit.SECONDS);
        }
    }

    private DeltaRuleStreamingChatModel model(ScriptedModel script, String template, String... tokens) {
        return DeltaRuleStreamingChatModel.builder()
                .folder(ChatFolder.write(folder.resolve("model"), script, template, tokens))
                .engine(Engines.named("cpu"))
                .maxOutputTokens(90_000)
                .build();
    }

    @Test
    void answersComeInPartsOnAnotherThread() throws Exception {
        try (DeltaRuleStreamingChatModel model = model(THINKER, ChatFolder.FAITHFUL)) {
            Heard heard = new Heard();
            model.chat("Hi", heard);
            assertEquals("ok", heard.response().aiMessage().text());
            assertEquals("ok", String.join("", heard.text));
            assertEquals("hm", String.join("", heard.thinking));
            assertNotEquals(Thread.currentThread(), heard.thread);
        }
    }

    @Test
    void aMemorysNextTurnCostsItsOwnTokens() throws Exception {
        try (DeltaRuleStreamingChatModel model = model(THINKER, ChatFolder.FAITHFUL)) {
            Assistant assistant = AiServices.builder(Assistant.class)
                    .streamingChatModel(model)
                    .chatMemory(MessageWindowChatMemory.withMaxMessages(20))
                    .build();
            List<Integer> read = new ArrayList<>();
            for (int turn = 0; turn < 3; turn++) {
                CompletableFuture<ChatResponse> end = new CompletableFuture<>();
                List<String> text = new CopyOnWriteArrayList<>();
                assistant
                        .answer("Hi")
                        .onPartialResponse(text::add)
                        .onCompleteResponse(end::complete)
                        .onError(end::completeExceptionally)
                        .start();
                read.add(((DeltaRuleTokenUsage) end.get(100, TimeUnit.SECONDS).tokenUsage()).readTokenCount());
                assertEquals("ok", String.join("", text));
            }
            assertEquals(List.of(read.getFirst(), read.getFirst() + 1, read.getFirst() + 1), read);
        }
    }

    @Test
    void aCancelledAnswerEndsAndTheNextOneIsWhole() throws Exception {
        try (DeltaRuleStreamingChatModel model = model(ChatFolder.endless(), ChatFolder.FAITHFUL)) {
            CompletableFuture<Void> enough = new CompletableFuture<>();
            List<String> text = new CopyOnWriteArrayList<>();
            Heard handler = new Heard() {
                @Override
                public void onPartialResponse(PartialResponse partial, PartialResponseContext context) {
                    text.add(partial.text());
                    if (text.size() == 5) {
                        context.streamingHandle().cancel();
                        enough.complete(null);
                    }
                }
            };
            model.chat("Hi", handler);
            enough.get(100, TimeUnit.SECONDS);
            Heard next = new Heard();
            ChatRequest.Builder request = ChatRequest.builder().messages(UserMessage.from("Hi"));
            model.chat(request.maxOutputTokens(4).build(), next);
            assertEquals("abab", next.response().aiMessage().text());
            assertEquals("ababa", String.join("", text));
            assertTrue(!handler.end.isDone(), "nothing is heard of it any more");
        }
    }

    @Test
    void callsAreHandedOverWhole() throws Exception {
        String call = "<tool_call>{\"name\": \"now\", \"arguments\": {}}</tool_call>";
        ScriptedModel script = ChatFolder.saying(ChatFolder.id('a'), ChatFolder.MORE);
        String template = "{{ tools | length }}{% for m in messages %}{{ m.content }}{% endfor %}:";
        try (DeltaRuleStreamingChatModel model = model(script, template, call)) {
            Heard heard = new Heard();
            ChatRequest.Builder request = ChatRequest.builder().messages(UserMessage.from("Hi"));
            model.chat(
                    request.toolSpecifications(
                                    ToolSpecification.builder().name("now").build())
                            .build(),
                    heard);
            assertEquals("a", heard.response().aiMessage().text());
            assertEquals("a", String.join("", heard.text));
            assertEquals(1, heard.calls.size());
            assertEquals("now", heard.calls.getFirst().toolExecutionRequest().name());
        }
    }

    @Test
    void errorsReachTheHandler() {
        try (DeltaRuleStreamingChatModel model = model(THINKER, "{{ raise_exception('No.') }}")) {
            Heard heard = new Heard();
            model.chat("Hi", heard);
            Throwable error = heard.end.handle((response, e) -> e).join();
            assertInstanceOf(InvalidRequestException.class, error);
        }
    }

    @Test
    void bothKindsShareAModelAndItsStates() throws Exception {
        Path written = ChatFolder.write(folder.resolve("model"), THINKER, ChatFolder.FAITHFUL);
        try (LanguageModel loaded = LanguageModel.open(written, Engines.named("cpu"), null);
                Responder responder = new Responder(loaded, ChatTemplates.of(loaded), 0, Responder.DEFAULT_KEPT);
                DeltaRuleChatModel plain =
                        DeltaRuleChatModel.builder().responder(responder).build();
                DeltaRuleStreamingChatModel streaming = DeltaRuleStreamingChatModel.builder()
                        .responder(responder)
                        .build()) {
            ChatResponse first = plain.chat(UserMessage.from("Hi"));
            Heard heard = new Heard();
            streaming.chat(List.of(UserMessage.from("Hi"), first.aiMessage(), UserMessage.from("Hi")), heard);
            int read = ((DeltaRuleTokenUsage) heard.response().tokenUsage()).readTokenCount();
            assertEquals(first.tokenUsage().inputTokenCount() + 1, read);
        }
    }
}
