package io.deltarule.tornado.graph;

import io.deltarule.core.DeltaShape;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * What changes from run to run, as integers that kernels can read: lengths travel as data, so a new length needs no new
 * kernel.
 *
 * <pre>
 *   [RUN]              number of this run, copied by each launch to its own place among the signatures
 *   [CHUNKS]           where the chunk entries begin
 *   [CHUNK_SIZE]       micro-steps per chunk
 *   [TOKENS]           tokens of all sequences; 0 tells launches that have nothing to do in this run
 *   [POSITIONS]        where the positions begin
 *   [SEQUENCES + 2 s]  first token of sequence s, then its first chunk; one further pair closes the last sequence
 *   [positions + s]    how many tokens sequence s has had before
 *   [chunks + 2 c]     first micro-step of chunk c, then how many it has
 *   [signatures + i]   written by the i-th launch that uses this table
 * </pre>
 *
 * The signatures prove that a kernel was launched: some drivers only print a failed launch and carry on.
 */
public final class RunTable {
    public static final int RUN = 0;
    public static final int CHUNKS = 1;
    public static final int CHUNK_SIZE = 2;
    public static final int TOKENS = 3;
    public static final int POSITIONS = 4;
    public static final int SEQUENCES = 5;

    private final int householders;
    private final int chunkSize;
    private final int longest;
    private final int positionsAt;
    private final int chunksAt;
    private final int signaturesAt;
    /** Null until somebody asks: by then all launches have their places. */
    private IntArray table;

    private int signatures;
    private int sequences;
    private int chunks;
    private int tokens;
    private int run;

    /**
     * @param capacity lengths of the largest run
     * @param chunkSize micro-steps per chunk, 0 for a plan without chunks
     */
    public RunTable(DeltaShape capacity, int chunkSize) {
        this(capacity, chunkSize, chunkSize);
    }

    /**
     * @param capacity lengths of the largest run
     * @param chunkSize micro-steps that a chunk has room for, 0 for a plan without chunks
     * @param longest how many of them it has at most
     */
    public RunTable(DeltaShape capacity, int chunkSize, int longest) {
        this.householders = capacity.householders();
        this.chunkSize = chunkSize;
        this.longest = longest;
        this.positionsAt = SEQUENCES + 2 * (capacity.sequences() + 1);
        this.chunksAt = positionsAt + capacity.sequences();
        this.signaturesAt = chunksAt + 2 * maxChunks(capacity, longest);
    }

    /** The most chunks that any run of this capacity can have: each sequence may end in a partial one. */
    public static int maxChunks(DeltaShape capacity, int longest) {
        return longest == 0 ? 0 : capacity.microTokens() / longest + capacity.sequences();
    }

    /** What the kernels are given; from now on there are no places for further launches. */
    public IntArray array() {
        if (table == null) {
            table = new IntArray(signaturesAt + signatures);
            table.init(0);
        }
        return table;
    }

    public int sequences() {
        return sequences;
    }

    public int chunks() {
        return chunks;
    }

    public int tokens() {
        return tokens;
    }

    /**
     * A place for one more launch's signature, as an index of the array.
     *
     * @throws IllegalStateException if the array is in use already
     */
    public int newSignature() {
        if (table != null) {
            throw new IllegalStateException("run table: expected all launches before its array is used");
        }
        return signaturesAt + signatures++;
    }

    /**
     * Describes the next run.
     *
     * @param boundaries N + 1 sequence boundaries in tokens
     * @param positions how many tokens each sequence has had before, or null where no kernel asks
     */
    public void describe(int[] boundaries, int[] positions) {
        run++;
        sequences = boundaries.length - 1;
        chunks = 0;
        tokens = boundaries[sequences];
        IntArray entries = array();
        entries.set(RUN, run);
        entries.set(CHUNKS, chunksAt);
        entries.set(CHUNK_SIZE, chunkSize);
        entries.set(TOKENS, tokens);
        entries.set(POSITIONS, positionsAt);
        for (int i = 0; i < signatures; i++) {
            entries.set(signaturesAt + i, 0);
        }
        for (int s = 0; s < boundaries.length; s++) {
            entries.set(SEQUENCES + 2 * s, boundaries[s]);
            entries.set(SEQUENCES + 2 * s + 1, chunks);
            if (chunkSize > 0 && s < sequences) {
                int end = boundaries[s + 1] * householders;
                for (int first = boundaries[s] * householders; first < end; first += longest) {
                    chunk(first, Math.min(longest, end - first));
                }
            }
        }
        if (chunkSize > 0 && chunks == 0) {
            chunk(0, 0); // what a launch with nothing to do looks at
            chunks = 0;
        }
        for (int s = 0; positions != null && s < sequences; s++) {
            entries.set(positionsAt + s, positions[s]);
        }
    }

    private void chunk(int first, int length) {
        table.set(chunksAt + 2 * chunks, first);
        table.set(chunksAt + 2 * chunks + 1, length);
        chunks++;
    }

    /** Whether a launch ran in the run last described; meaningful once the table is back from the device. */
    boolean signed(int signature) {
        return table.get(signature) == run;
    }
}
