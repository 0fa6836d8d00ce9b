package io.deltarule.langchain4j;

import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import java.util.List;
import java.util.concurrent.Executor;

/**
 * A model of the delta-rule family as a streaming chat model, in this process: a request returns at once, and its answer comes
 * on another thread. Cancelling an answer ends the model's work on it.
 *
 * <p>Thread-safe; one answer at a time. What a complete answer's {@code tokenUsage()} gives is a {@link DeltaRuleTokenUsage}.
 */
public final class DeltaRuleStreamingChatModel implements StreamingChatModel, AutoCloseable {
    private final DeltaRuleModelBuilder.OpenModel model;
    private final ModelSettings settings;
    private final Executor executor;

    private DeltaRuleStreamingChatModel(Builder builder) {
        this.settings = builder.settings();
        this.executor = builder.executor;
        this.model = builder.open();
    }

    /** Begins one. */
    public static Builder builder() {
        return new Builder();
    }

    @Override
    public void doChat(ChatRequest request, StreamingChatResponseHandler handler) {
        ChatExchange exchange =
                ChatExchange.of(request, settings, model.responder().model().sampling());
        StreamedAnswer answer = new StreamedAnswer(exchange, model.responder(), handler);
        executor.execute(answer::run);
    }

    @Override
    public ChatRequestParameters defaultRequestParameters() {
        return settings.parameters();
    }

    @Override
    public List<ChatModelListener> listeners() {
        return settings.listeners();
    }

    /** Closes what it opened, after the answer that is being made. */
    @Override
    public void close() {
        model.close();
    }

    /** Makes a {@link DeltaRuleStreamingChatModel}. */
    public static final class Builder extends DeltaRuleModelBuilder<Builder> {
        private Executor executor =
                task -> Thread.ofPlatform().daemon().name("deltarule answer").start(task);

        private Builder() {}

        @Override
        Builder self() {
            return this;
        }

        /** Runs answers; by default each on a thread of its own. */
        public Builder executor(Executor choice) {
            executor = choice;
            return this;
        }

        /**
         * Opens it.
         *
         * @throws io.deltarule.core.InvalidInputException if the folder holds no model that is supported, or one without a chat
         *     template
         */
        public DeltaRuleStreamingChatModel build() {
            return new DeltaRuleStreamingChatModel(this);
        }
    }
}
