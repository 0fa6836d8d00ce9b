package io.deltarule.spark.job;

import org.apache.spark.api.java.JavaSparkContext;

/**
 * An application's executors, which come one after the other once it has begun. Segments stay where they were computed first, so all executors
 * should be there before.
 *
 * @param context Spark's
 */
record ClusterExecutors(JavaSparkContext context) {
    private static final long LOOK_MILLIS = 200;
    private static final long STEADY_MILLIS = 3_000;
    private static final long PATIENCE_MILLIS = 60_000;

    /** How many tasks compute at the same time, when no more executors come. */
    int atOnce() {
        await(Integer.MAX_VALUE);
        int cpus = context.getConf().getInt("spark.task.cpus", 1);
        int cores = context.getConf().getInt("spark.executor.cores", 0);
        return Math.max(
                1, cores > 0 && !context.isLocal() ? there() * (cores / cpus) : context.defaultParallelism() / cpus);
    }

    /** Waits until there is one for each of some tasks, or no more come, or none has come for long: Spark then says why. */
    void await(int tasks) {
        if (context.isLocal()) {
            return;
        }
        long begun = System.currentTimeMillis();
        long changed = begun;
        int known = there();
        long now = begun;
        while (known < tasks && now - begun < PATIENCE_MILLIS && (known == 0 || now - changed < STEADY_MILLIS)) {
            sleep();
            now = System.currentTimeMillis();
            int found = there();
            if (found != known) {
                known = found;
                changed = now;
            }
        }
    }

    /** Whether nobody computes, yet or any more. */
    boolean none() {
        return !context.isLocal() && there() <= 0;
    }

    /** The driver is among those that Spark tells of. */
    private int there() {
        return context.sc().statusTracker().getExecutorInfos().length - 1;
    }

    private static void sleep() {
        try {
            Thread.sleep(LOOK_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while executors started", e);
        }
    }
}
