package io.deltarule.langchain4j;

import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ResponseFormatType;
import dev.langchain4j.model.chat.request.ToolChoice;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.output.FinishReason;
import io.deltarule.core.InvalidInputException;
import io.deltarule.models.chat.ChatMessage;
import io.deltarule.models.chat.ChatOptions;
import io.deltarule.models.chat.Reply;
import io.deltarule.models.chat.Responder;
import io.deltarule.models.inference.GenerationOptions;
import io.deltarule.models.inference.Sampling;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * A request as the responder takes it.
 *
 * @param messages the conversation
 * @param options how it is to be answered
 * @param modelName what the response calls the model
 */
record ChatExchange(List<ChatMessage> messages, ChatOptions options, String modelName) {
    /**
     * Of a request.
     *
     * @param request with the model's defaults
     * @param settings what requests do not say
     * @param own how the model's makers want tokens chosen
     */
    static ChatExchange of(ChatRequest request, ModelSettings settings, Sampling own) {
        refuseUnsupported(request);
        return refusals(() -> supported(request, settings, own));
    }

    private static ChatExchange supported(ChatRequest request, ModelSettings settings, Sampling own) {
        Sampling sampling = own.withSeed(settings.seed());
        if (request.temperature() != null) {
            sampling = sampling.withTemperature(request.temperature());
        }
        if (request.topK() != null) {
            sampling = sampling.withTopK(request.topK());
        }
        if (request.topP() != null) {
            sampling = sampling.withTopP(request.topP());
        }
        if (request.presencePenalty() != null) {
            sampling = sampling.withPresencePenalty(request.presencePenalty());
        }
        int most = request.maxOutputTokens() == null ? settings.maxOutputTokens() : request.maxOutputTokens();
        ChatOptions options = ChatOptions.of(new GenerationOptions(most, sampling, null));
        if (request.stopSequences() != null) {
            options = options.withStops(request.stopSequences());
        }
        if (settings.thinking() != null) {
            options = options.withThinking(settings.thinking());
        }
        if (request.toolSpecifications() != null && request.toolChoice() != ToolChoice.NONE) {
            options = options.withTools(ToolConversion.descriptions(request.toolSpecifications()));
        }
        for (Map.Entry<String, Object> variable : settings.variables().entrySet()) {
            options = options.withVariable(variable.getKey(), variable.getValue());
        }
        return new ChatExchange(MessageConversion.messages(request.messages()), options, settings.name());
    }

    private static void refuseUnsupported(ChatRequest request) {
        if (request.frequencyPenalty() != null && request.frequencyPenalty() != 0) {
            throw new UnsupportedFeatureException(
                    "frequencyPenalty: expected none, which this model does not have, but found "
                            + request.frequencyPenalty() + "; presencePenalty is there");
        }
        if (request.responseFormat() != null && request.responseFormat().type() != ResponseFormatType.TEXT) {
            throw new UnsupportedFeatureException(
                    "responseFormat: expected TEXT, the only one that can be promised, but found "
                            + request.responseFormat().type() + "; ask for it in words");
        }
        if (request.toolChoice() == ToolChoice.REQUIRED) {
            throw new UnsupportedFeatureException(
                    "toolChoice: expected AUTO or NONE but found REQUIRED, which cannot be promised; ask for it in words");
        }
    }

    /** Answers it. */
    ChatResponse answer(Responder responder, Consumer<String> out) {
        Reply reply = reply(responder, out);
        AiMessage message = MessageConversion.answer(reply, options.tools());
        return ChatResponse.builder()
                .aiMessage(message)
                .tokenUsage(DeltaRuleTokenUsage.of(reply.usage()))
                .finishReason(message.hasToolExecutionRequests() ? FinishReason.TOOL_EXECUTION : reason(reply))
                .modelName(modelName)
                .build();
    }

    private Reply reply(Responder responder, Consumer<String> out) {
        return refusals(() -> {
            if (!options.tools().isEmpty()
                    && !responder.templates().choose(options.prompt(messages)).takesTools()) {
                throw new UnsupportedFeatureException(
                        "tools: expected a model whose chat template takes them but found one without");
            }
            return responder.reply(messages, options, out);
        });
    }

    /** Whether the answer begins within its thinking. */
    boolean opensThinking(Responder responder) {
        return refusals(() -> responder.opensThinking(messages, options));
    }

    /** What the library refuses is a request that cannot be right. */
    private static <T> T refusals(Supplier<T> work) {
        try {
            return work.get();
        } catch (InvalidInputException e) {
            throw new InvalidRequestException(e.getMessage(), e);
        }
    }

    private static FinishReason reason(Reply reply) {
        return switch (reply.finish()) {
            case STOP -> FinishReason.STOP;
            case LENGTH, CONTEXT -> FinishReason.LENGTH;
            case INTERRUPTED -> FinishReason.OTHER;
        };
    }
}
