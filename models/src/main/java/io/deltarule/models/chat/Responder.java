package io.deltarule.models.chat;

import io.deltarule.core.InvalidInputException;
import io.deltarule.models.inference.Completion;
import io.deltarule.models.inference.Decoder;
import io.deltarule.models.inference.FinishReason;
import io.deltarule.models.inference.GenerationOptions;
import io.deltarule.models.inference.LanguageModel;
import io.deltarule.models.inference.ModelState;
import io.deltarule.models.inference.StopText;
import io.deltarule.models.inference.TextStream;
import io.deltarule.models.inference.Tokenizer;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/**
 * Answers conversations, each given as all of its messages. What was read before is not read again: the model's state after it
 * is carried on, where the conversation goes on, or taken up from one that was kept, where the template writes earlier turns
 * anew (it may leave out what the model thought) or another conversation had its turn in between.
 *
 * <p>What the model reads is, token for token, the template's text as the tokenizer encodes it; but for its own answers, which
 * stay the tokens that it wrote where these have the same text.
 *
 * <p>Thread-safe: one answer at a time.
 */
public final class Responder implements AutoCloseable {
    /** Bytes of states that are kept besides the one that is carried on. */
    public static final long DEFAULT_KEPT = 1L << 30;

    private final LanguageModel model;
    private final ChatTemplates templates;
    private final GrowingSession session;
    private final ReadStates kept;

    /** What the session has read and written; null before the first answer and after one that went wrong. */
    private ReadState live;

    private volatile boolean interrupted;

    /**
     * On a model.
     *
     * @param model stays open as long as this
     * @param templates at least one
     * @param maxContext most tokens of a conversation, answer included; 0 for as many as the model was made for
     * @param keptBytes how much memory states may take that are kept; the last one is kept whatever its size
     * @throws InvalidInputException if there is no template
     */
    public Responder(LanguageModel model, ChatTemplates templates, int maxContext, long keptBytes) {
        if (templates.isEmpty()) {
            throw new InvalidInputException(
                    "chat template: expected one in tokenizer_config.json or chat_template.jinja but"
                            + " found none; this model goes on with texts (generate)");
        }
        this.model = model;
        this.templates = templates;
        this.session = new GrowingSession(model, maxContext);
        this.kept = new ReadStates(keptBytes);
    }

    /** On a model with the templates of its folder. */
    public static Responder of(LanguageModel model) {
        return new Responder(model, ChatTemplates.of(model), 0, DEFAULT_KEPT);
    }

    /** The model. */
    public LanguageModel model() {
        return model;
    }

    /** How it wants conversations written. */
    public ChatTemplates templates() {
        return templates;
    }

    /**
     * Answers a conversation.
     *
     * @param messages all of them, the last one that is to be answered
     * @param options how
     * @param out takes the answer's text piece by piece, thinking included ({@link Thinking} tells it apart)
     * @return the answer
     * @throws InvalidInputException if the template refuses the messages, or they are longer than the context
     */
    public synchronized Reply reply(List<ChatMessage> messages, ChatOptions options, Consumer<String> out) {
        interrupted = false;
        ChatPrompt prompt = options.prompt(messages);
        String text = templates.render(prompt);
        int[] ids = encode(text);
        session.makeRoom(ids.length, options.generation().maxNewTokens());
        Reading reading = find(ids);
        live = null; // until all went well
        if (!read(ids, reading.have(), prompt)) {
            return new Reply("", "", "", FinishReason.INTERRUPTED, new Reply.Usage(ids.length, 0, 0, 0));
        }
        Reply.Usage usage = new Reply.Usage(ids.length, ids.length - reading.have(), reading.dropped(), 0);
        return write(text, ids, options, out, usage);
    }

    /**
     * Where reading begins.
     *
     * @param have how many ids the session is after
     * @param dropped how many it was after that are not among them
     */
    private record Reading(int have, int dropped) {}

    private int[] encode(String text) {
        int[] ids = model.tokenizer().encode(text, false); // the template writes the special tokens itself
        model.network().checkIds("prompt, by the tokenizer", ids);
        if (ids.length == 0) {
            throw new InvalidInputException("chat template: expected a text for these messages but found an empty one");
        }
        return ids;
    }

    /** Puts the session after as many of these ids as it can without reading. */
    private Reading find(int[] ids) {
        Tokenizer tokenizer = model.tokenizer();
        int have = live == null ? -1 : live.match(ids, tokenizer);
        ReadStates.Match best = kept.best(ids, tokenizer);
        if (have >= 0 && (best == null || best.length() <= have)) {
            return new Reading(have, 0);
        }
        int carried = 0;
        if (live != null) {
            carried = session.length();
            kept.add(live, session.state()); // another conversation's, perhaps
        }
        if (best == null) {
            session.reset();
            return new Reading(0, carried);
        }
        session.restore(best.state());
        return new Reading(best.length(), Math.max(0, carried - best.length()));
    }

