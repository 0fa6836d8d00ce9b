package io.deltarule.core.cpu.op;

import io.deltarule.core.Tensor;
import io.deltarule.core.cpu.product.Products;
import io.deltarule.core.layer.SequenceOp;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Iterator;

/**
 * Causal softmax attention. A run's queries read the cached keys and values of earlier runs and the run's own, which are
 * appended to the cache only when all queries are done: so blocks of queries of all heads can be computed at once, and a
 * window's ring is never overwritten while it is read.
 */
public final class AttentionStep implements LayerStep {
    private final SequenceOp.Attention op;
    private final SlotBuffer q;
    private final SlotBuffer k;
    private final SlotBuffer v;
    private final SlotBuffer out;
    private final int rows; // per sequence and key/value head
    private final SlotBuffer keys; // [N · kvHeads · rows][head]; position s lies in row s mod rows
    private final SlotBuffer values;
    private final Products products;
    private final Arena arena;
    private final AttentionWorker[] workers; // by thread slot, made when first used

    public AttentionStep(
            SequenceOp.Attention op,
            SlotBuffer q,
            SlotBuffer k,
            SlotBuffer v,
            SlotBuffer out,
            int sequences,
            int maxContext,
            int threads,
            Products products,
            Arena arena) {
        this.op = op;
        this.q = q;
        this.k = k;
        this.v = v;
        this.out = out;
        this.rows = op.cacheRows(maxContext);
        this.keys = cache(arena, sequences, rows, k.width());
        this.values = cache(arena, sequences, rows, v.width());
        this.products = products;
        this.arena = arena;
        this.workers = new AttentionWorker[threads];
    }

    private SlotBuffer cache(Arena in, int sequences, int count, int width) {
        int all = Math.multiplyExact(Math.multiplyExact(sequences, op.kvHeads()), count);
        return SlotBuffer.allocate(in, all, width / op.kvHeads());
    }

    @Override
    public void run(LayerRun run) {
        int blocks = 0;
        long pairs = 0;
        for (int i = 0; i < run.sequences(); i++) {
            blocks += blocks(run, i);
            long seen = Math.min((long) run.position(i) + run.length(i), rows);
            pairs += run.length(i) * seen;
        }
        int heads = op.heads();
        long operations = pairs * (q.width() + out.width()) / 4;
        run.items(blocks * heads, operations, (item, slot) -> {
            int block = item / heads;
            int sequence = 0;
            while (block >= blocks(run, sequence)) {
                block -= blocks(run, sequence);
                sequence++;
            }
            worker(slot).run(run, sequence, block * AttentionWorker.QUERIES, item % heads);
        });
        for (int i = 0; i < run.sequences(); i++) {
            append(run, i, k, keys);
            append(run, i, v, values);
        }
    }

    private static int blocks(LayerRun run, int sequence) {
        return (run.length(sequence) + AttentionWorker.QUERIES - 1) / AttentionWorker.QUERIES;
    }

    private AttentionWorker worker(int slot) {
        if (workers[slot] == null) { // one thread per slot at a time; runs are ordered by the pool
            workers[slot] = new AttentionWorker(op, q, k, v, out, keys, values, rows, products, arena);
        }
        return workers[slot];
    }

    private void append(LayerRun run, int sequence, SlotBuffer from, SlotBuffer cache) {
        long bytes = (long) cache.width() * Float.BYTES;
        int length = run.length(sequence);
        for (int t = Math.max(0, length - rows); t < length; t++) {
            int row = (run.position(sequence) + t) % rows;
            for (int h = 0; h < op.kvHeads(); h++) {
                long place = ((long) sequence * op.kvHeads() + h) * rows + row;
                long at = from.offset(run.begin(sequence) + t, (long) h * cache.width());
                MemorySegment.copy(from.data(), at, cache.data(), cache.row(place), bytes);
            }
        }
    }

    @Override
    public void reset() {} // rows past a sequence's position are never read

    @Override
    public void save(Iterator<Tensor> to, int[] positions) {
        for (SlotBuffer cache : Arrays.asList(keys, values)) {
            Tensor state = to.next();
            for (int item = 0; item < positions.length * op.kvHeads(); item++) {
                int filled = Math.min(positions[item / op.kvHeads()], rows);
                long at = cache.row((long) item * rows);
                MemorySegment.copy(cache.data(), at, state.data(), at, cache.row(filled));
            }
        }
    }

    @Override
    public void load(Iterator<Tensor> from, int[] positions) {
        for (SlotBuffer cache : Arrays.asList(keys, values)) {
            Tensor state = from.next();
            MemorySegment.copy(state.data(), 0, cache.data(), 0, state.data().byteSize());
        }
    }
}
