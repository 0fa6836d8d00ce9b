package io.deltarule.langchain4j;

import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a model does where a request does not say.
 *
 * @param name what responses call the model
 * @param parameters defaults of requests
 * @param maxOutputTokens most tokens of an answer
 * @param seed of the draws
 * @param thinking before an answer; null for the template's own choice
 * @param variables further ones for the template
 * @param listeners told of requests and responses
 */
record ModelSettings(
        String name,
        ChatRequestParameters parameters,
        int maxOutputTokens,
        long seed,
        Boolean thinking,
        Map<String, Object> variables,
        List<ChatModelListener> listeners) {
    /** Copies lists and map. */
    ModelSettings {
        variables = new LinkedHashMap<>(variables);
        listeners = List.copyOf(listeners);
    }
}
