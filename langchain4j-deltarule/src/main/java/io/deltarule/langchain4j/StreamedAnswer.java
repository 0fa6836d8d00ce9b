package io.deltarule.langchain4j;

import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.CompleteToolCall;
import dev.langchain4j.model.chat.response.PartialResponse;
import dev.langchain4j.model.chat.response.PartialResponseContext;
import dev.langchain4j.model.chat.response.PartialThinking;
import dev.langchain4j.model.chat.response.PartialThinkingContext;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.chat.response.StreamingHandle;
import io.deltarule.models.chat.Responder;
import io.deltarule.models.chat.Thinking;
import java.util.List;

/** One answer on its way to a handler. After it was cancelled, the handler hears nothing of it any more. */
final class StreamedAnswer implements StreamingHandle {
    private static final String CALL = "<tool_call>";

    private final ChatExchange exchange;
    private final Responder responder;
    private final StreamingChatResponseHandler handler;
    private volatile boolean cancelled;
    private volatile boolean underWay;

    /** What may be the beginning of a call, or is one: calls are handed over whole. */
    private String held = "";

    StreamedAnswer(ChatExchange exchange, Responder responder, StreamingChatResponseHandler handler) {
        this.exchange = exchange;
        this.responder = responder;
        this.handler = handler;
    }

    void run() {
        try {
            Thinking parts = new Thinking(exchange.opensThinking(responder));
            ChatResponse response = exchange.answer(responder, text -> {
                underWay = true;
                if (!cancelled) {
                    hand(parts.next(text));
                } else {
                    responder.interrupt();
                }
            });
            underWay = false;
            if (!cancelled) {
                hand(parts.rest());
                end(response);
            }
        } catch (RuntimeException | Error e) {
            if (!cancelled) {
                handler.onError(e);
            }
        }
    }

    private void hand(List<Thinking.Piece> pieces) {
        for (Thinking.Piece piece : pieces) {
            if (piece.thought()) {
                handler.onPartialThinking(new PartialThinking(piece.text()), new PartialThinkingContext(this));
            } else {
                answer(piece.text());
            }
        }
    }

    private void answer(String text) {
        held += text;
        int certain = exchange.options().tools().isEmpty() ? held.length() : beforeCall();
        String fresh = held.substring(0, certain);
        held = held.substring(certain);
        if (!fresh.isEmpty()) {
            handler.onPartialResponse(new PartialResponse(fresh), new PartialResponseContext(this));
        }
    }

    private int beforeCall() {
        int call = held.indexOf(CALL);
        if (call >= 0) {
            return call;
        }
        for (int from = Math.max(0, held.length() - CALL.length() + 1); from < held.length(); from++) {
            if (CALL.startsWith(held.substring(from))) {
                return from;
            }
        }
        return held.length();
    }

    private void end(ChatResponse response) {
        List<ToolExecutionRequest> calls = response.aiMessage().toolExecutionRequests();
        for (int i = 0; i < calls.size(); i++) {
            handler.onCompleteToolCall(new CompleteToolCall(i, calls.get(i)));
        }
        if (calls.isEmpty() && !held.isEmpty()) { // what looked like a call is text
            handler.onPartialResponse(new PartialResponse(held), new PartialResponseContext(this));
        }
        handler.onCompleteResponse(response);
    }

    /** Ends the model's work on it. */
    @Override
    public void cancel() {
        cancelled = true;
        if (underWay) { // else another's answer may be, and this one ends with its first text
            responder.interrupt();
        }
    }

    @Override
    public boolean isCancelled() {
        return cancelled;
    }
}
