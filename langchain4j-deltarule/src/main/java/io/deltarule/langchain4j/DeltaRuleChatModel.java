package io.deltarule.langchain4j;

import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.response.ChatResponse;
import java.util.List;

/**
 * A model of the delta-rule family as a chat model, in this process.
 *
 * <pre>
 *   try (DeltaRuleChatModel model = DeltaRuleChatModel.builder().folder(Path.of("Qwen3.5-0.8B")).build()) {
 *       System.out.println(model.chat("What is a delta rule?"));
 *   }
 * </pre>
 *
 * Thread-safe; one answer at a time. What an answer's {@code tokenUsage()} gives is a {@link DeltaRuleTokenUsage}.
 */
public final class DeltaRuleChatModel implements ChatModel, AutoCloseable {
    private final DeltaRuleModelBuilder.OpenModel model;
    private final ModelSettings settings;

    private DeltaRuleChatModel(Builder builder) {
        this.settings = builder.settings();
        this.model = builder.open();
    }

    /** Begins one. */
    public static Builder builder() {
        return new Builder();
    }

    @Override
    public ChatResponse doChat(ChatRequest request) {
        return ChatExchange.of(request, settings, model.responder().model().sampling())
                .answer(model.responder(), text -> {});
    }

    @Override
    public ChatRequestParameters defaultRequestParameters() {
        return settings.parameters();
    }

    @Override
    public List<ChatModelListener> listeners() {
        return settings.listeners();
    }

    /** Closes what it opened. */
    @Override
    public void close() {
        model.close();
    }

    /** Makes a {@link DeltaRuleChatModel}. */
    public static final class Builder extends DeltaRuleModelBuilder<Builder> {
        private Builder() {}

        @Override
        Builder self() {
            return this;
        }

        /**
         * Opens it.
         *
         * @throws io.deltarule.core.InvalidInputException if the folder holds no model that is supported, or one without a chat
         *     template
         */
        public DeltaRuleChatModel build() {
            return new DeltaRuleChatModel(this);
        }
    }
}
