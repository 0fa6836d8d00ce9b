package io.deltarule.models.inference;

import io.deltarule.core.NumericException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Set;

/**
 * Goes on with a session's sequences, a token of each per step. A step's tokens are fed to the session at the next step, so
 * that the last ones cost no run that nobody needs. A caller may stop at any time; {@link #settle} then feeds what is left
 * over, and the session stands where the texts end.
 */
public final class Decoder {
    /** What {@link #tokens} has for a sequence that had ended before. */
    public static final int NONE = -1;

    private final Session session;
    private final List<GenerationOptions> options; // per sequence; null for one that does not go on
    private final List<Sampler> samplers = new ArrayList<>();
    private final boolean together; // whether the sequences share a seed, and draw by their place among the others
    private final int[] tokens;
    private final int[] made;
    private final FinishReason[] finishes;
    private final TokenHistory[] texts;
    private boolean fed = true;

    /**
     * Begins where the session's sequences are.
     *
     * @param session each of its sequences has had a token
     * @param options when to stop
     */
    public Decoder(Session session, GenerationOptions options) {
        this(session, Collections.nCopies(session.options().sequences(), options), true);
    }

    /**
     * Begins where the session's sequences are, each with options of its own. Each draws as it would alone in a session, whatever its place
     * is here.
     *
     * @param session each of its sequences that goes on has had a token
     * @param options one for each of the first sequences, or null for one that does not go on; the others do not
     */
    public Decoder(Session session, List<GenerationOptions> options) {
        this(session, options, false);
    }

    private Decoder(Session session, List<GenerationOptions> options, boolean together) {
        this.session = session;
        this.options = new ArrayList<>(options);
        this.together = together;
        int count = session.options().sequences();
        while (this.options.size() < count) {
            this.options.add(null);
        }
        this.tokens = new int[count];
        this.made = new int[count];
        this.finishes = new FinishReason[count];
        this.texts = new TokenHistory[count];
        Sampler one = together
                ? new Sampler(options.getFirst().sampling(), session.network().vocabulary())
                : null;
        for (int i = 0; i < count; i++) {
            texts[i] = new TokenHistory();
            GenerationOptions own = this.options.get(i);
            if (own == null) {
                finishes[i] = FinishReason.LENGTH;
                samplers.add(null);
            } else {
                session.logits(i); // throws for a sequence without a token: there is nothing to go on from
                samplers.add(
                        together
                                ? one
                                : new Sampler(own.sampling(), session.network().vocabulary()));
            }
        }
    }

    /**
     * Chooses the next token of every sequence that has not ended.
     *
     * @return whether there was one; {@link #tokens} are then the new ones
     */
    public boolean step() {
        settle();
        boolean any = false;
        for (int i = 0; i < tokens.length; i++) {
            tokens[i] = NONE;
            if (finishes[i] == null) {
                if (made[i] == options.get(i).maxNewTokens()) {
                    finishes[i] = FinishReason.LENGTH;
                } else if (session.length(i) == session.options().maxContext()) {
                    finishes[i] = FinishReason.CONTEXT;
                } else {
                    tokens[i] = choose(i);
                    any = true;
                }
            }
        }
        fed = !any;
        return any;
    }

    private int choose(int sequence) {
        int token;
        try {
            token = samplers.get(sequence)
                    .next(
                            session.logits(sequence),
                            session.length(sequence),
                            together ? sequence : 0,
                            () -> session.ids(sequence),
                            texts[sequence]::ids);
        } catch (NumericException e) {
            throw session.network().explained(e);
        }
        made[sequence]++;
        texts[sequence].append(new int[] {token}, 0, 1);
        Set<Integer> stops = options.get(sequence).stops();
        if ((stops == null ? session.network().stops() : stops).contains(token)) {
            finishes[sequence] = FinishReason.STOP;
        }
        return token;
    }

    /** Why a sequence's text ended; null while it has not. A stop token ends it at once, before it is fed. */
    public FinishReason finish(int sequence) {
        return finishes[sequence];
    }

    /** Ends a sequence's text where it is, because of what its text says for example. */
    public void end(int sequence) {
        if (finishes[sequence] == null) {
            finishes[sequence] = FinishReason.STOP;
        }
    }

    /** The last step's tokens, one per sequence, {@link #NONE} where it had ended before. */
    public int[] tokens() {
        return tokens.clone();
    }

    /** Feeds what the last step chose, so that the session's states are those after all tokens handed out. */
    public void settle() {
        if (!fed) {
            fed = true;
            session.feed(Arrays.stream(tokens)
                    .mapToObj(token -> token == NONE ? new int[0] : new int[] {token})
                    .toArray(int[][]::new));
        }
    }

    /** A sequence's new tokens so far; finish is null while it has not ended. */
    public Completion completion(int sequence) {
        return new Completion(texts[sequence].ids(), finishes[sequence]);
    }
}
