package io.deltarule.models.chat;

import static io.deltarule.models.chat.ChatFolder.FAITHFUL;
import static io.deltarule.models.chat.ChatFolder.FORGETFUL;
import static io.deltarule.models.chat.ChatFolder.THINK;
import static io.deltarule.models.chat.ChatFolder.THOUGHT;
import static io.deltarule.models.chat.ChatFolder.id;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.core.InvalidInputException;
import io.deltarule.models.inference.FinishReason;
import io.deltarule.models.inference.GenerationOptions;
import io.deltarule.models.inference.LanguageModel;
import io.deltarule.models.inference.ScriptedModel;
import io.deltarule.models.inference.TokenizerFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a conversation costs, counted in tokens, and that the model reads what the template says all the same. */
class ConversationTest {
    private static final ChatOptions OPTIONS = ChatOptions.of(GenerationOptions.greedy(50));
    private static final ScriptedModel THINKER = ChatFolder.saying(THINK, id('h'), id('m'), THOUGHT, id('o'), id('k'));

    @TempDir
    Path folder;

    private LanguageModel model(ScriptedModel script, String template) {
        return ChatFolder.open(ChatFolder.write(folder.resolve("model"), script, template));
    }

    private static int count(LanguageModel model, String text) {
        return model.tokenizer().encode(text, false).length;
    }

    private static Reply.Usage usage(int prompt, int read, int dropped, int written) {
        return new Reply.Usage(prompt, read, dropped, written);
    }

    /** What the state is after, as text with its special tokens. */
    private static void assertRead(Responder responder, String text, String answer) {
        int[] ids = responder.current().state().ids();
        int[] read = responder.model().tokenizer().encode(text, false);
        assertArrayEquals(read, java.util.Arrays.copyOf(ids, read.length));
        assertEquals(
                answer,
                responder
                        .model()
                        .tokenizer()
                        .decode(IntStream.range(read.length, ids.length)
                                .map(i -> ids[i])
                                .toArray()));
    }

    @Test
    void aSecondTurnReadsItsOwnTokensOnly() {
        try (LanguageModel model = model(ChatFolder.saying("ok"), FAITHFUL);
                Responder responder = Responder.of(model)) {
            Conversation conversation = new Conversation(responder, OPTIONS);
            String first = "<|im_start|>user:Hi<|im_end|><|im_start|>assistant:";
            Reply reply = conversation.say("Hi");
            assertEquals("ok", reply.text());
            assertEquals(FinishReason.STOP, reply.finish());
            assertEquals(usage(count(model, first), count(model, first), 0, 3), reply.usage());
            assertRead(responder, first, "ok");
            String second = "<|im_end|><|im_start|>user:And?<|im_end|><|im_start|>assistant:";
            Reply next = conversation.say("And?");
            assertEquals(usage(count(model, first + "ok" + second), count(model, second), 0, 3), next.usage());
            assertRead(responder, first + "ok" + second, "ok");
            assertEquals(
                    List.of(
                            ChatMessage.user("Hi"),
                            ChatMessage.assistant("ok"),
                            ChatMessage.user("And?"),
                            ChatMessage.assistant("ok")),
                    conversation.messages());
        }
    }

    @Test
    void whatTheTemplateForgetsIsNotInTheState() {
        try (LanguageModel model = model(THINKER, FORGETFUL);
                Responder responder = Responder.of(model)) {
            Conversation conversation = new Conversation(responder, OPTIONS);
            String first = "<|im_start|>user:Hi<|im_end|>";
            Reply reply = conversation.say("Hi");
            assertEquals("<think>hm</think>ok", reply.text());
            assertEquals("hm", reply.thinking());
            assertEquals("ok", reply.answer());
            Reply next = conversation.say("Why?");
            String own = "<|im_start|>assistant:ok<|im_end|><|im_start|>user:Why?<|im_end|><|im_start|>assistant:";
            int dropped = count(model, "<|im_start|>assistant:") + 6;
            assertEquals(usage(count(model, first + own), count(model, own), dropped, 7), next.usage());
            assertRead(responder, first + own, "<think>hm</think>ok");
        }
    }

    /** A model may write "t", "h" where an encoder would take "th". */
    @Test
    void anAnswerInOtherTokensThanTheEncodersIsCarriedOn() {
        try (LanguageModel model = model(ChatFolder.saying("the"), FAITHFUL);
                Responder responder = Responder.of(model)) {
            assertTrue(count(model, "the") < 3, "the encoder joins some of it");
            Conversation conversation = new Conversation(responder, OPTIONS);
            assertEquals("the", conversation.say("Hi").text());
            String second = "<|im_end|><|im_start|>user:B<|im_end|><|im_start|>assistant:";
            assertEquals(count(model, second), conversation.say("B").usage().read());
            assertEquals(count(model, second), conversation.say("B").usage().read());
        }
    }

