package io.deltarule.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.deltarule.models.chat.ChatFolder;
import io.deltarule.models.inference.ScriptedModel;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code chat} with a pipe on standard input, and what {@code generate} shares with it. */
class ChatCommandTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path folder;

    private Path saying(String text, String template) {
        return ChatFolder.write(folder.resolve("model"), ChatFolder.saying(text), template);
    }

    private Path thinking(String template) {
        ScriptedModel script = ChatFolder.saying(
                ChatFolder.THINK,
                ChatFolder.id('h'),
                ChatFolder.id('m'),
                ChatFolder.THOUGHT,
                ChatFolder.id('o'),
                ChatFolder.id('k'));
        return ChatFolder.write(folder.resolve("model"), script, template);
    }

    private static CliRun chat(Path model, String input, Object... options) {
        List<Object> all = new ArrayList<>(List.of("chat", "--model", model, "--engine", "cpu"));
        all.addAll(List.of(options));
        return withInput(input, all.toArray());
    }

    private static CliRun withInput(String input, Object... args) {
        return withInput(input.getBytes(StandardCharsets.UTF_8), args);
    }

    private static CliRun withInput(byte[] input, Object... args) {
        InputStream before = System.in;
        System.setIn(new ByteArrayInputStream(input));
        try {
            return CliRun.of(args);
        } finally {
            System.setIn(before);
        }
    }

    private static List<JsonNode> documents(CliRun run) throws Exception {
        List<JsonNode> documents = new ArrayList<>();
        for (String line : run.succeeded().out().lines().toList()) {
            documents.add(JSON.readTree(line));
        }
        return documents;
    }

    @Test
    void aMessagePerLineAndAnAnswerPerMessage() {
        CliRun run = chat(saying("ok", ChatFolder.FAITHFUL), "Hi\n\nAnd?\n").succeeded();
        assertEquals("ok\nok\n", run.out());
        assertEquals("", run.err());
    }

    @Test
    void aSecondTurnCostsItsOwnTokens() throws Exception {
        Path model = saying("ok", ChatFolder.FAITHFUL);
        List<JsonNode> turns = documents(chat(model, "Hi\nHi\nHi\n", "--json"));
        int first = turns.get(0).get("read_tokens").intValue();
        assertEquals(first, turns.get(0).get("prompt_tokens").intValue());
        for (JsonNode turn : turns.subList(1, 3)) {
            assertEquals(first + 1, turn.get("read_tokens").intValue(), "the same, and the end of the turn before");
            assertEquals(0, turn.get("dropped_tokens").intValue());
            assertEquals("stop", turn.get("finish").textValue());
        }
        assertEquals(
                turns.get(1).get("prompt_tokens").intValue() + 2 + first + 1,
                turns.get(2).get("prompt_tokens").intValue());
    }

    @Test
    void whatIsReadAgainIsSaidOnce() throws Exception {
        CliRun run = chat(thinking(ChatFolder.FORGETFUL), "Hi\nHi\nHi\n", "--json");
        assertTrue(documents(run).get(1).get("dropped_tokens").intValue() > 0);
        assertEquals(
                1,
                run.err()
                        .lines()
                        .filter(line -> line.contains("writes earlier turns anew"))
                        .count(),
                run.err());
    }

    @Test
    void thinkingIsShownOrHiddenAndSwitched() throws Exception {
        Path model = thinking(ChatFolder.FORGETFUL);
        assertEquals("<think>hm</think>ok\n", chat(model, "Hi\n").succeeded().out());
        assertEquals("ok\n", chat(model, "Hi\n", "--hide-thinking").succeeded().out());
        JsonNode document = documents(chat(model, "Hi\n", "--json")).getFirst();
        assertEquals("hm", document.get("thinking").textValue());
        assertEquals("ok", document.get("answer").textValue());
        int with = document.get("prompt_tokens").intValue();
        int without = documents(chat(model, "Hi\n", "--json", "--thinking", "off"))
                .getFirst()
                .get("prompt_tokens")
                .intValue();
        assertEquals(with + 3, without, "<think></think>:");
        List<JsonNode> both = documents(chat(model, "/thinking off\nHi\n/reset\n/thinking on\nHi\n", "--json"));
        assertEquals(without, both.get(0).get("prompt_tokens").intValue());
        assertEquals(with, both.get(1).get("prompt_tokens").intValue());
        CliRun none =
                chat(saying("ok", "{% for m in messages %}{{ m.content }}{% endfor %}:"), "Hi\n", "--thinking", "on");
        assertTrue(none.succeeded().err().contains("no switch for thinking"), none.err());
    }

    @Test
    void aThinkingThatTheTemplateOpensIsShownWithItsMark() {
        String template = ChatFolder.FAITHFUL.replace("assistant:", "assistant:<think>:");
        ScriptedModel script =
                ChatFolder.saying(ChatFolder.id('h'), ChatFolder.THOUGHT, ChatFolder.id('o'), ChatFolder.id('k'));
        Path model = ChatFolder.write(folder.resolve("model"), script, template.replace("<think>:", ":<think>"));
        script.says(ChatFolder.THINK, ChatFolder.id('h')).write(model);
        assertEquals("<think>\nh</think>ok\n", chat(model, "Hi\n").succeeded().out());
        assertEquals("ok\n", chat(model, "Hi\n", "--hide-thinking").succeeded().out());
    }

    @Test
    void commandsOfAConversation() throws Exception {
        Path model = saying("ok", ChatFolder.FAITHFUL);
        Path saved = folder.resolve("saved");
        String input =
                "Hi\n/save " + saved + "\nHi\n/load " + saved + "\nHo\n/reset\nHi\n/system Short!\nHi\n/quit\nHi\n";
        CliRun run = chat(model, input, "--json");
        List<JsonNode> turns = documents(run);
        assertEquals(5, turns.size(), run.out());
        assertEquals(
                turns.get(1), withoutSeconds(turns.get(2), turns.get(1)), "the loaded one goes on as the saved one");
        assertEquals(turns.get(0), withoutSeconds(turns.get(3), turns.get(0)), "a new one begins as the first");
        assertTrue(turns.get(4).get("prompt_tokens").intValue()
                > turns.get(1).get("prompt_tokens").intValue());
        assertTrue(run.err().contains("saved to " + saved) && run.err().contains("loaded, 2 messages"), run.err());
        JsonNode goesOn =
                documents(chat(model, "Hi\n", "--json", "--load-state", saved)).getFirst();
        assertEquals(turns.get(1), withoutSeconds(goesOn, turns.get(1)));
        Path end = folder.resolve("end");
        chat(model, "Hi\n", "--save-state", end).succeeded();
        assertEquals(
                turns.get(1),
                withoutSeconds(
                        documents(chat(model, "Hi\n", "--json", "--load-state", end))
                                .getFirst(),
                        turns.get(1)));
        CliRun plain = CliRun.of("generate", "--model", model, "--engine", "cpu", "--load-state", end, "--json");
        assertEquals(0, plain.succeeded().code(), "a conversation's state is a state");
    }

    private static JsonNode withoutSeconds(JsonNode document, JsonNode other) {
        return ((com.fasterxml.jackson.databind.node.ObjectNode) document.deepCopy())
                .set("seconds", other.get("seconds"));
    }

    @Test
    void helpListsTheCommandsAndSlashesAreText() {
        Path model = saying("ok", "{% for m in messages %}{{ m.content }}{% endfor %}:");
        CliRun run = chat(model, "/help\n", "--json").succeeded();
        assertEquals("", run.out());
        for (String command : List.of("/reset", "/system", "/thinking", "/save", "/load", "/help", "/quit")) {
            assertTrue(run.err().contains(command), command);
        }
        assertEquals("ok\n", chat(model, "//help\n").succeeded().out());
        assertTrue(chat(model, "/nope\n").refusal().contains("found '/nope'; /help lists them"));
        assertTrue(chat(model, "/save\n").refusal().contains("/save: expected a file"));
    }

    @Test
    void severalLinesAreOneMessageBetweenQuotes() throws Exception {
        Path model = saying("ok", "{% for m in messages %}{{ m.content }}{% endfor %}:");
        List<JsonNode> turns = documents(chat(model, "\"\"\"a\nb\n\"\"\"\n", "--json"));
        assertEquals(5, turns.getFirst().get("prompt_tokens").intValue(), "a, break, b, break, colon");
        assertEquals(1, turns.size());
        assertEquals(2, documents(chat(model, "\"\"\"a\"\"\"\nb\n", "--json")).size());
    }

    @Test
    void oneMessageFromAnOptionOrAFile() throws Exception {
        Path model = saying("ok", "{% for m in messages %}{{ m.content }}{% endfor %}:");
        assertEquals(
                "ok\n",
                chat(model, "ignored\n", "--prompt", "/quit").succeeded().out(),
                "a text is a text");
        Path file = Files.writeString(folder.resolve("message"), "a\nb\n");
        JsonNode document =
                documents(chat(model, "", "--prompt-file", file, "--json")).getFirst();
        assertEquals(5, document.get("prompt_tokens").intValue(), "a, break, b, break, colon");
        assertEquals(
                document.get("prompt_tokens"),
                documents(chat(model, "a\nb\n", "--prompt-file", "-", "--json"))
                        .getFirst()
                        .get("prompt_tokens"));
        assertTrue(chat(model, "", "--prompt-file", folder).refusal().contains("found a folder"));
        assertTrue(chat(model, "", "--prompt-file", file, "--prompt", "x")
                .refusal()
                .contains("found both"));
        assertTrue(withInput(new byte[] {'a', (byte) 0xff, '\n'}, "chat", "--model", model, "--engine", "cpu")
                .refusal()
                .contains("standard input: expected UTF-8"));
    }

    @Test
    void theSystemsWordsComeFirst() throws Exception {
        Path model = saying("ok", ChatFolder.FAITHFUL);
        int without = documents(chat(model, "Hi\n", "--json"))
                .getFirst()
                .get("prompt_tokens")
                .intValue();
        int with = documents(chat(model, "Hi\n", "--json", "--system", "--json"))
                .getFirst()
                .get("prompt_tokens")
                .intValue();
        assertTrue(with > without + 6, "a message of its own, whatever its text looks like");
    }

    @Test
    void stopsEndAnswersAndTexts() throws Exception {
        Path model = saying("ab12c", ChatFolder.FAITHFUL);
        assertEquals(
                "ab\n",
                chat(model, "Hi\n", "--stop", "zz", "--stop", "12").succeeded().out());
        CliRun generated = CliRun.of("generate", "--model", model, "--engine", "cpu", "--prompt", ":", "--stop", "2c");
        assertEquals("ab1\n", generated.succeeded().out());
        JsonNode document = JSON.readTree(
                CliRun.of("generate", "--model", model, "--engine", "cpu", "--prompt", ":", "--stop", "12", "--json")
                        .succeeded()
                        .out());
        assertEquals("ab", document.get("text").textValue());
        assertEquals("stop", document.get("finish").textValue());
        assertTrue(chat(model, "Hi\n", "--stop", "").refusal().contains("stop: expected a text"));
    }

    @Test
    void generateTakesItsTextFromAFileOrAPipeAndTellsOfChat() throws Exception {
        Path model = saying("ok", ChatFolder.FAITHFUL);
        Path file = Files.writeString(folder.resolve("text"), "Hi:");
        CliRun run = CliRun.of("generate", "--model", model, "--engine", "cpu", "--prompt-file", file);
        assertEquals("ok\n", run.succeeded().out());
        assertEquals(
                1,
                run.err()
                        .lines()
                        .filter(line -> line.contains("'deltarule chat'"))
                        .count(),
                run.err());
        Object[] piped = {"generate", "--model", model, "--engine", "cpu", "--prompt-file", "-"};
        assertEquals("ok\n", withInput("Hi:", piped).succeeded().out());
        assertTrue(withInput("", piped).refusal().contains("at least one token"));
        assertTrue(withInput(new byte[] {(byte) 0xff}, piped).refusal().contains("expected UTF-8"));
        assertTrue(CliRun.of("generate", "--model", model, "--prompt", "x", "--prompt-file", file)
                .refusal()
                .contains("expected one of --prompt, --prompt-file, --ids and --ids-file"));
        CliRun ids = CliRun.of("generate", "--model", model, "--engine", "cpu", "--ids", "5");
        assertEquals("", ids.succeeded().err());
    }

    @Test
    void whatCannotBeSaidIsRefusedInOneLine() {
        Path model = saying("ok", "{{ raise_exception('No users here.') }}");
        assertEquals(
                "deltarule: chat template: line 1: No users here.",
                chat(model, "Hi\n").refusal());
        Path plain =
                TinyModel.withTokenizer("delta_net", folder.resolve("plain")).folder();
        assertTrue(
                chat(plain, "Hi\n").refusal().contains("expected one in tokenizer_config.json or chat_template.jinja"));
        assertTrue(chat(model, "", "--thinking", "maybe").refusal().contains("--thinking: expected on or off"));
    }

    @Test
    void anAnswerThatIsCutSaysSo() {
        Path model = saying("abcdef", ChatFolder.FAITHFUL);
        CliRun run = chat(model, "Hi\n", "--max-new-tokens", "2").succeeded();
        assertEquals("ab\n", run.out());
        assertTrue(run.err().contains("cut after 2 tokens; --max-new-tokens allows more"), run.err());
        CliRun full = chat(model, "Hi\n", "--max-context", "23").succeeded();
        assertTrue(full.err().contains("the context is full; /reset begins anew"), full.err() + full.out());
    }
}
