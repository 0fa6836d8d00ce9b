package io.deltarule.models.chat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.deltarule.core.InvalidInputException;
import io.deltarule.models.inference.FinishReason;
import io.deltarule.models.inference.LanguageModel;
import io.deltarule.models.inference.ModelState;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * A conversation with a model: what was said, and the model's state after it. Each turn costs the tokens of its own message and
 * answer.
 *
 * <pre>
 *   try (LanguageModel model = LanguageModel.open(folder);
 *           Conversation conversation = Conversation.with(model, ChatOptions.of(GenerationOptions.greedy(200)))) {
 *       conversation.say("What is a delta rule?", System.out::print);
 *       conversation.say("And in one sentence?", System.out::print);
 *   }
 * </pre>
 *
 * One thread uses it at a time; {@link #interrupt} comes from any.
 */
public final class Conversation implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String NOTE = "conversation";

    private final Responder responder;
    private final List<ChatMessage> messages = new ArrayList<>();
    private ChatOptions options;

    /**
     * On a responder, which several conversations may share; closed with this one.
     *
     * @param responder answers
     * @param options how
     */
    public Conversation(Responder responder, ChatOptions options) {
        this.responder = responder;
        this.options = options;
    }

    /**
     * With a model, by the templates of its folder.
     *
     * @throws InvalidInputException if it has none
     */
    public static Conversation with(LanguageModel model, ChatOptions options) {
        return new Conversation(Responder.of(model), options);
    }

    /** What was said so far. */
    public List<ChatMessage> messages() {
        return List.copyOf(messages);
    }

    /** How answers are made. */
    public ChatOptions options() {
        return options;
    }

    /** From the next answer on, answers are made otherwise. */
    public void options(ChatOptions other) {
        options = other;
    }

    /** What the model is told before the conversation; null for nothing. What was said stays said. */
    public void system(String text) {
        if (!messages.isEmpty() && messages.getFirst().role().equals("system")) {
            messages.removeFirst();
        }
        if (text != null) {
            messages.addFirst(ChatMessage.system(text));
        }
    }

    /** As {@link #say(String, Consumer)}, all at once. */
    public Reply say(String text) {
        return say(text, piece -> {});
    }

    /**
     * Says something and hands out the answer as it comes.
     *
     * @param text what the user says
     * @param out takes the answer piece by piece, thinking included
     * @return the answer, which is part of the conversation now, as far as it came. One that was interrupted before its
     *     first token leaves the conversation as it was
     */
    public Reply say(String text, Consumer<String> out) {
        return add(ChatMessage.user(text), out);
    }

    /** Adds any message, a tool's for example, and hands out the answer to it. */
    public Reply add(ChatMessage message, Consumer<String> out) {
        List<ChatMessage> next = new ArrayList<>(messages);
        next.add(message);
        Reply reply = responder.reply(next, options, out);
        if (reply.finish() != FinishReason.INTERRUPTED || reply.usage().written() > 0) {
            messages.add(message);
            messages.add(ChatMessage.assistant(reply.text()));
        }
        return reply;
    }

    /** Whether an answer to what is said next begins within its thinking. */
    public boolean opensThinking(String text) {
        List<ChatMessage> next = new ArrayList<>(messages);
        next.add(ChatMessage.user(text));
        return responder.opensThinking(next, options);
    }

    /** Whether the model's template has a switch for thinking ({@link ChatOptions#withThinking}). */
    public boolean switchesThinking() {
        return responder.templates().choose(options.prompt(messages)).switchesThinking();
    }

    /** Ends the answer that is being made; from any thread. */
    public void interrupt() {
        responder.interrupt();
    }

    /** Begins anew and forgets all states; what the model is told before a conversation stays. */
    public void reset() {
        boolean told = !messages.isEmpty() && messages.getFirst().role().equals("system");
        messages.subList(told ? 1 : 0, messages.size()).clear();
        responder.forget();
    }

    /**
     * Saves messages and state as one file, which {@link ModelState#load} takes too.
     *
     * @throws InvalidInputException if nothing was said yet
     * @throws io.deltarule.loader.SafetensorsException if the operating system refuses
     */
    public void save(Path file) {
        ReadStates.Entry current = responder.current();
        if (current == null) {
            throw new InvalidInputException(
                    "conversation: expected at least one answer before it is saved but found none; say something first");
        }
        Map<String, Object> note = new LinkedHashMap<>();
        note.put("messages", messages.stream().map(ChatMessage::asMap).toList());
        note.put("prompt", current.read().prompt());
        note.put("answer", current.read().answer());
        note.put("text", current.read().text());
        try {
            current.state()
                    .with(Map.of(NOTE, JSON.writeValueAsString(note)))
                    .save(file, responder.model().network());
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("texts and numbers always have a JSON form", e);
        }
    }

    /**
     * Takes up a conversation that was saved; it costs no token to go on with it.
     *
     * @throws InvalidInputException if the file is another model's, damaged, or a state without a conversation
     * @throws io.deltarule.loader.SafetensorsException if it is no safetensors file
     */
    public void load(Path file) {
        ModelState state = ModelState.load(file, responder.model().network());
        String note = state.notes().get(NOTE);
        if (note == null) {
            throw new InvalidInputException(file + ": expected a saved conversation but found a state without messages;"
                    + " generate --load-state goes on from it");
        }
        JsonNode saved;
        try {
            saved = JSON.readTree(note);
        } catch (JsonProcessingException e) {
            throw new InvalidInputException(
                    file + ": expected a saved conversation but found " + e.getOriginalMessage() + "; save it again");
        }
        List<ChatMessage> all = new ArrayList<>();
        for (JsonNode message : part(file, saved, "messages")) {
            all.add(ChatMessage.of(JSON.convertValue(message, new TypeReference<Map<String, Object>>() {})));
        }
        int[] prompt = ids(file, saved, "prompt");
        int[] answer = ids(file, saved, "answer");
        responder.take(new ReadState(prompt, answer, part(file, saved, "text").asText()), state);
        messages.clear();
        messages.addAll(all);
    }

    private static JsonNode part(Path file, JsonNode saved, String name) {
        if (!saved.has(name)) {
            throw new InvalidInputException(
                    file + ": expected " + name + " in a saved conversation but found none; save it" + " again");
        }
        return saved.get(name);
    }

    private int[] ids(Path file, JsonNode saved, String name) {
        List<Integer> ids = new ArrayList<>();
        part(file, saved, name).forEach(id -> ids.add(id.asInt(-1)));
        int[] array = ids.stream().mapToInt(Integer::intValue).toArray();
        responder.model().network().checkIds(file + ": " + name, array);
        return array;
    }

    @Override
    public void close() {
        responder.close();
    }
}
