package io.deltarule.langchain4j;

import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.request.DefaultChatRequestParameters;
import io.deltarule.core.DeltaEngine;
import io.deltarule.core.Engines;
import io.deltarule.core.InvalidInputException;
import io.deltarule.models.chat.ChatTemplates;
import io.deltarule.models.chat.Responder;
import io.deltarule.models.inference.LanguageModel;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What both kinds of chat model are made of: either a folder, which is opened and closed with the model, or a {@link Responder}
 * that someone else closes and that several models may share, weights and states included.
 *
 * @param <B> the builder itself
 */
public abstract sealed class DeltaRuleModelBuilder<B extends DeltaRuleModelBuilder<B>>
        permits DeltaRuleChatModel.Builder, DeltaRuleStreamingChatModel.Builder {
    private static final int DEFAULT_OUTPUT = 4096;

    private Path folder;
    private DeltaEngine engine;
    private String device;
    private Responder responder;
    private int maxContext;
    private long keptBytes = Responder.DEFAULT_KEPT;
    private Double temperature;
    private Double topP;
    private Integer topK;
    private Double presencePenalty;
    private List<String> stopSequences;
    private ChatRequestParameters parameters = DefaultChatRequestParameters.EMPTY;
    private int maxOutputTokens = DEFAULT_OUTPUT;
    private long seed;
    private Boolean thinking;
    private final Map<String, Object> variables = new LinkedHashMap<>();
    private List<ChatModelListener> listeners = List.of();

    DeltaRuleModelBuilder() {}

    abstract B self();

    /** A published model's folder with a chat template, or whatever else {@link LanguageModel#open} takes. */
    public B folder(Path path) {
        folder = path;
        return self();
    }

    /** What it runs on; by default a TornadoVM GPU if there is one, else the CPU. */
    public B engine(DeltaEngine choice) {
        engine = choice;
        return self();
    }

    /** One of the engine's devices; by default its own choice. */
    public B device(String id) {
        device = id;
        return self();
    }

    /** An open model's, in place of a folder. */
    public B responder(Responder open) {
        responder = open;
        return self();
    }

    /** Most tokens of a conversation, answer included; by default as many as the model was made for. */
    public B maxContext(int tokens) {
        maxContext = tokens;
        return self();
    }

    /** How much memory the states of conversations may take that wait for their next turn; 1 GiB by default. */
    public B keptBytes(long bytes) {
        keptBytes = bytes;
        return self();
    }

    /** 0 takes the likeliest token; by default, as with all of these, what generation_config.json says. */
    public B temperature(Double value) {
        temperature = value;
        return self();
    }

    /** Draws from the likeliest tokens that together reach this. */
    public B topP(Double value) {
        topP = value;
        return self();
    }

    /** Draws from so many of the likeliest tokens. */
    public B topK(Integer value) {
        topK = value;
        return self();
    }

    /** Above 0: tokens that were written become less likely. */
    public B presencePenalty(Double value) {
        presencePenalty = value;
        return self();
    }

    /** Texts that an answer ends before. */
    public B stopSequences(List<String> texts) {
        stopSequences = texts;
        return self();
    }

    /** Most tokens of an answer; 4096 by default. */
    public B maxOutputTokens(int tokens) {
        maxOutputTokens = tokens;
        return self();
    }

    /** The same seed draws the same answers. */
    public B seed(long number) {
        seed = number;
        return self();
    }

    /** Whether it thinks before it answers, where its template has a switch for that; by default the template's own choice. */
    public B thinking(Boolean on) {
        thinking = on;
        return self();
    }

    /** A further variable for the chat template. */
    public B templateVariable(String name, Object value) {
        variables.put(name, value);
        return self();
    }

    /** Defaults of requests; what this builder says comes before. */
    public B defaultRequestParameters(ChatRequestParameters defaults) {
        parameters = defaults;
        return self();
    }

    /** Told of requests, responses and errors. */
    public B listeners(List<ChatModelListener> all) {
        listeners = all;
        return self();
    }

    ModelSettings settings() {
        ChatRequestParameters own = ChatRequestParameters.builder()
                .temperature(temperature)
                .topP(topP)
                .topK(topK)
                .presencePenalty(presencePenalty)
                .stopSequences(stopSequences)
                .build();
        return new ModelSettings(
                name(), parameters.overrideWith(own), maxOutputTokens, seed, thinking, variables, listeners);
    }

    private String name() {
        Path named =
                folder != null || responder == null ? folder : responder.model().folder();
        return named == null ? "deltarule" : String.valueOf(named.getFileName());
    }

    /** The responder, and whatever has to be closed with the model. */
    OpenModel open() {
        if ((folder == null) == (responder == null)) {
            throw new InvalidInputException("model: expected a folder or a responder but found "
                    + (folder == null ? "neither" : "both") + "; give one");
        }
        if (responder != null) {
            return new OpenModel(responder, List.of());
        }
        LanguageModel model = LanguageModel.open(folder, engine == null ? Engines.automatic() : engine, device);
        try {
            Responder own = new Responder(model, ChatTemplates.of(model), maxContext, keptBytes);
            return new OpenModel(own, List.of(own::close, model::close));
        } catch (RuntimeException | Error e) {
            model.close();
            throw e;
        }
    }

    /**
     * What a model answers with.
     *
     * @param responder answers
     * @param closing what is closed with it, in order
     */
    record OpenModel(Responder responder, List<Runnable> closing) {
        void close() {
            closing.forEach(Runnable::run);
        }
    }
}
