package io.deltarule.spark.job;

import java.util.concurrent.atomic.AtomicLong;

/** Tells how far a job is, once a second. */
final class Watch implements AutoCloseable {
    private final Thread thread;

    Watch(JobReport report, ClusterExecutors executors, PartFunction.Counts counts, AtomicLong before, AtomicLong all) {
        thread = Thread.ofPlatform().daemon().name("progress").start(() -> {
            try {
                while (true) {
                    Thread.sleep(1000);
                    if (executors.none()) {
                        report.progress("no executor is there; if none comes, the workers' logs say why");
                    } else {
                        report.progress(
                                Math.min(all.get(), before.get() + counts.rows().value()),
                                all.get(),
                                counts.rejected().value(),
                                counts.tokens().value());
                    }
                }
            } catch (InterruptedException over) {
                Thread.currentThread().interrupt();
            }
        });
    }

    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
