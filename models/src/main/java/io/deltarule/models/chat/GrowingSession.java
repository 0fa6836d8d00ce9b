package io.deltarule.models.chat;

import io.deltarule.core.InvalidInputException;
import io.deltarule.models.inference.Decoder;
import io.deltarule.models.inference.GenerationOptions;
import io.deltarule.models.inference.LanguageModel;
import io.deltarule.models.inference.ModelState;
import io.deltarule.models.inference.Session;

/**
 * A session of one sequence whose context grows with the conversation: key/value caches are as long as a session's context, so
 * that of all that a model was made for may not fit. Models without such caches have it all at once.
 */
final class GrowingSession implements AutoCloseable {
    private static final int FIRST = 4096;

    private final LanguageModel model;
    private final int most;
    private Session session;

    GrowingSession(LanguageModel model, int maxContext) {
        this.model = model;
        int made = model.network().maxPositions() == 0
                ? Integer.MAX_VALUE
                : model.network().maxPositions();
        this.most = maxContext == 0 ? made : maxContext;
    }

    /**
     * Makes sure that a conversation fits.
     *
     * @param prompt its tokens before the answer
     * @param answer most tokens of the answer, which may get fewer
     * @throws InvalidInputException if the prompt leaves no room for an answer
     */
    void makeRoom(int prompt, int answer) {
        if (prompt >= most && answer > 0) {
            throw new InvalidInputException("context: expected a conversation of fewer than " + most
                    + " tokens but found one of " + prompt + "; begin a new one, or allow a longer context");
        }
        long need = Math.min(most, (long) prompt + answer);
        if (session != null && session.options().maxContext() >= need) {
            return;
        }
        boolean caches = model.network().cacheBytes(1) > 0;
        int size = (int) (caches ? Math.min(most, Math.max(FIRST, 2 * need)) : most);
        Session larger = model.session(size);
        if (session != null) {
            try {
                if (session.length(0) > 0) {
                    larger.restore(0, session.state(0));
                }
            } catch (RuntimeException | Error e) {
                larger.close();
                throw e;
            }
            session.close();
        }
        session = larger;
    }

    int length() {
        return session.length(0);
    }

    /** Tokens of one run. */
    int piece() {
        return session.options().piece();
    }

    void feed(int[] ids) {
        session.feed(new int[][] {ids});
    }

    ModelState state() {
        return session.state(0);
    }

    void restore(ModelState state) {
        session.restore(0, state);
    }

    void reset() {
        session.reset(0);
    }

    Decoder decoder(GenerationOptions options) {
        return new Decoder(session, options);
    }

    @Override
    public void close() {
        if (session != null) {
            session.close();
        }
    }
}
