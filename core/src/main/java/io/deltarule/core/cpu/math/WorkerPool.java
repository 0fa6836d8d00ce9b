package io.deltarule.core.cpu.math;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/**
 * A fixed number of threads that share out numbered items. The caller works too, as slot 0; each helper that joins
 * takes the next slot, so that scratch can be indexed by slot. Threads are daemons, shared by all plans of the process
 * with the same number of threads, and end when idle for a while.
 */
public final class WorkerPool {
    /**
     * Looks for work for a while before it lets a helper sleep: the operations of a decode step follow each other within
     * microseconds, and waking a thread takes tens of them.
     */
    private static final class SpinningQueue extends LinkedBlockingQueue<Runnable> {
        private static final int SPINS = 2000;
        private static final long serialVersionUID = 1;

        @Override
        public Runnable poll(long timeout, TimeUnit unit) throws InterruptedException {
            for (int i = 0; i < SPINS; i++) {
                Runnable job = poll();
                if (job != null) {
                    return job;
                }
                Thread.onSpinWait();
            }
            return super.poll(timeout, unit);
        }
    }

    /** What is done for one item; slot identifies the thread's scratch. */
    public interface Body {
        public void run(int item, int slot);
    }

    private static final Map<Integer, WorkerPool> POOLS = new ConcurrentHashMap<>();

    private final int threads;
    private final ThreadPoolExecutor helpers; // null where the caller is the only thread

    private WorkerPool(int threads) {
        this.threads = threads;
        if (threads == 1) {
            helpers = null;
            return;
        }
        AtomicInteger made = new AtomicInteger();
        helpers = new ThreadPoolExecutor(threads - 1, threads - 1, 10, TimeUnit.SECONDS, new SpinningQueue(), task -> {
            Thread thread = new Thread(task, "deltarule-cpu-" + made.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
        helpers.allowCoreThreadTimeOut(true);
    }

    /** The pool of that many threads, the caller included. */
    public static WorkerPool of(int threads) {
        return POOLS.computeIfAbsent(threads, WorkerPool::new);
    }

    public int threads() {
        return threads;
    }

    /**
     * Runs the body for every item and returns when all are done.
     *
     * @param items how many
     * @param participants threads to use at most, the caller included
     * @param body what to do
     * @throws RuntimeException the first that any item threw; items not yet begun are then left out
     */
    public void run(int items, int participants, Body body) {
        int wanted = Math.min(Math.min(participants, threads), items);
        if (wanted <= 1) {
            for (int item = 0; item < items; item++) {
                body.run(item, 0);
            }
            return;
        }
        Job job = new Job(items, wanted, body);
        for (int i = 1; i < wanted; i++) {
            helpers.execute(job);
        }
        job.runAsCaller();
    }

    /**
     * Items are cut into a run of neighbours per participant, who takes from the others' runs when its own is done: what a
     * thread touched in one job it mostly touches in the next, so it finds it in its own cache, and threads that are in step
     * do not meet at one counter.
     */
    private static final class Job implements Runnable {
        private static final int CLOSED = Integer.MIN_VALUE;
        private static final int SPINS = 2000;
        private static final int APART = 32; // numbers from one counter to the next: a cache line is for one thread

        private final int items;
        private final Body body;
        private final Thread caller = Thread.currentThread();
        private final int runs;
        private final AtomicIntegerArray next; // item of each run
        private final AtomicInteger nextSlot = new AtomicInteger(1);
        private final AtomicInteger active = new AtomicInteger(); // helpers at work; CLOSED is added when none may join
        private final AtomicReference<Throwable> failure = new AtomicReference<>();

        Job(int items, int participants, Body body) {
            this.items = items;
            this.body = body;
            runs = participants;
            next = new AtomicIntegerArray(runs * APART);
            for (int run = 0; run < runs; run++) {
                next.setPlain(run * APART, begin(run));
            }
        }

        private int begin(int run) {
            return (int) ((long) items * run / runs);
        }

        @Override
        public void run() {
            int now;
            do {
                now = active.get();
                if (now < 0) {
                    return; // came too late
                }
            } while (!active.compareAndSet(now, now + 1));
            long begun = WorkClock.begin();
            work(nextSlot.getAndIncrement());
            WorkClock.helped(begun);
            if (active.decrementAndGet() == CLOSED) {
                LockSupport.unpark(caller);
            }
        }

        void runAsCaller() {
            work(0);
            active.addAndGet(CLOSED);
            long begun = WorkClock.begin();
            for (int spins = 0; active.get() != CLOSED; spins++) {
                if (spins < SPINS) {
                    Thread.onSpinWait();
                } else {
                    LockSupport.park(this);
                }
            }
            WorkClock.waited(begun);
            switch (failure.get()) {
                case null -> {}
                case RuntimeException e -> throw e;
                case Error e -> throw e;
                case Throwable e -> throw new AssertionError(e); // a body throws nothing checked
            }
        }

        @SuppressWarnings("Interruption") // nothing here is interruptible; the failure is handed to the caller
        private void work(int slot) {
            try {
                for (int turn = 0; turn < runs; turn++) {
                    int run = (slot + turn) % runs;
                    int end = begin(run + 1);
                    for (int item; failure.get() == null && (item = next.getAndIncrement(run * APART)) < end; ) {
                        body.run(item, slot);
                    }
                }
            } catch (Throwable e) {
                failure.compareAndSet(null, e);
            }
        }
    }
}
