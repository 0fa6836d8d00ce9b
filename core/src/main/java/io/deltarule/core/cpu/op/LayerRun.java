package io.deltarule.core.cpu.op;

import io.deltarule.core.cpu.math.WorkerPool;

/** One run of a layer plan as its steps see it: where each sequence's tokens lie, and how work is shared out. */
public final class LayerRun {
    /** Operations below which a second thread's wake-up costs more than it saves. */
    private static final long WORTH_A_THREAD = 100_000;

    /** Parts per thread, so that a thread that is held up leaves work to the others. */
    private static final int PARTS_PER_THREAD = 3;

    /** Elements [from, to) of something; slot identifies the thread's scratch. */
    public interface Range {
        void run(long from, long to, int slot);
    }

    private final WorkerPool pool;
    private final int[] begins; // N + 1, in tokens of this run
    private final int[] positions;

    public LayerRun(WorkerPool pool, int sequences) {
        this.pool = pool;
        this.begins = new int[sequences + 1];
        this.positions = new int[sequences];
    }

    /** Takes up a run's lengths and the positions before it. */
    public void begin(int[] lengths, int[] before) {
        for (int i = 0; i < lengths.length; i++) {
            begins[i + 1] = begins[i] + lengths[i];
            positions[i] = before[i];
        }
    }

    public int sequences() {
        return positions.length;
    }

    /** Tokens of all sequences. */
    public int tokens() {
        return begins[positions.length];
    }

    /** A sequence's first token, counted over all sequences. */
    public int begin(int sequence) {
        return begins[sequence];
    }

    /** How many tokens a sequence brings. */
    public int length(int sequence) {
        return begins[sequence + 1] - begins[sequence];
    }

    /** How many tokens a sequence has had before. */
    public int position(int sequence) {
        return positions[sequence];
    }

    /** How many tokens each sequence has had before, as the delta rule's plans take them. */
    public int[] positions() {
        return positions;
    }

    /** The boundaries as the delta rule's plans take them. */
    public int[] boundaries() {
        return begins;
    }

    /** The sequence that a token belongs to. */
    public int sequenceOf(long token) {
        int sequence = 0;
        while (begins[sequence + 1] <= token) {
            sequence++;
        }
        return sequence;
    }

    public int threads() {
        return pool.threads();
    }

    /**
     * Runs numbered items on as many threads as the work is worth.
     *
     * @param operations an estimate for all items together
     */
    public void items(int items, long operations, WorkerPool.Body body) {
        pool.run(items, participants(operations), body);
    }

    private int participants(long operations) {
        return (int) Math.min(pool.threads(), 1 + operations / WORTH_A_THREAD);
    }

    /**
     * Cuts [0, count) into parts whose bounds are multiples of {@code unit}, all but the last, and runs them.
     *
     * @param operations an estimate for each element
     */
    public void split(long count, long unit, long operations, Range body) {
        int threads = participants(count * operations);
        long parts = threads == 1 ? 1 : (long) threads * PARTS_PER_THREAD;
        long part = Math.max(1, (count / unit + parts - 1) / parts) * unit;
        pool.run((int) ((count + part - 1) / part), threads, (item, slot) -> {
            body.run(item * part, Math.min(count, (item + 1) * part), slot);
        });
    }

    /** Runs parts of all the tokens' rows. */
    public void rows(long operationsPerRow, Range body) {
        split(tokens(), 1, operationsPerRow, body);
    }
}
