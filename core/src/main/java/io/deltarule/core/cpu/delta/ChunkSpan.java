package io.deltarule.core.cpu.delta;

/**
 * The micro-steps of the chunk at hand and which of them are read after: the last of every token. With n micro-steps
 * per token a chunk may begin and end within one, and has fewer queries than micro-steps.
 */
public final class ChunkSpan {
    /** Micro-steps per token. */
    int n = 1;

    /** Micro-steps, the rows of k, e, u and P. */
    int rows;

    /** The rows of q and O. */
    int queries;

    private int phase;

    /**
     * Moves on to another chunk.
     *
     * @param count micro-steps
     * @param firstPhase which of its token's the first is
     * @param perToken micro-steps per token
     */
    public void set(int count, int firstPhase, int perToken) {
        rows = count;
        phase = firstPhase;
        n = perToken;
        queries = (phase + rows) / n;
    }

    /** The micro-step after which query a reads. */
    int position(int a) {
        return (a + 1) * n - 1 - phase;
    }

    /** How many queries read before micro-step i. */
    int queriesBefore(int i) {
        return (phase + i) / n;
    }

    /** Whether micro-step i is a token's first, the one that decays. */
    boolean beginsToken(int i) {
        return (phase + i) % n == 0;
    }

    /** The first micro-step that begins a token; may lie past the chunk. */
    int firstBegun() {
        return (n - phase) % n;
    }

    /** How many tokens begin in the chunk. */
    int tokensBegun() {
        return (rows - firstBegun() + n - 1) / n;
    }

    /** Which of the chunk's tokens micro-step i belongs to. */
    int token(int i) {
        return (phase + i) / n;
    }
}
