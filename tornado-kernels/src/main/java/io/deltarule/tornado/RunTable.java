package io.deltarule.tornado;

import io.deltarule.core.DeltaShape;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * What changes from run to run, as integers that every kernel can read: lengths travel as data, so a new length needs
 * no new kernel.
 *
 * <pre>
 *   [RUN]              number of this run, copied by each kernel to its own place after SIGNATURES
 *   [CHUNKS]           where the chunk entries begin
 *   [CHUNK_SIZE]       micro-steps per chunk
 *   [SIGNATURES + i]   written by the i-th kernel of the plan
 *   [SEQUENCES + 2 s]  first token of sequence s, then its first chunk; one further pair closes the last sequence
 *   [chunks + 2 c]     first micro-step of chunk c, then how many it has
 * </pre>
 *
 * The signatures prove that a kernel was launched: some drivers only print a failed launch and carry on.
 */
final class RunTable {
    static final int RUN = 0;
    static final int CHUNKS = 1;
    static final int CHUNK_SIZE = 2;
    static final int SIGNATURES = 3;
    static final int MAX_KERNELS = 16;
    static final int SEQUENCES = SIGNATURES + MAX_KERNELS;

    private final DeltaShape capacity;
    private final int chunkSize;
    private final int maxChunks;
    private final IntArray table;
    private int sequences;
    private int chunks;
    private int tokens;
    private int run;

    /**
     * @param capacity lengths of the largest run
     * @param chunkSize micro-steps per chunk, 0 for a plan without chunks
     */
    RunTable(DeltaShape capacity, int chunkSize) {
        this.capacity = capacity;
        this.chunkSize = chunkSize;
        this.maxChunks = maxChunks(capacity, chunkSize);
        this.table = new IntArray(SEQUENCES + 2 * (capacity.sequences() + 1) + 2 * maxChunks);
        table.init(0);
    }

    /** The most chunks that any run of this capacity can have: each sequence may end in a partial one. */
    static int maxChunks(DeltaShape capacity, int chunkSize) {
        return chunkSize == 0 ? 0 : capacity.microTokens() / chunkSize + capacity.sequences();
    }

    IntArray array() {
        return table;
    }

    int sequences() {
        return sequences;
    }

    int chunks() {
        return chunks;
    }

    int tokens() {
        return tokens;
    }

    /**
     * Describes the next run.
     *
     * @param boundaries N + 1 sequence boundaries in tokens
     */
    void describe(int[] boundaries) {
        run++;
        sequences = boundaries.length - 1;
        chunks = 0;
        tokens = boundaries[sequences];
        int entries = SEQUENCES + 2 * (capacity.sequences() + 1);
        table.set(RUN, run);
        table.set(CHUNKS, entries);
        table.set(CHUNK_SIZE, chunkSize);
        for (int i = 0; i < MAX_KERNELS; i++) {
            table.set(SIGNATURES + i, 0);
        }
        for (int s = 0; s < boundaries.length; s++) {
            table.set(SEQUENCES + 2 * s, boundaries[s]);
            table.set(SEQUENCES + 2 * s + 1, chunks);
            if (chunkSize > 0 && s < sequences) {
                int end = boundaries[s + 1] * capacity.householders();
                for (int first = boundaries[s] * capacity.householders(); first < end; first += chunkSize) {
                    table.set(entries + 2 * chunks, first);
                    table.set(entries + 2 * chunks + 1, Math.min(chunkSize, end - first));
                    chunks++;
                }
            }
        }
    }

    /** Whether the i-th kernel ran in the run last described; meaningful once the table is back from the device. */
    boolean signed(int kernel) {
        return table.get(SIGNATURES + kernel) == run;
    }
}
