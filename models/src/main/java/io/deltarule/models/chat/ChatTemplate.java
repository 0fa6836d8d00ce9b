package io.deltarule.models.chat;

import io.deltarule.core.InvalidInputException;
import io.deltarule.models.chat.jinja.JinjaTemplate;
import io.deltarule.models.chat.jinja.value.JinjaException;
import java.time.LocalDateTime;
import java.util.Map;

/**
 * A chat template: how a model wants conversations written, as its publisher wrote it down in the language Jinja. It is
 * rendered as Hugging Face's {@code apply_chat_template} does it, character by character.
 */
public final class ChatTemplate {
    private final JinjaTemplate template;

    private ChatTemplate(JinjaTemplate template) {
        this.template = template;
    }

    /**
     * Parses.
     *
     * @param text the template
     * @throws InvalidInputException if it cannot be parsed
     */
    public static ChatTemplate parse(String text) {
        try {
            return new ChatTemplate(JinjaTemplate.parse(text));
        } catch (JinjaException e) {
            throw refused(e);
        }
    }

    /** Whether it has a switch for thinking before an answer: whether it looks at {@code enable_thinking} or {@code thinking}. */
    public boolean switchesThinking() {
        return ChatOptions.THINKING.stream().anyMatch(template::reads);
    }

    /** Whether it writes down the functions that a model may call. */
    public boolean takesTools() {
        return template.reads("tools");
    }

    String render(Map<String, Object> context) {
        try {
            return template.render(context, LocalDateTime::now);
        } catch (JinjaException e) {
            throw refused(e);
        }
    }

    private static InvalidInputException refused(JinjaException e) {
        return new InvalidInputException("chat template: " + e.getMessage());
    }
}
