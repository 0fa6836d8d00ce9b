package io.deltarule.bench.timing;

import io.deltarule.core.measure.SelfTimed;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * Times several things in turn, one run of each per round: what disturbs the machine for a while disturbs all of them,
 * and ratios between them stay fair.
 *
 * @param seconds how long to go on, warm-up not counted
 * @param atLeast rounds to run however long they take
 * @param atMost rounds after which to stop
 * @param pauseMillis how long to wait before each run, for threads of the run before that go on looking for work
 */
public record InterleavedTimer(double seconds, int atLeast, int atMost, int pauseMillis) {
    private static final double WARM_UP_SECONDS = 0.7;
    private static final int WARM_UP_RUNS = 3;

    /** For a number of seconds, and three rounds at least. */
    public static InterleavedTimer forSeconds(double seconds) {
        return new InterleavedTimer(seconds, 3, 100_000, 0);
    }

    /** An exact number of rounds. */
    public static InterleavedTimer repeats(int rounds) {
        return new InterleavedTimer(0, rounds, rounds, 0);
    }

    /** The same with a pause before each run. */
    public InterleavedTimer pausing(int millis) {
        return new InterleavedTimer(seconds, atLeast, atMost, millis);
    }

    /**
     * Runs all bodies in turn, after a warm-up of each.
     *
     * @param bodies what to time, by this clock or, where they are {@link SelfTimed}, by their own
     * @return one timing each
     */
    public List<Timing> time(List<? extends Runnable> bodies) {
        bodies.forEach(this::warmUp);
        List<double[]> rounds = new ArrayList<>();
        long begun = System.nanoTime();
        while (rounds.size() < atLeast
                || (rounds.size() < atMost && System.nanoTime() - begun < (long) (seconds * 1e9))) {
            double[] round = new double[bodies.size()];
            for (int i = 0; i < round.length; i++) {
                LockSupport.parkNanos(pauseMillis * 1_000_000L);
                long start = System.nanoTime();
                bodies.get(i).run();
                long wall = System.nanoTime() - start;
                round[i] = bodies.get(i) instanceof SelfTimed own ? own.lastRunNanos() : wall;
            }
            rounds.add(round);
        }
        List<Timing> timings = new ArrayList<>();
        for (int i = 0; i < bodies.size(); i++) {
            int column = i;
            timings.add(Timing.of(rounds.stream().mapToDouble(r -> r[column]).toArray()));
        }
        return timings;
    }

    /** Runs a body until the just-in-time compiler has seen enough of it; one that takes long itself runs once. */
    private void warmUp(Runnable body) {
        long limit = (long) (Math.min(WARM_UP_SECONDS, Math.max(0.1, seconds)) * 1e9);
        long begun = System.nanoTime();
        for (int run = 0; run < WARM_UP_RUNS || System.nanoTime() - begun < limit; run++) {
            body.run();
            if (System.nanoTime() - begun > 4 * limit) {
                return;
            }
        }
    }
}
