package io.deltarule.core.cpu.delta;

import io.deltarule.core.DeltaShape;
import io.deltarule.core.Form;
import io.deltarule.core.Gate;
import io.deltarule.core.PlanSpec;
import io.deltarule.core.cpu.math.WorkerPool;
import io.deltarule.core.cpu.memory.Columns;
import io.deltarule.core.cpu.product.Products;
import java.lang.foreign.Arena;
import java.util.Arrays;

/**
 * Runs of one specification forward: cuts them into items of one sequence and some value heads, hands these to the worker
 * threads, and keeps the threads' scratch. An operation's plan and a layer's step both come in here.
 */
public final class DeltaRun {
    /** Multiply-adds below which a second thread's wake-up costs more than it saves. */
    private static final long WORTH_A_THREAD = 500_000;

    /** Columns of V in a part; of fewer OpenBLAS's products are slower. */
    private static final int LEAST_COLUMNS = 64;

    /** Parts that save less than a tenth are not worth it. */
    private static final double WORTH_PARTS = 0.9;

    private final PlanSpec spec;
    private final WorkerPool pool;
    private final Arena arena;
    private final Products products;
    private final Columns[] columns; // of V, in as many parts as an item's
    private final PlanSpec part; // the specification of one
    private final HeadWorker[] workers; // by slot, made when first used

    /**
     * Scratch is made when it is first needed.
     *
     * @param spec its chunk size is chosen; what it says of keeping a state is the caller's business
     * @param arena holds scratch that lies off-heap
     * @param products which multiply
     */
    public DeltaRun(PlanSpec spec, WorkerPool pool, Arena arena, Products products) {
        this.products = products;
        this.spec = spec;
        this.pool = pool;
        this.arena = arena;
        // Results are not to depend on the number of threads, as they would where a part's differ from the whole's.
        columns = Columns.parts(
                spec.shape().V(), products.columnsAreIndependent() ? columnParts(spec, pool.threads()) : 1);
        part = onColumns(spec, columns[0].count());
        workers = new HeadWorker[pool.threads()];
    }

    /** Computes a run and returns when all of it is done. */
    public void run(Operands in) {
        DeltaShape shape = spec.shape();
        Operands[] parts = parts(in);
        int heads = headsPerItem(in.sequences());
        int itemsPerSequence = shape.HV() / heads;
        int items = Math.multiplyExact(in.sequences() * itemsPerSequence, columns.length);
        long work = (in.microSteps() + in.sequences()) * shape.HV() * shape.K() * shape.V();
        products.begin();
        pool.run(items, (int) Math.min(pool.threads(), 1 + work / WORTH_A_THREAD), (item, slot) -> {
            int group = item / columns.length;
            int head = group % itemsPerSequence * heads;
            worker(slot).run(parts[item % columns.length], group / itemsPerSequence, head, head + heads);
        });
    }

    private static PlanSpec onColumns(PlanSpec spec, int V) {
        DeltaShape s = spec.shape();
        DeltaShape part = new DeltaShape(
                s.B(), s.T(), s.H(), s.HV(), s.K(), V, s.householders(), s.sequences(), s.gate(), s.crossRead());
        return new PlanSpec(
                spec.variant(), part, spec.form(), spec.chunkSize(), spec.scale(), spec.keepsState(), spec.device());
    }

    private Operands[] parts(Operands all) {
        return columns.length == 1
                ? new Operands[] {all}
                : Arrays.stream(columns).map(all::columns).toArray(Operands[]::new);
    }

    /**
     * How many parts of V's columns to compute apart, so that threads do not idle where there are fewer heads than threads.
     * A part takes its share of the state's products, and again what depends on q and k alone.
     */
    public static int columnParts(PlanSpec spec, int threads) {
        DeltaShape s = spec.shape();
        if (spec.form() == Form.RECURRENT || s.crossRead()) { // a selective read sums over V's columns
            return 1;
        }
        double again = s.gate() == Gate.CHANNEL ? 0.45 : 0.3; // of a head's time, measured with K = V = 128
        double heads = Math.max(1, (double) s.sequences() * s.HV());
        int best = 1;
        double least = WORTH_PARTS * Math.ceil(heads / threads);
        for (int parts = 2; parts * LEAST_COLUMNS <= s.V(); parts++) {
            double time = Math.ceil(heads * parts / threads) * (again + (1 - again) / parts);
            if (s.V() % (parts * LEAST_COLUMNS) == 0 && time < least) {
                best = parts;
                least = time;
            }
        }
        return best;
    }

    /** All value heads of a key head, whose products are then taken once, or a part of them where threads would idle. */
    private int headsPerItem(int sequences) {
        int heads = maxHeadsPerItem();
        while (heads > 1 && !enough((long) sequences * (spec.shape().HV() / heads))) {
            heads = largestDivisorBelow(heads);
        }
        return heads;
    }

    private boolean enough(long items) {
        return items % pool.threads() == 0 || items >= 4L * pool.threads();
    }

    private int maxHeadsPerItem() {
        return spec.form() == Form.CHUNK ? spec.shape().HV() / spec.shape().H() : 1;
    }

    private static int largestDivisorBelow(int n) {
        int divisor = n / 2;
        while (n % divisor != 0) {
            divisor--;
        }
        return divisor;
    }

    private HeadWorker worker(int slot) {
        if (workers[slot] == null
                || workers[slot].spoiled()) { // one thread per slot at a time; runs are ordered by the pool
            workers[slot] = spec.form() == Form.RECURRENT
                    ? new RecurrentWorker(spec, arena)
                    : new ChunkWorker(part, maxHeadsPerItem(), products);
        }
        return workers[slot];
    }
}
