package io.deltarule.models.chat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.core.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where published folders keep templates and special tokens. */
class ChatTemplatesTest {
    private static final ChatPrompt PROMPT = ChatPrompt.of(List.of(ChatMessage.user("Hi")));
    private static final ChatPrompt WITH_TOOLS =
            new ChatPrompt(PROMPT.messages(), List.of(Map.of("type", "function")), true, Map.of());

    @TempDir
    Path folder;

    private void file(String name, String text) throws IOException {
        Files.createDirectories(folder.resolve(name).getParent());
        Files.writeString(folder.resolve(name), text);
    }

    @Test
    void aTextInTheTokenizersConfig() throws IOException {
        file("tokenizer_config.json", """
                {"bos_token": "<s>", "eos_token": {"content": "</s>", "special": true}, "pad_token": null,
                 "chat_template": "{{ bos_token }}{{ messages[0].content }}{{ eos_token }}{{ pad_token is defined }}"}""");
        assertEquals("<s>Hi</s>False", ChatTemplates.read(folder).render(PROMPT));
    }

    @Test
    void aListOfNamedOnes() throws IOException {
        file("tokenizer_config.json", """
                {"chat_template": [{"name": "default", "template": "plain"}, {"name": "tool_use", "template": "tools"},
                    {"name": "rag", "template": "rag"}]}""");
        ChatTemplates templates = ChatTemplates.read(folder);
        assertEquals(List.of("default", "tool_use", "rag"), templates.names());
        assertEquals("plain", templates.render(PROMPT));
        assertEquals("tools", templates.render(WITH_TOOLS));
    }

    @Test
    void theOnlyOneWhateverItsName() throws IOException {
        file("tokenizer_config.json", """
                {"chat_template": [{"name": "mine", "template": "mine"}]}""");
        assertEquals("mine", ChatTemplates.read(folder).render(PROMPT));
    }

    @Test
    void aFileComesBeforeTheConfig() throws IOException {
        file("tokenizer_config.json", "{\"bos_token\": \"<s>\", \"chat_template\": \"old\"}");
        file("chat_template.jinja", "{{ bos_token }}new");
        file("additional_chat_templates/tool_use.jinja", "tools");
        ChatTemplates templates = ChatTemplates.read(folder);
        assertEquals("<s>new", templates.render(PROMPT));
        assertEquals("tools", templates.render(WITH_TOOLS));
    }

    @Test
    void aJsonFileOfItsOwn() throws IOException {
        file("chat_template.json", "{\"chat_template\": \"{{ messages | length }}\"}");
        assertEquals("1", ChatTemplates.read(folder).render(PROMPT));
    }

    @Test
    void specialTokensOfTheirOwnFile() throws IOException {
        file("special_tokens_map.json", "{\"bos_token\": {\"content\": \"<b>\"}, \"eos_token\": \"<e>\"}");
        file("tokenizer_config.json", "{\"eos_token\": \"<E>\"}");
        file("chat_template.jinja", "{{ bos_token }}{{ eos_token }}");
        assertEquals("<b><E>", ChatTemplates.read(folder).render(PROMPT));
    }

    @Test
    void noneAtAll() throws IOException {
        assertTrue(ChatTemplates.read(folder).isEmpty());
        file("tokenizer_config.json", "{\"chat_template\": null}");
        assertTrue(ChatTemplates.read(folder).isEmpty());
    }

    @Test
    void whatIsNoTemplateIsRefusedInOneLine() throws IOException {
        file("tokenizer_config.json", "{\"chat_template\": \"{% if %}\"}");
        assertRefused("chat template: line 1: expected a value but found '%}'");
        file("tokenizer_config.json", "{\"chat_template\": \"a\\n{{ messages[0].content.nope() }}\"}");
        assertRefused("chat template: line 2: 'nope' of a text is undefined");
        file("tokenizer_config.json", "{\"chat_template\": [{\"name\": \"default\"}]}");
        assertRefused(
                "tokenizer_config.json: chat_template: expected a text, or a list of objects with name and template,"
                        + " but found [{\"name\":\"default\"}]");
        file(
                "tokenizer_config.json",
                "{\"chat_template\": \"{% for x in range(99999) %}{% for y in range(99999) %}x"
                        + "{% endfor %}{% endfor %}\"}");
        assertRefused("chat template: line 1: expected a template that ends but it went on and on");
        file("tokenizer_config.json", "{\"chat_template\": \"{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}\"}");
        assertRefused("chat template: line 1: expected calls at most 200 deep but found deeper ones");
    }

    private void assertRefused(String line) {
        assertEquals(
                line,
                assertThrows(
                                InvalidInputException.class,
                                () -> ChatTemplates.read(folder).render(PROMPT))
                        .getMessage());
    }

    @Test
    void whatATemplateLooksAt() {
        assertTrue(ChatTemplate.parse("{{ enable_thinking }}").switchesThinking());
        assertTrue(ChatTemplate.parse("{% if tools %}{% endif %}").takesTools());
        ChatTemplate plain = ChatTemplate.parse("{{ messages }}enable_thinking, tools");
        assertEquals(List.of(false, false), List.of(plain.switchesThinking(), plain.takesTools()));
    }
}
