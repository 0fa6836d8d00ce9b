package io.deltarule.sdk.download;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;

/** Closes a stream that gives nothing for too long; reading it then fails instead of waiting for ever. */
final class StallGuard implements AutoCloseable {
    private final InputStream watched;
    private final long limitNanos;
    private final Thread watcher;
    private volatile long lastProgress = System.nanoTime();
    private volatile boolean stalled;

    StallGuard(InputStream watched, Duration limit) {
        this.watched = watched;
        this.limitNanos = limit.toNanos();
        this.watcher = Thread.ofVirtual().name("watch download").start(this::watch);
    }

    void progressed() {
        lastProgress = System.nanoTime();
    }

    /** Whether it was this that closed the stream. */
    boolean stalled() {
        return stalled;
    }

    private void watch() {
        try {
            for (long left = limitNanos; left > 0; left = limitNanos - (System.nanoTime() - lastProgress)) {
                Thread.sleep(Duration.ofNanos(left));
            }
            stalled = true;
            watched.close();
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            // then reading has failed already
        }
    }

    @Override
    public void close() {
        watcher.interrupt();
    }
}
