package io.deltarule.cli.chat;

import io.deltarule.models.chat.Conversation;
import java.util.function.Consumer;

/** Turns thinking on or off, and says where that changes nothing. */
final class ThinkingSwitch {
    private ThinkingSwitch() {}

    static void turn(Conversation conversation, boolean on, Consumer<String> say) {
        conversation.options(conversation.options().withThinking(on));
        if (!conversation.switchesThinking()) {
            say.accept(
                    "this model's template has no switch for thinking (enable_thinking or thinking); it stays as it is");
        }
    }
}
