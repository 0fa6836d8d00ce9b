package io.deltarule.models.inference;

import io.deltarule.core.Form;
import io.deltarule.core.InvalidInputException;
import io.deltarule.core.PlanSpec;

/**
 * Capacities of a session.
 *
 * @param sequences how many texts go on side by side
 * @param maxContext most tokens that one of them may have in all; key/value caches are that long, delta layers cost the
 *     same whatever it is
 * @param piece most tokens of one run: longer prompts are taken in pieces, which bounds the memory that they need
 * @param logitRows how many rows of logits are computed at once
 * @param form how delta layers run over more than one token
 * @param chunkSize tokens per chunk, or {@link PlanSpec#OWN_CHUNK_SIZE}
 * @param checkpoints when states are kept for rolling back
 */
public record SessionOptions(
        int sequences, int maxContext, int piece, int logitRows, Form form, int chunkSize, Checkpoints checkpoints) {
    /** Eight chunks: more makes products hardly faster and takes memory for every layer's rows. */
    private static final int DEFAULT_PIECE = 512;

    /** Numbers of one block of logits where all of them are wanted, 64 MiB. */
    private static final int LOGIT_BLOCK = 1 << 24;

    /**
     * Which states a session keeps by itself, so that rolling back replays few tokens. Each is a copy of a sequence's
     * state.
     *
     * @param every after how many tokens another is kept, or 0 for never
     * @param most how many are kept; the oldest goes first
     */
    public record Checkpoints(int every, int most) {
        /** None but those that are asked for; eight of them. */
        public static final Checkpoints ON_DEMAND = new Checkpoints(0, 8);

        /**
         * Checks the numbers.
         *
         * @throws InvalidInputException if one is senseless
         */
        public Checkpoints {
            if (every < 0 || most < 1) {
                throw new InvalidInputException("checkpoints: expected every ≥ 0 tokens and at least 1 kept but found "
                        + every + " and " + most);
            }
        }
    }

    /**
     * Checks the numbers.
     *
     * @throws InvalidInputException naming the first that is senseless
     */
    public SessionOptions {
        atLeastOne("sequences", sequences);
        atLeastOne("maxContext", maxContext);
        atLeastOne("piece", piece);
        atLeastOne("logitRows", logitRows);
        if (chunkSize != PlanSpec.OWN_CHUNK_SIZE) {
            atLeastOne("chunkSize", chunkSize);
        }
        // Decoding brings a token of every sequence at once.
        piece = Math.max(piece, sequences);
        logitRows = Math.max(logitRows, sequences);
    }

    private static void atLeastOne(String name, int value) {
        if (value < 1) {
            throw new InvalidInputException(name + ": expected at least 1 but found " + value);
        }
    }

    /** One sequence of so many tokens at most. */
    public static SessionOptions of(int maxContext) {
        return new SessionOptions(
                1,
                maxContext,
                Math.min(DEFAULT_PIECE, Math.max(1, maxContext)),
                1,
                Form.AUTO,
                PlanSpec.OWN_CHUNK_SIZE,
                Checkpoints.ON_DEMAND);
    }

    /** The same for so many sequences; their prompts' tokens share the pieces. */
    public SessionOptions withSequences(int count) {
        return new SessionOptions(count, maxContext, piece, logitRows, form, chunkSize, checkpoints);
    }

    /** The same with shorter or longer pieces. */
    public SessionOptions withPiece(int tokens) {
        return new SessionOptions(sequences, maxContext, tokens, logitRows, form, chunkSize, checkpoints);
    }

    /** The same for a session whose logits are all wanted, not only those after the last token. */
    public SessionOptions withAllLogits(int vocabulary) {
        int rows = Math.clamp(LOGIT_BLOCK / Math.max(1, vocabulary), 1, piece);
        return new SessionOptions(
                sequences, maxContext, piece, Math.max(rows, logitRows), form, chunkSize, checkpoints);
    }

    /** The same with another form and chunk size. */
    public SessionOptions withForm(Form other, int C) {
        return new SessionOptions(sequences, maxContext, piece, logitRows, other, C, checkpoints);
    }

    /** The same with states kept by themselves. */
    public SessionOptions withCheckpoints(int every, int most) {
        return new SessionOptions(
                sequences, maxContext, piece, logitRows, form, chunkSize, new Checkpoints(every, most));
    }
}
