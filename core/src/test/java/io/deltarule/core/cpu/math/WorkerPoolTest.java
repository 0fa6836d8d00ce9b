package io.deltarule.core.cpu.math;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class WorkerPoolTest {
    @Test
    void everyItemOnceAndNoSlotTwiceAtATime() {
        WorkerPool pool = WorkerPool.of(4);
        for (int round = 0; round < 2000; round++) {
            AtomicIntegerArray items = new AtomicIntegerArray(17);
            AtomicIntegerArray slots = new AtomicIntegerArray(4);
            pool.run(17, 4, (item, slot) -> {
                assertEquals(1, slots.incrementAndGet(slot));
                items.incrementAndGet(item);
                slots.decrementAndGet(slot);
            });
            for (int i = 0; i < 17; i++) {
                assertEquals(1, items.get(i));
            }
        }
    }

    @Test
    void helpersReallyHelp() {
        CountDownLatch both = new CountDownLatch(2);
        WorkerPool.of(2).run(2, 2, (item, slot) -> {
            both.countDown();
            try {
                assertTrue(both.await(30, TimeUnit.SECONDS), "two items at the same time");
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    @Test
    void failuresReachTheCaller() {
        IllegalStateException planted = new IllegalStateException("planted");
        for (int participants : new int[] {1, 3}) {
            assertSame(
                    planted,
                    assertThrows(
                            IllegalStateException.class,
                            () -> WorkerPool.of(3).run(100, participants, (item, slot) -> {
                                throw planted;
                            })));
        }
    }

    @Test
    void servesSeveralCallersAtOnce() {
        List<CompletableFuture<Void>> callers = new ArrayList<>();
        for (int c = 0; c < 6; c++) {
            callers.add(CompletableFuture.runAsync(() -> {
                for (int round = 0; round < 300; round++) {
                    AtomicIntegerArray items = new AtomicIntegerArray(9);
                    WorkerPool.of(3).run(9, 3, (item, slot) -> items.incrementAndGet(item));
                    for (int i = 0; i < 9; i++) {
                        assertEquals(1, items.get(i));
                    }
                }
            }));
        }
        callers.forEach(CompletableFuture::join);
    }
}
