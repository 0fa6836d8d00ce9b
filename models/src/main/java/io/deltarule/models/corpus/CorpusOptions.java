package io.deltarule.models.corpus;

import io.deltarule.core.InvalidInputException;
import io.deltarule.models.inference.Network;
import io.deltarule.models.inference.SessionOptions;
import java.io.Serializable;

/**
 * How texts are packed into runs. What a text's numbers are depends on {@code piece} and {@code context} in their last bits, and not on
 * {@code sequences} nor on what the texts beside it are.
 *
 * @param piece most tokens of one run; whole texts are packed up to it, and a longer one is read alone, in pieces of so many. Texts that are
 *     gone on with are read in several runs and then go on together
 * @param sequences most texts of one run
 * @param context most tokens of a text with its prefix, or 0 for the model's own: what it was made for, at most {@value #MOST_CACHED} where it
 *     keeps keys and values of all tokens, and without a limit where its layers carry states of a fixed size and it does not say
 */
public record CorpusOptions(int piece, int sequences, int context) implements Serializable {
    private static final int MOST_CACHED = 4096;

    /** Runs of 512 tokens, at most 16 texts of them, in the model's own context. */
    public static final CorpusOptions DEFAULT = new CorpusOptions(512, 16, 0);

    /**
     * Checks the numbers.
     *
     * @throws InvalidInputException naming the first that is senseless
     */
    public CorpusOptions {
        if (piece < 1) {
            throw new InvalidInputException("piece: expected at least 1 token but found " + piece);
        }
        if (sequences < 1) {
            throw new InvalidInputException("sequences: expected at least 1 but found " + sequences);
        }
        if (context < 0 || context == 1) {
            throw new InvalidInputException(
                    "context: expected at least 2 tokens, or 0 for the model's own, but found " + context);
        }
    }

    /** The most tokens of a text for this model. */
    int contextOf(Network network) {
        if (context > 0) {
            return context;
        }
        int made = network.maxPositions() == 0 ? Integer.MAX_VALUE : network.maxPositions();
        return network.cacheBytes(2) > 0 ? Math.min(made, MOST_CACHED) : made;
    }

    /** Most tokens of a text that shares a run with others. */
    int pieceOf(Network network) {
        return Math.min(piece, contextOf(network));
    }

    /** A session for packed texts, to each of which so many tokens are added, after prefixes of at most so many. */
    SessionOptions packed(Network network, int added, int prefix) {
        int piece = pieceOf(network);
        long most = Math.min(contextOf(network), (long) prefix + piece + added);
        return SessionOptions.of((int) Math.min(Integer.MAX_VALUE, most))
                .withPiece(piece)
                .withSequences(sequences);
    }

    /** A session for one long text. */
    SessionOptions alone(Network network, long tokens) {
        return SessionOptions.of((int) Math.min(contextOf(network), Math.max(1L, tokens)))
                .withPiece(pieceOf(network));
    }
}
