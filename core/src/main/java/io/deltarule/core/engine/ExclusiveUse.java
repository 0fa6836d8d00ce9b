package io.deltarule.core.engine;

import java.util.concurrent.atomic.AtomicReference;

/** Keeps a plan to one thread at a time: a concurrent call is refused rather than queued, as is any call after close. */
public final class ExclusiveUse {
    private enum Use {
        IDLE,
        BUSY,
        CLOSED
    }

    private final AtomicReference<Use> use = new AtomicReference<>(Use.IDLE);

    /** A plan that nobody uses yet. */
    public ExclusiveUse() {}

    /**
     * Runs the body as the plan's only user.
     *
     * @param body what to do
     * @throws IllegalStateException if the plan is closed or in use by another thread
     */
    public void run(Runnable body) {
        if (!use.compareAndSet(Use.IDLE, Use.BUSY)) {
            throw new IllegalStateException(
                    use.get() == Use.CLOSED
                            ? "this plan is closed; make another"
                            : "this plan is in use by another thread; give each thread its own plan");
        }
        try {
            body.run();
        } finally {
            use.set(Use.IDLE);
        }
    }

    /**
     * Closes the plan; further calls do nothing.
     *
     * @param release frees what the plan owns; called once
     * @throws IllegalStateException if the plan is in use by another thread
     */
    public void close(Runnable release) {
        while (!use.compareAndSet(Use.IDLE, Use.CLOSED)) {
            if (use.get() == Use.CLOSED) {
                return;
            }
            if (use.get() == Use.BUSY) {
                throw new IllegalStateException("this plan is in use by another thread; close it when its run is over");
            }
        }
        release.run();
    }
}