    @Test
    void aTokenizerThatPutsABlankBeforeATextDoesSoOnce() throws Exception {
        Path llama = new ScriptedModel(384)
                .says(TokenizerFile.FIRST_PIECE, TokenizerFile.FIRST_PIECE + 1, 2)
                .key("eos_token_id", "2")
                .write(folder.resolve("llama"));
        TokenizerFile.llama(llama.resolve("tokenizer.json"), "]", "▁yes", "[", "▁", "h", "i");
        Files.writeString(llama.resolve("tokenizer_config.json"), """
                {"bos_token": "<s>", "eos_token": {"content": "</s>", "lstrip": false}}""");
        Files.writeString(llama.resolve("chat_template.jinja"), """
                {{ bos_token }}{% for m in messages %}{% if m.role == 'user' %}[{{ m.content }}]{% else %} {{ m.content }}{{ eos_token }}{% endif %}{% endfor %}""");
        try (LanguageModel model = ChatFolder.open(llama);
                Responder responder = Responder.of(model)) {
            Conversation conversation = new Conversation(responder, OPTIONS);
            assertEquals("yes", conversation.say("hi").text());
            int[] first = responder.current().state().ids();
            assertEquals(1, first[0]);
            int whole = model.tokenizer().encode("<s>[hi] yes</s>[h]", false).length;
            assertEquals(usage(whole, 5, 0, 2), conversation.say("h").usage(), "</s>, a blank, [, h, ]");
            int[] second = responder.current().state().ids();
            assertArrayEquals(first, java.util.Arrays.copyOf(second, first.length), "its own answer in its own tokens");
            assertEquals(1, IntStream.of(second).filter(id -> id == 1).count(), "one beginning of text");
        }
    }

    @Test
    void stopsEndAnAnswerBeforeTheyAreSeen() {
        try (LanguageModel model = model(ChatFolder.saying("ab12c"), FAITHFUL);
                Conversation conversation = Conversation.with(model, OPTIONS.withStops(List.of("zz", "12")))) {
            List<String> pieces = new ArrayList<>();
            Reply reply = conversation.say("Hi", pieces::add);
            assertEquals("ab", reply.text());
            assertEquals("ab", String.join("", pieces));
            assertEquals(FinishReason.STOP, reply.finish());
            assertEquals(ChatMessage.assistant("ab"), conversation.messages().getLast());
            conversation.options(OPTIONS);
            String second = "<|im_start|>assistant:ab<|im_end|><|im_start|>user:B<|im_end|><|im_start|>assistant:";
            assertEquals(count(model, second), conversation.say("B").usage().read(), "the answer up to the stop");
        }
    }

    @Test
    void anInterruptedAnswerIsPartOfTheConversation() {
        try (LanguageModel model = model(ChatFolder.saying("abcdef"), FAITHFUL);
                Responder responder = Responder.of(model)) {
            Conversation conversation = new Conversation(responder, OPTIONS);
            Reply reply = conversation.say("Hi", piece -> {
                if (piece.equals("c")) {
                    conversation.interrupt();
                }
            });
            assertEquals("abc", reply.text());
            assertEquals(FinishReason.INTERRUPTED, reply.finish());
            String second = "<|im_end|><|im_start|>user:B<|im_end|><|im_start|>assistant:";
            assertEquals(count(model, second), conversation.say("B").usage().read());
            assertRead(responder, "<|im_start|>user:Hi<|im_end|><|im_start|>assistant:abc" + second, "abcdef");
        }
    }

    @Test
    void aSavedConversationGoesOnWithoutReading() {
        try (LanguageModel model = model(THINKER, FAITHFUL)) {
            Path file = folder.resolve("saved");
            Reply expected;
            try (Conversation conversation = Conversation.with(model, OPTIONS)) {
                assertThrows(InvalidInputException.class, () -> conversation.save(file));
                conversation.system("Be brief.");
                conversation.say("Hi");
                conversation.save(file);
                expected = conversation.say("Why?");
            }
            try (Conversation loaded = Conversation.with(model, OPTIONS)) {
                loaded.load(file);
                assertEquals(
                        List.of(
                                ChatMessage.system("Be brief."),
                                ChatMessage.user("Hi"),
                                ChatMessage.assistant("<think>hm</think>ok")),
                        loaded.messages());
                assertEquals(expected, loaded.say("Why?"));
            }
        }
    }

    @Test
    void anotherModelsConversationIsRefused() {
        Path file = folder.resolve("saved");
        try (LanguageModel model = model(THINKER, FAITHFUL);
                Conversation conversation = Conversation.with(model, OPTIONS)) {
            conversation.say("Hi");
            conversation.save(file);
        }
        Path other = ChatFolder.write(folder.resolve("other"), ChatFolder.saying("x"), FAITHFUL);
        try (LanguageModel model = ChatFolder.open(other);
                Conversation conversation = Conversation.with(model, OPTIONS)) {
            assertTrue(assertThrows(InvalidInputException.class, () -> conversation.load(file))
                    .getMessage()
                    .contains("load it into the model that it was saved from"));
        }
    }

