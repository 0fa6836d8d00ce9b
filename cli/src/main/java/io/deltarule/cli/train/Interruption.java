package io.deltarule.cli.train;

import java.io.PrintWriter;
import java.util.concurrent.CountDownLatch;

/**
 * Ctrl-C, or another polite signal, while a run goes on: the run is asked to stop, and the process waits until it has saved. The
 * system then says that it was interrupted (130, or 143 for SIGTERM).
 */
final class Interruption implements AutoCloseable {
    private final CountDownLatch over = new CountDownLatch(1);
    private final Thread hook = new Thread(this::waitUntilOver, "save before the process ends");
    private final PrintWriter err;
    private volatile boolean wanted;

    private Interruption(PrintWriter err) {
        this.err = err;
    }

    /** From now on, until it is closed; says on standard error that a step may take a while. */
    static Interruption guard(PrintWriter err) {
        Interruption guard = new Interruption(err);
        Runtime.getRuntime().addShutdownHook(guard.hook);
        return guard;
    }

    /** Whether the run is to stop. */
    boolean isWanted() {
        return wanted;
    }

    private void waitUntilOver() {
        wanted = true;
        if (over.getCount() > 0) {
            err.println("deltarule: interrupted; finishing the step and saving");
            err.flush();
        }
        try {
            over.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The process may end. */
    @Override
    public void close() {
        over.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException alreadyExiting) {
            // then the hook has been waiting for this
        }
    }
}