    /** Feeds the rest; false where it was interrupted. */
    private boolean read(int[] ids, int have, ChatPrompt prompt) {
        int boundary = boundary(ids, prompt);
        if (boundary <= have) {
            return feed(ids, have, ids.length);
        }
        if (!feed(ids, have, boundary)) {
            return false;
        }
        kept.add(ReadState.of(Arrays.copyOf(ids, boundary)), session.state());
        return feed(ids, boundary, ids.length);
    }

    /**
     * Where the answer's beginning begins. A template that writes earlier turns anew changes what comes after this place in the
     * next turn, so the state there is worth keeping.
     */
    private int boundary(int[] ids, ChatPrompt prompt) {
        int[] without;
        try {
            without = model.tokenizer().encode(templates.render(prompt.withoutAnswer()), false);
        } catch (InvalidInputException refusedWithoutAnAnswer) {
            return 0;
        }
        int common = Arrays.mismatch(ids, without);
        return common < 0 ? ids.length : common;
    }

    private boolean feed(int[] ids, int from, int to) {
        for (int at = from; at < to; ) {
            if (interrupted) {
                return false;
            }
            int end = Math.min(to, at + session.piece());
            session.feed(Arrays.copyOfRange(ids, at, end));
            at = end;
        }
        return true;
    }

    private Reply write(String prompt, int[] ids, ChatOptions options, Consumer<String> out, Reply.Usage usage) {
        GenerationOptions generation = options.generation();
        Decoder decoder = session.decoder(generation);
        TextStream stream = new TextStream(model.tokenizer());
        StopText stop = new StopText(options.stops());
        StringBuilder all = new StringBuilder();
        StringBuilder shown = new StringBuilder();
        boolean more = !interrupted && decoder.step();
        while (more) {
            String fresh = stream.next(decoder.tokens()[0]);
            all.append(fresh);
            hand(stop.next(fresh), shown, out);
            // A stop token is not fed: the template writes the end of a turn itself.
            more = !interrupted && !stop.reached() && decoder.finish(0) == null && decoder.step();
        }
        String rest = stream.rest();
        all.append(rest);
        hand(stop.next(rest), shown, out);
        hand(stop.rest(), shown, out);
        Completion made = decoder.completion(0);
        FinishReason finish = made.finish();
        int[] answer = made.ids();
        if (finish == FinishReason.STOP) {
            answer = Arrays.copyOf(answer, answer.length - 1);
        } else {
            decoder.settle();
            finish = stop.reached() ? FinishReason.STOP : finish == null ? FinishReason.INTERRUPTED : finish;
        }
        live = new ReadState(ids, answer, all.toString());
        return reply(prompt, shown.toString(), finish, usage, made.ids().length);
    }

    private static void hand(String text, StringBuilder shown, Consumer<String> out) {
        if (!text.isEmpty()) {
            shown.append(text);
            out.accept(text);
        }
    }

    private static Reply reply(String prompt, String text, FinishReason finish, Reply.Usage usage, int written) {
        StringBuilder thought = new StringBuilder();
        StringBuilder answer = new StringBuilder();
        Thinking parts = new Thinking(Thinking.opens(prompt));
        Consumer<List<Thinking.Piece>> sort =
                pieces -> pieces.forEach(piece -> (piece.thought() ? thought : answer).append(piece.text()));
        sort.accept(parts.next(text));
        sort.accept(parts.rest());
        return new Reply(
                text,
                thought.toString(),
                answer.toString(),
                finish,
                new Reply.Usage(usage.prompt(), usage.read(), usage.dropped(), written));
    }

    /** Ends the answer that is being made, as soon as its next token is there; from any thread. */
    public void interrupt() {
        interrupted = true;
    }

    /** Whether an answer to these messages would begin within its thinking, because the template opens it. */
    public boolean opensThinking(List<ChatMessage> messages, ChatOptions options) {
        return Thinking.opens(templates.render(options.prompt(messages)));
    }

    /** What the session has read and written, and its state; null before the first answer. */
    synchronized ReadStates.Entry current() {
        return live == null ? null : new ReadStates.Entry(live, session.state());
    }

    /** Takes up what {@link #current} gave. */
    synchronized void take(ReadState read, ModelState state) {
        session.makeRoom(state.length(), 0);
        session.restore(state);
        live = read;
    }

    /** Forgets all states. */
    public synchronized void forget() {
        live = null;
        kept.clear();
    }

    @Override
    public synchronized void close() {
        session.close();
    }
}
