package io.deltarule.models.corpus;

import io.deltarule.models.inference.LanguageModel;
import io.deltarule.models.inference.ModelState;
import io.deltarule.models.inference.Session;
import io.deltarule.models.inference.SessionOptions;
import java.util.ArrayList;
import java.util.List;

/**
 * The sessions that texts are read into: one for texts that share runs, one for a text alone. Made when first needed. For {@linkplain
 * CorpusTask tasks} alone.
 */
public final class RunReader implements AutoCloseable {
    private final LanguageModel model;
    private final CorpusOptions options;
    private final CorpusTask<?> task;
    private final PrefixStates prefixes;
    private Session packed;
    private Session alone;

    RunReader(LanguageModel model, CorpusOptions options, CorpusTask<?> task, PrefixStates prefixes) {
        this.model = model;
        this.options = options;
        this.task = task;
        this.prefixes = prefixes;
    }

    LanguageModel model() {
        return model;
    }

    /** Most tokens of a text after its prefix. */
    int room(EncodedText text) {
        return options.contextOf(model.network()) - text.prefix().length;
    }

    /** Whether a text may share a run: it is read in one piece then, alone or not. */
    boolean packs(EncodedText text) {
        return text.ids().length <= Math.min(options.pieceOf(model.network()), room(text) - task.added());
    }

    /**
     * A session whose first sequences stand behind these texts' prefixes.
     *
     * @param texts several that may share a run, or one
     * @return not to be closed
     */
    Session begin(List<EncodedText> texts) {
        List<ModelState> states = new ArrayList<>();
        int longest = 0;
        for (EncodedText text : texts) {
            states.add(text.prefix().length == 0 ? null : prefix(text.prefix()));
            longest = Math.max(longest, text.prefix().length);
        }
        Session session = packs(texts.getFirst())
                ? packed(longest)
                : alone(longest + (long) texts.getFirst().ids().length);
        session.restore(states);
        return session;
    }

    /** Feeds texts to the sequences that {@link #begin} has placed, in runs of whole texts. */
    void feed(Session session, List<EncodedText> texts) {
        int[][] ids = new int[session.options().sequences()][0];
        int tokens = 0;
        for (int i = 0; i < texts.size(); i++) {
            int[] own = texts.get(i).ids();
            if (tokens > 0 && tokens + own.length > session.options().piece()) {
                session.feed(ids);
                ids = new int[ids.length][0];
                tokens = 0;
            }
            ids[i] = own;
            tokens += own.length;
        }
        session.feed(ids);
    }

    private ModelState prefix(int[] ids) {
        return prefixes.get(ids, options.pieceOf(model.network()), () -> {
            Session session = alone(ids.length);
            session.restore(List.of());
            session.feed(new int[][] {ids});
            return session.state(0);
        });
    }

    private Session packed(int prefix) {
        packed = fitting(packed, options.packed(model.network(), task.added(), prefix));
        return packed;
    }

    private Session alone(long tokens) {
        alone = fitting(alone, options.alone(model.network(), tokens + task.added()));
        return alone;
    }

    /** The same session if it holds as many tokens, else another that holds some more than are needed now. */
    private Session fitting(Session now, SessionOptions wanted) {
        if (now != null && now.options().maxContext() >= wanted.maxContext()) {
            return now;
        }
        if (now != null) {
            now.close();
        }
        long roomy = Math.max(wanted.maxContext(), Long.highestOneBit(wanted.maxContext() - 1L) * 2);
        SessionOptions made = new SessionOptions(
                wanted.sequences(),
                (int) Math.min(options.contextOf(model.network()), roomy),
                wanted.piece(),
                wanted.logitRows(),
                wanted.form(),
                wanted.chunkSize(),
                wanted.checkpoints());
        return model.session(
                task.allLogits() ? made.withAllLogits(model.network().vocabulary()) : made);
    }

    @Override
    public void close() {
        if (packed != null) {
            packed.close();
        }
        if (alone != null) {
            alone.close();
        }
    }
}
