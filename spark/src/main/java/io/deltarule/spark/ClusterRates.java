package io.deltarule.spark;

import io.deltarule.models.segment.MeasuredSpeed;
import io.deltarule.models.segment.SegmentCosts;
import io.deltarule.models.segment.SegmentedNetwork;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;

/**
 * Measures what a plan needs on the cluster that is there: jobs of as many tasks as there would be segments.
 *
 * @param context Spark's
 * @param sequence says model and piece
 * @param count segments
 */
record ClusterRates(JavaSparkContext context, LongSequence sequence, int count) {
    private static final int ROUNDS = 9;

    /** Bytes that each task gets and gives back where the network is measured. */
    private static final int BYTES = 4 << 20;

    private static final int ALL_BYTES = 32 << 20;

    /** When a task computed, by its machine's clock, and how fast. */
    private record Timed(long begun, long ended, double speed) implements Serializable {}

    SegmentCosts.Rates measure() {
        double composing;
        try (SharedModel.Lease lease = SharedModel.lease(sequence.model())) {
            composing =
                    MeasuredSpeed.composing(new SegmentedNetwork(lease.model().network()));
        }
        double together = count == 1 ? 0 : inSegments(); // first, so that all executors are warm when one is alone
        double rate = rate();
        double inSegments = count == 1 ? rate : together;
        double stage = stage();
        return new SegmentCosts.Rates(rate, inSegments, composing, stage, bandwidth(stage));
    }

    /** The slowest one's, and slower where some have to wait until others are done. */
    private double inSegments() {
        LongSequence own = sequence;
        List<Timed> all = context.parallelize(LongSequence.numbers(count), count)
                .map(none -> own.measured(speed -> {
                    long begun = System.currentTimeMillis();
                    double found = speed.inSegments();
                    return new Timed(begun, System.currentTimeMillis(), found);
                }))
                .collect();
        long together = all.stream()
                .mapToLong(one -> all.stream()
                        .filter(other -> other.begun() <= one.begun() && one.begun() < other.ended())
                        .count())
                .max()
                .orElse(1);
        double slowest = all.stream().mapToDouble(Timed::speed).min().orElseThrow();
        return slowest / Math.ceilDiv(count, together);
    }

    private double rate() {
        LongSequence own = sequence;
        return context.parallelize(LongSequence.numbers(1), 1)
                .map(none -> own.measured(MeasuredSpeed::inOrder))
                .first();
    }

    /** A job that does nothing but hand something small to its tasks and back. */
    private double stage() {
        List<float[]> parts = parts(1);
        return median(() -> exchange(parts));
    }

    /** A job in which each task gives back as much as it gets; what goes to the tasks is one broadcast, as states are. */
    private double bandwidth(double stage) {
        int floats = Math.max(1, Math.min(BYTES, ALL_BYTES / count) / Float.BYTES);
        List<float[]> parts = parts(floats);
        double seconds = median(() -> exchange(parts)) - stage;
        return 2.0 * count * floats * Float.BYTES / Math.max(seconds, 1e-3);
    }

    /** One for each task, of numbers that do not compress. */
    private List<float[]> parts(int floats) {
        Random random = new Random(1);
        List<float[]> parts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            float[] part = new float[floats];
            for (int j = 0; j < floats; j++) {
                part[j] = random.nextFloat();
            }
            parts.add(part);
        }
        return parts;
    }

    private void exchange(List<float[]> parts) {
        Broadcast<List<float[]>> given = context.broadcast(parts);
        List<float[]> back = context.parallelize(LongSequence.numbers(count), count)
                .map(place -> given.value().get(place))
                .collect();
        given.destroy();
        if (back.size() != parts.size()) {
            throw new IllegalStateException("expected an answer of every task but found " + back.size());
        }
    }

    private static double median(Runnable job) {
        double[] seconds = new double[ROUNDS];
        for (int i = 0; i < ROUNDS; i++) {
            long begun = System.nanoTime();
            job.run();
            seconds[i] = (System.nanoTime() - begun) / 1e9;
        }
        Arrays.sort(seconds);
        return seconds[ROUNDS / 2];
    }
}