    @Test
    void conversationsTakeTurnsWithoutReadingAgain() {
        try (LanguageModel model = model(ChatFolder.saying("ok"), FAITHFUL);
                Responder responder = Responder.of(model)) {
            List<Conversation> conversations = IntStream.range(0, 3)
                    .mapToObj(i -> new Conversation(responder, OPTIONS))
                    .toList();
            for (int i = 0; i < 3; i++) {
                conversations.get(i).say("I am number " + i);
            }
            for (int round = 0; round < 3; round++) {
                for (Conversation conversation : conversations) {
                    String own = "<|im_end|><|im_start|>user:More!<|im_end|><|im_start|>assistant:";
                    assertEquals(
                            count(model, own), conversation.say("More!").usage().read(), "round " + round);
                }
            }
        }
    }

    @Test
    void fewStatesAreKeptWhereMemoryIsScarceAndAnswersStayTheSame() {
        try (LanguageModel model = model(ChatFolder.saying("ok"), FAITHFUL);
                Responder responder = new Responder(model, ChatTemplates.of(model), 0, 0)) {
            Conversation one = new Conversation(responder, OPTIONS);
            Conversation two = new Conversation(responder, OPTIONS);
            one.say("One");
            two.say("Two");
            Reply again = one.say("More");
            assertEquals("ok", again.text());
            assertEquals(again.usage().prompt(), again.usage().read());
        }
    }

    @Test
    void thinkingIsSwitchedByTheTemplatesVariable() {
        ScriptedModel script = ChatFolder.saying("ok");
        try (LanguageModel model = model(script, FORGETFUL);
                Responder responder = Responder.of(model)) {
            assertTrue(responder.templates().choose(ChatPrompt.of(List.of())).switchesThinking());
            Conversation conversation = new Conversation(responder, OPTIONS.withThinking(false));
            conversation.say("Hi");
            assertRead(responder, "<|im_start|>user:Hi<|im_end|><|im_start|>assistant:<think></think>:", "ok");
            conversation.options(OPTIONS.withThinking(true));
            conversation.say("Hi");
            assertRead(
                    responder,
                    "<|im_start|>user:Hi<|im_end|><|im_start|>assistant:ok<|im_end|><|im_start|>user:Hi<|im_end|>"
                            + "<|im_start|>assistant:",
                    "ok");
        }
    }

    @Test
    void aConversationLongerThanTheContextIsRefusedAndOneThatReachesItEnds() {
        try (LanguageModel model = model(ChatFolder.saying("abcdefghi"), FAITHFUL);
                Responder responder = new Responder(model, ChatTemplates.of(model), 30, 0)) {
            Conversation conversation = new Conversation(responder, OPTIONS);
            String prompt = "<|im_start|>user:" + "x".repeat(8) + "<|im_end|><|im_start|>assistant:";
            int room = 30 - count(model, prompt);
            assertTrue(room > 0 && room < 9, () -> "room for a part of the answer: " + room);
            Reply reply = conversation.say("x".repeat(8));
            assertEquals(FinishReason.CONTEXT, reply.finish());
            assertEquals("abcdefghi".substring(0, room), reply.text());
            String refusal = assertThrows(InvalidInputException.class, () -> conversation.say("More"))
                    .getMessage();
            assertTrue(refusal.contains("fewer than 30 tokens"), refusal);
            assertEquals(2, conversation.messages().size(), "what was refused was not said");
            conversation.reset();
            assertEquals(List.of(), conversation.messages());
            assertEquals(FinishReason.CONTEXT, conversation.say("x".repeat(8)).finish());
        }
    }

    @Test
    void whatATemplateRefusesIsSaidInItsWords() {
        String strict = "{% if messages|length > 2 %}{{ raise_exception('One question only.') }}{% endif %}:";
        try (LanguageModel model = model(ChatFolder.saying("ok"), strict);
                Conversation conversation = Conversation.with(model, OPTIONS)) {
            conversation.say("Hi");
            String refusal = assertThrows(InvalidInputException.class, () -> conversation.say("And?"))
                    .getMessage();
            assertEquals("chat template: line 1: One question only.", refusal);
        }
    }

    @Test
    void aModelWithoutATemplateIsRefused() {
        Path plain = ChatFolder.saying("x").write(folder.resolve("plain"));
        try (LanguageModel model = ChatFolder.open(plain)) {
            assertTrue(ChatTemplates.of(model).isEmpty());
            String refusal = assertThrows(InvalidInputException.class, () -> Responder.of(model))
                    .getMessage();
            assertTrue(refusal.startsWith("chat template: expected one in tokenizer_config.json"), refusal);
        }
    }

    @Test
    void toolsReachTheTemplate() {
        String template =
                "{{ tools | tojson if tools else 'none' }}{% for m in messages %}{{ m.role }}={{ m.content }};"
                        + "{% endfor %}:";
        try (LanguageModel model = model(ChatFolder.saying("ok"), template);
                Responder responder = Responder.of(model)) {
            Map<String, Object> tool = Map.of("type", "function");
            Conversation conversation = new Conversation(responder, OPTIONS.withTools(List.of(tool)));
            conversation.say("Hi");
            assertRead(responder, "[{\"type\": \"function\"}]user=Hi;:", "ok");
            conversation.add(ChatMessage.tool("42"), piece -> {});
            assertRead(responder, "[{\"type\": \"function\"}]user=Hi;assistant=ok;tool=42;:", "ok");
        }
    }
}
