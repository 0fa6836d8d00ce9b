package io.deltarule.tornado.quirks;

import java.util.concurrent.Callable;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The compiler of TornadoVM 5.2.0 mixes up the arguments of plans that threads of one JVM run at the same time. All calls
 * that may compile or execute take turns here.
 */
public final class OneAtATime {
    private static final Lock LOCK = new ReentrantLock();

    private OneAtATime() {}

    /**
     * Does work while no other thread does any.
     *
     * @throws Exception what the work throws
     */
    public static <T> T call(Callable<T> work) throws Exception {
        LOCK.lock();
        try {
            return work.call();
        } finally {
            LOCK.unlock();
        }
    }
}
