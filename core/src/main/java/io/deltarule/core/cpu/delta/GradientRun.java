package io.deltarule.core.cpu.delta;

import io.deltarule.core.NumericException;
import io.deltarule.core.PlanSpec;
import io.deltarule.core.cpu.math.WorkerPool;
import io.deltarule.core.cpu.product.Products;

/** Runs of one specification backward: threads share out sequences and key heads, whose value heads one thread sums up. */
public final class GradientRun {
    private final PlanSpec spec;
    private final WorkerPool pool;
    private final Products products;
    private final BackwardWorker[] workers; // by slot, made when first used

    /**
     * Scratch is made when it is first needed.
     *
     * @param spec its chunk size is chosen
     * @param products which multiply
     */
    public GradientRun(PlanSpec spec, WorkerPool pool, Products products) {
        this.products = products;
        this.spec = spec;
        this.pool = pool;
        workers = new BackwardWorker[pool.threads()];
    }

    /** Bytes of the scratch that has been made, which is in Java arrays. */
    public long bytes() {
        long bytes = 0;
        for (BackwardWorker worker : workers) {
            bytes += worker == null ? 0 : worker.bytes();
        }
        return bytes;
    }

    /** Computes a run and returns when all of it is done. */
    public void run(GradientOperands in) {
        int keyHeads = spec.shape().H();
        products.begin();
        pool.run(in.forward.sequences() * keyHeads, pool.threads(), (item, slot) -> {
            if (workers[slot] == null) { // one thread per slot at a time; runs are ordered by the pool
                workers[slot] = new BackwardWorker(spec, products);
            }
            try {
                workers[slot].run(in, item / keyHeads, item % keyHeads);
            } catch (NumericException e) {
                workers[slot] = null; // NaN times the zeros of a row's padding is NaN there too
                throw e;
            }
        });
    }
}
