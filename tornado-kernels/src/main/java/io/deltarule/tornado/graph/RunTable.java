package io.deltarule.tornado.graph;

import io.deltarule.core.DeltaShape;
import io.deltarule.core.Levels;
import io.deltarule.core.engine.LevelChunks;
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
 *   [LEVELS]           log-linear levels, 0 for one state per head
 *   [CHUNK_LEVELS]     where the level entries of chunks begin
 *   [LIVE]             where the entries of live states begin
 *   [FIRST_LIVE]       the place of the first live state, after one place for each chunk's own
 *   [WALKS]            where the walks' entries begin
 *   [SEQUENCES + 2 s]  first token of sequence s, then its first chunk; one further pair closes the last sequence
 *   [positions + s]    how many tokens sequence s has had before
 *   [chunks + 2 c]     first micro-step of chunk c, then how many it has
 *   [levels + 3 c]     how many tokens its sequence has had before chunk c, then the place of the first of the states from before
 *                      it that are live, the lowest level first, then the level that lower ones are merged into before it, 0 for none
 *   [live + 2 i]       the chunk of the i-th live state, -1 for none, then its level
 *   [walks + 4 w]      first chunk of walk w and the one after its last, its sequence, then, for the first of a sequence's, how many
 *                      walks that has, 0 for the others: each sequence is one, or is cut into segments
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
    public static final int LEVELS = 5;
    public static final int CHUNK_LEVELS = 6;
    public static final int LIVE = 7;
    public static final int FIRST_LIVE = 8;
    public static final int WALKS = 9;
    public static final int SEQUENCES = 10;

    private final int householders;
    private final int chunkSize;
    private final int longest;
    private final int positionsAt;
    private final int chunksAt;
    private final int levelsAt;
    private final int liveAt;
    private final int walksAt;
    private final int signaturesAt;
    /** 0 for one state per head. */
    private final int levels;

    private final int maxChunks;
    private final int maxLive;
    /** Chunks per segment, 0 for whole sequences. */
    private final int segment;
    /** Null until somebody asks: by then all launches have their places. */
    private IntArray table;

    private int signatures;
    private int sequences;
    private int chunks;
    private int live;
    private int walks;
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
        this(capacity, chunkSize, longest, 0);
    }

    /**
     * The same with sequences walked through in segments.
     *
     * @param segment chunks of a segment, 0 for whole sequences
     */
    public RunTable(DeltaShape capacity, int chunkSize, int longest, int segment) {
        this.householders = capacity.householders();
        this.chunkSize = chunkSize;
        this.longest = longest;
        this.segment = segment;
        this.positionsAt = SEQUENCES + 2 * (capacity.sequences() + 1);
        this.chunksAt = positionsAt + capacity.sequences();
        this.levels = capacity.levels();
        this.maxChunks = ChunkCounts.chunks(capacity, longest);
        this.maxLive = ChunkCounts.live(capacity, longest);
        this.levelsAt = chunksAt + 2 * maxChunks;
        this.liveAt = levelsAt + (levels == 0 ? 0 : 3 * maxChunks);
        this.walksAt = liveAt + 2 * maxLive;
        this.signaturesAt = walksAt + (chunkSize == 0 ? 0 : 4 * ChunkCounts.walks(capacity, longest, segment));
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

    /** Sequences, or their segments. */
    public int walks() {
        return walks;
    }

    /** Live states of all chunks together, without those that chunks write. */
    public int live() {
        return live;
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
     * @param positions how many tokens each sequence has had before; null for none, or where no kernel asks
     */
    public void describe(int[] boundaries, int[] positions) {
        run++;
        sequences = boundaries.length - 1;
        chunks = 0;
        live = 0;
        walks = 0;
        tokens = boundaries[sequences];
        IntArray entries = array();
        entries.set(RUN, run);
        entries.set(CHUNKS, chunksAt);
        entries.set(CHUNK_SIZE, chunkSize);
        entries.set(TOKENS, tokens);
        entries.set(POSITIONS, positionsAt);
        entries.set(LEVELS, levels);
        entries.set(CHUNK_LEVELS, levelsAt);
        entries.set(LIVE, liveAt);
        entries.set(FIRST_LIVE, maxChunks);
        entries.set(WALKS, walksAt);
        for (int i = 0; i < signatures; i++) {
            entries.set(signaturesAt + i, 0);
        }
        for (int s = 0; s < boundaries.length; s++) {
            entries.set(SEQUENCES + 2 * s, boundaries[s]);
            entries.set(SEQUENCES + 2 * s + 1, chunks);
            if (chunkSize > 0 && s < sequences) {
                int before = chunks;
                cut(boundaries[s], boundaries[s + 1], positions == null ? 0 : positions[s]);
                walk(s, before);
            }
        }
        for (int i = live; i < maxLive; i++) {
            entries.set(liveAt + 2 * i, -1);
        }
        if (chunkSize > 0 && chunks == 0) {
            chunk(0, 0); // what a launch with nothing to do looks at
            chunks = 0;
        }
        for (int s = 0; s < sequences; s++) {
            entries.set(positionsAt + s, positions == null ? 0 : positions[s]);
        }
    }

    private void cut(int begin, int endToken, int position) {
        if (levels > 0) {
            int most = ChunkCounts.tokens(householders, longest);
            for (int token = begin, length; token < endToken; token += length) {
                int before = position + token - begin;
                length = LevelChunks.length(before, endToken - 1 - token, most);
                levels(before);
                chunk(token * householders, length * householders);
            }
            return;
        }
        int end = endToken * householders;
        for (int first = begin * householders; first < end; first += longest) {
            chunk(first, Math.min(longest, end - first));
        }
    }

    /** Notes the walks through a sequence, whose chunks are the last that were cut; one of no chunks if it has none. */
    private void walk(int sequence, int begin) {
        int each = segment == 0 ? Math.max(1, chunks - begin) : segment;
        int many = Math.max(1, Math.ceilDiv(chunks - begin, each));
        for (int i = 0; i < many; i++) {
            int entry = walksAt + 4 * walks++;
            table.set(entry, begin + i * each);
            table.set(entry + 1, Math.min(chunks, begin + (i + 1) * each));
            table.set(entry + 2, sequence);
            table.set(entry + 3, i == 0 ? many : 0);
        }
    }

    /** Notes which states from before the next chunk are live. */
    private void levels(int position) {
        int entry = levelsAt + 3 * chunks;
        table.set(entry, position);
        table.set(entry + 1, maxChunks + live);
        table.set(entry + 2, position == 0 ? 0 : Levels.mergedInto(position));
        for (int level = 1; level < levels; level++) {
            if (Levels.live(position, level)) {
                table.set(liveAt + 2 * live, chunks);
                table.set(liveAt + 2 * live + 1, level);
                live++;
            }
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
