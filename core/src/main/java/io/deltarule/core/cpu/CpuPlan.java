package io.deltarule.core.cpu;

import io.deltarule.core.AbstractDeltaPlan;
import io.deltarule.core.DeltaInputs;
import io.deltarule.core.DeltaOutputs;
import io.deltarule.core.DeltaShape;
import io.deltarule.core.Form;
import io.deltarule.core.Gate;
import io.deltarule.core.PlanSpec;
import io.deltarule.core.Tensor;
import java.lang.foreign.Arena;

/** A plan of the CPU engine: the worker threads' scratch, the kept state, and how work is cut into items. */
final class CpuPlan extends AbstractDeltaPlan {
    /** Multiply-adds below which a second thread's wake-up costs more than it saves. */
    private static final long WORTH_A_THREAD = 500_000;

    private final WorkerPool pool;
    private final Arena arena = Arena.ofShared();
    private final State[] kept; // by sequence and value head, null where no state is kept
    private final HeadWorker[] workers; // by slot, made when first used

    CpuPlan(PlanSpec spec, WorkerPool pool) {
        super(spec);
        this.pool = pool;
        this.workers = new HeadWorker[pool.threads()];
        this.kept = spec.keepsState() ? states(spec.shape()) : null;
    }

    private State[] states(DeltaShape shape) {
        try {
            return State.allocate(arena, Math.multiplyExact(shape.sequences(), shape.HV()), shape);
        } catch (OutOfMemoryError | ArithmeticException e) {
            arena.close();
            throw e;
        }
    }

    /** Whether the plan's memory is still there; false after close. */
    boolean holdsMemory() {
        return arena.scope().isAlive();
    }

    @Override
    protected void execute(DeltaShape shape, DeltaInputs in, DeltaOutputs out) {
        Operands operands = new Operands(spec(), shape, in, out);
        int heads = headsPerItem(shape);
        int itemsPerSequence = shape.HV() / heads;
        int items = shape.sequences() * itemsPerSequence;
        long work = ((long) shape.microTokens() + shape.sequences()) * shape.HV() * shape.K() * shape.V();
        OpenBlas.singleThreaded();
        pool.run(items, (int) Math.min(pool.threads(), 1 + work / WORTH_A_THREAD), (item, slot) -> {
            int head = item % itemsPerSequence * heads;
            worker(slot).run(operands, item / itemsPerSequence, head, head + heads);
        });
    }

    /** All value heads of a key head, whose products are then taken once, or a part of them where threads would idle. */
    private int headsPerItem(DeltaShape shape) {
        int heads = maxHeadsPerItem();
        while (heads > 1 && !enough((long) shape.sequences() * (shape.HV() / heads))) {
            heads = largestDivisorBelow(heads);
        }
        return heads;
    }

    private boolean enough(long items) {
        return items % pool.threads() == 0 || items >= 4L * pool.threads();
    }

    private int maxHeadsPerItem() {
        return spec().form() == Form.CHUNK
                ? spec().shape().HV() / spec().shape().H()
                : 1;
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
            workers[slot] = make();
        }
        return workers[slot];
    }

    private HeadWorker make() {
        if (spec().form() == Form.RECURRENT) {
            return new RecurrentWorker(spec(), kept, arena);
        }
        return spec().shape().gate() == Gate.CHANNEL
                ? new ChannelChunkWorker(spec(), kept, maxHeadsPerItem())
                : new ScalarChunkWorker(spec(), kept, maxHeadsPerItem());
    }

    @Override
    protected void writeState(Tensor state) {
        for (int i = 0; i < kept.length; i++) {
            if (state == null) {
                kept[i].data().fill((byte) 0);
            } else {
                State.copyIn(state.data(), i, spec().shape(), kept[i].data(), kept[i].stride());
            }
        }
    }

    @Override
    protected void readState(Tensor state) {
        for (int i = 0; i < kept.length; i++) {
            State.copyOut(kept[i].data(), kept[i].stride(), spec().shape(), state.data(), i);
        }
    }

    @Override
    protected void release() {
        arena.close();
    }
}
