package io.deltarule.core.cpu.delta.kernel;

/**
 * The micro-steps of the chunk at hand, which of them are read after (the last of every token), and how rows of reads and
 * of the erasure are stacked in one matrix.
 *
 * <p>With n micro-steps per token a chunk may begin and end within one, and has fewer queries than micro-steps. Rows that
 * meet the keys come in blocks, first those of the reads, each with one row per query, then the erasure's with one row per
 * micro-step:
 *
 * <pre>
 *   block 0            one row per query      further reads, if any: the selective read's
 *   …
 *   block blocks − 1   one row per query      the linear read q, from {@link #readAt} on
 *   erasure            one row per micro-step e, from {@link #eraseAt} on, so that [q; e] is one matrix; none where e = 0
 * </pre>
 */
public final class ChunkSpan {
    /** Micro-steps per token. */
    public int n = 1;

    /** Micro-steps of the chunk, the rows of k, e, u and P. */
    public int rows;

    /** Tokens that end in the chunk, the rows of q and O. */
    public int queries;

    /** Blocks of reads; 0 where nobody reads. */
    public int blocks = 1;

    private final boolean erases;

    /** The first micro-step among all of the run. */
    public long row;

    /** The token that it belongs to. */
    public int token;

    private int phase;

    /** @param erases whether there is an erasure's block: not where e = 0 */
    public ChunkSpan(boolean erases) {
        this.erases = erases;
    }

    /** Whether there is an erasure's block. */
    public boolean erases() {
        return erases;
    }

    /** Blocks of all kinds. */
    public int allBlocks() {
        return erases ? blocks + 1 : blocks;
    }

    /** Rows of the erasure's block. */
    public int erasures() {
        return erases ? rows : 0;
    }

    /**
     * Moves on to another chunk.
     *
     * @param firstRow its first micro-step among all of the run
     * @param count micro-steps
     * @param perToken micro-steps per token
     * @param readBlocks blocks of reads
     */
    public void set(long firstRow, int count, int perToken, int readBlocks) {
        row = firstRow;
        rows = count;
        n = perToken;
        blocks = readBlocks;
        phase = (int) (firstRow % perToken);
        token = (int) (firstRow / perToken);
        queries = (phase + rows) / n;
    }

    /** The first row of the linear read's block. */
    public int readAt() {
        return Math.max(0, blocks - 1) * queries;
    }

    /** The first row of the erasure's block. */
    public int eraseAt() {
        return blocks * queries;
    }

    /** All rows of all blocks. */
    public int stacked() {
        return eraseAt() + erasures();
    }

    /** The micro-step after which query a reads. */
    public int position(int a) {
        return (a + 1) * n - 1 - phase;
    }

    /** How many queries read before micro-step i. */
    public int queriesBefore(int i) {
        return (phase + i) / n;
    }

    /** The query that reads after micro-step i, −1 if none does. */
    public int queryAt(int i) {
        return (phase + i + 1) % n == 0 ? (phase + i) / n : -1;
    }

    /** Whether micro-step i is a token's first, the one that decays. */
    public boolean beginsToken(int i) {
        return (phase + i) % n == 0;
    }

    /** The first micro-step that begins a token; may lie past the chunk. */
    public int firstBegun() {
        return (n - phase) % n;
    }

    /** How many tokens begin in the chunk. */
    public int tokensBegun() {
        return (rows - firstBegun() + n - 1) / n;
    }

    /** The token, among all of the run, that micro-step i of the chunk belongs to. */
    public int tokenOf(int i) {
        return token + (phase + i) / n;
    }
}
