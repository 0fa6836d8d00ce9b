package io.deltarule.bench.timing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.core.measure.SelfTimed;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class InterleavedTimerTest {
    @Test
    void quantilesLieBetweenTheirNeighbours() {
        Timing timing = Timing.of(new double[] {50, 10, 30, 20, 40});
        assertEquals(new Timing(5, 30, 14, 46), timing);
        assertEquals(new Timing(10, 15, 7, 23), timing.dividedBy(2));
        assertEquals(new Timing(1, 7, 7, 7), Timing.of(new double[] {7}));
    }

    @Test
    void bodiesTakeTurns() {
        List<String> order = new ArrayList<>();
        List<Timing> timings = InterleavedTimer.repeats(5).time(List.of(() -> order.add("a"), () -> order.add("b")));
        assertEquals(List.of(5, 5), timings.stream().map(Timing::repeats).toList());
        List<String> timed = order.subList(order.size() - 10, order.size());
        assertEquals(List.of("a", "b", "a", "b", "a", "b", "a", "b", "a", "b"), timed);
    }

    /** Says that it took a second longer each time. */
    private static final class Elsewhere implements Runnable, SelfTimed {
        private long runs;

        @Override
        public void run() {
            runs++;
        }

        @Override
        public long lastRunNanos() {
            return runs * 1_000_000_000;
        }
    }

    @Test
    void whatHasItsOwnClockIsTimedByIt() {
        Elsewhere body = new Elsewhere();
        Timing timing = InterleavedTimer.repeats(3).time(List.of(body)).getFirst();
        assertEquals((body.runs - 1) * 1e9, timing.medianNanos());
    }

    @Test
    void aBudgetEndsIt() {
        AtomicInteger runs = new AtomicInteger();
        long begun = System.nanoTime();
        Timing timing = InterleavedTimer.forSeconds(0.2)
                .time(List.of(() -> {
                    runs.incrementAndGet();
                    java.util.concurrent.locks.LockSupport.parkNanos(20_000_000);
                }))
                .getFirst();
        assertTrue(timing.repeats() >= 3 && timing.repeats() <= 11, () -> "repeats " + timing.repeats());
        assertTrue(timing.medianNanos() >= 19e6, () -> "median " + timing.medianNanos());
        assertTrue(System.nanoTime() - begun < 20e9);
        assertTrue(runs.get() > timing.repeats(), "warmed up");
    }
}
