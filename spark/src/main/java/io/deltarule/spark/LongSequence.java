package io.deltarule.spark;

import io.deltarule.core.InvalidInputException;
import io.deltarule.core.Storage;
import io.deltarule.models.inference.LanguageModel;
import io.deltarule.models.inference.ModelState;
import io.deltarule.models.inference.Session;
import io.deltarule.models.inference.SessionOptions;
import io.deltarule.models.segment.MeasuredSpeed;
import io.deltarule.models.segment.SegmentCosts;
import io.deltarule.models.segment.SegmentRows;
import io.deltarule.models.segment.SegmentRun;
import io.deltarule.models.segment.SegmentStates;
import io.deltarule.models.segment.SegmentTransfer;
import io.deltarule.models.segment.SegmentedNetwork;
import io.deltarule.models.segment.Segments;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.storage.StorageLevel;
import scala.Tuple2;

/**
 * One long sequence over many executors, for models whose layers carry delta states only: a segment each. For every delta rule there is one
 * job: the executors compute what it does to its state over their segments, the driver composes these, and the states go back with the next
 * job. Rows stay where they were computed; what an executor loses is computed again.
 *
 * <p>The state is that of one process up to rounding, in float32 about as far from float64 as that one is itself.
 *
 * @param model which model, and on what it runs
 * @param piece most tokens of one run
 */
public record LongSequence(ModelConfig model, int piece) implements Serializable {
    /**
     * Checks what segments are computed in.
     *
     * @throws InvalidInputException if the model is to be kept in 16 bits
     */
    public LongSequence {
        if (model.storage() != Storage.FLOAT32) {
            throw new InvalidInputException("storage: expected float32, in which segments are computed, but found "
                    + model.storage().id() + "; leave it out");
        }
    }

    /** One segment in its executor: its number and rows. */
    private record Numbered(int segment, SegmentRows rows) implements Serializable {}

    /**
     * Whether segments pay, by counting.
     *
     * @param tokens of the sequence
     * @param segments that compute at the same time
     * @param rates of the machines
     * @throws InvalidInputException if the model cannot be computed in segments
     */
    public SegmentCosts costs(long tokens, int segments, SegmentCosts.Rates rates) {
        try (SharedModel.Lease lease = SharedModel.lease(model)) {
            return SegmentCosts.of(new SegmentedNetwork(lease.model().network()), tokens, segments, rates);
        }
    }

    /**
     * The fewest tokens, to a power of two, with which segments pay; -1 where they never do.
     *
     * @param segments that compute at the same time
     * @param rates of the machines
     * @throws InvalidInputException if the model cannot be computed in segments
     */
    public long least(int segments, SegmentCosts.Rates rates) {
        try (SharedModel.Lease lease = SharedModel.lease(model)) {
            return SegmentCosts.least(new SegmentedNetwork(lease.model().network()), segments, rates);
        }
    }

    /**
     * Measures the rates of the cluster that is there: some jobs, together about a quarter of a minute with a small model.
     *
     * @param context Spark's, with its executors
     * @param segments that are to compute at the same time
     * @throws InvalidInputException if the model cannot be computed in segments
     */
    public SegmentCosts.Rates rates(JavaSparkContext context, int segments) {
        return new ClusterRates(context, this, segments).measure();
    }

    /** Is told how far a sequence is. */
    public interface Progress {
        /**
         * A stage begins: the first one, or that of a delta rule.
         *
         * @param number from 1 on
         * @param all how many there are
         */
        void stage(int number, int all);
    }

    /** As the other, without telling how far it is. */
    public ModelState state(JavaSparkContext context, int[] ids, int count) {
        return state(context, ids, count, (number, all) -> {});
    }

    /**
     * The state after all of some tokens, from which sessions go on. One segment is read by one task as a session reads it, without stages.
     *
     * @param context Spark's
     * @param ids the sequence
     * @param count segments, as many as compute at the same time
     * @param progress is told when a stage begins
     * @throws InvalidInputException if the model cannot be computed in segments, or these would be too short
     */
    public ModelState state(JavaSparkContext context, int[] ids, int count, Progress progress) {
        int[] sizes = sizes(ids.length, count); // the model is not kept: in local mode its turn is the tasks'
        Broadcast<int[]> all = context.broadcast(ids);
        if (count == 1) {
            progress.stage(1, 1);
            return inOneTask(context, all);
        }
        progress.stage(1, sizes.length);
        JavaRDD<Numbered> rows = context.parallelize(numbers(count), count)
                .map(s -> computed(all, count, segments -> new Numbered(s, segments.begin(s, all.value()))))
                .persist(StorageLevel.MEMORY_AND_DISK());
        List<JavaRDD<Numbered>> kept = new ArrayList<>(List.of(rows));
        for (int stage = 1; stage < sizes.length; stage++) {
            int now = stage;
            if (stage > 1) { // the first one's job computes what comes before it too
                progress.stage(stage, sizes.length);
            }
            List<SegmentTransfer> transfers = rows
                    .filter(one -> one.segment() + 1 < count)
                    .map(one -> new Tuple2<>(
                            one.segment(),
                            computed(all, count, segments -> segments.transfer(now, one.segment(), one.rows()))))
                    .collect()
                    .stream()
                    .sorted(Comparator.comparing(Tuple2::_1))
                    .map(Tuple2::_2)
                    .toList();
            Broadcast<List<float[]>> states = context.broadcast(SegmentStates.of(transfers, sizes[stage]));
            rows = rows.map(one -> computed(
                            all,
                            count,
                            segments -> new Numbered(
                                    one.segment(),
                                    segments.next(
                                            now, one.rows(), states.value().get(one.segment())))))
                    .persist(StorageLevel.MEMORY_AND_DISK());
            kept.add(rows);
            if (kept.size() > 2) { // the one before is what a lost one is computed again from
                kept.removeFirst().unpersist(false);
            }
        }
        progress.stage(sizes.length, sizes.length);
        SegmentRows last = rows.map(one -> one.rows().last())
                .collectPartitions(new int[] {count - 1})[0]
                .getFirst();
        kept.forEach(one -> one.unpersist(false));
        try (SharedModel.Lease lease = SharedModel.lease(model)) {
            return segments(lease.model(), ids.length, count, piece).end(last, ids);
        }
    }

    /** Read as sessions read; the state comes back as the file that it would be. */
    private ModelState inOneTask(JavaSparkContext context, Broadcast<int[]> ids) {
        byte[] file = context.parallelize(numbers(1), 1)
                .map(none -> {
                    try (SharedModel.Lease lease = SharedModel.lease(model);
                            Session session = lease.model()
                                    .session(SessionOptions.of(ids.value().length)
                                            .withPiece(piece))) {
                        session.feed(new int[][] {ids.value()});
                        return StateBytes.of(session.state(0), lease.model().network());
                    }
                })
                .first();
        try (SharedModel.Lease lease = SharedModel.lease(model)) {
            return StateBytes.state(file, lease.model().network());
        }
    }

    /** From 0 to a count. */
    static List<Integer> numbers(int count) {
        return IntStream.range(0, count).boxed().toList();
    }

    /** What a task finds out about how fast its process is. */
    interface Measure<R> extends Serializable {
        R of(MeasuredSpeed speed);
    }

    <R> R measured(Measure<R> measure) {
        try (SharedModel.Lease lease = SharedModel.lease(model)) {
            return measure.of(new MeasuredSpeed(lease.model(), piece));
        }
    }

    /** How many numbers the state of each stage has, and so how many stages there are. */
    private int[] sizes(int tokens, int count) {
        try (SharedModel.Lease lease = SharedModel.lease(model)) {
            Segments plan = segments(lease.model(), tokens, count, piece);
            int[] sizes = new int[plan.run().network().stages().size()];
            for (int stage = 1; stage < sizes.length; stage++) {
                sizes[stage] = plan.stateSize(stage);
            }
            return sizes;
        }
    }

    private static Segments segments(LanguageModel model, int tokens, int count, int piece) {
        SegmentedNetwork network = new SegmentedNetwork(model.network());
        return new Segments(
                new SegmentRun(network, model.engine(), model.device(), tokens, piece), network.cuts(tokens, count));
    }

    /** What an executor does with its model. */
    private interface Step<R> extends Serializable {
        R of(Segments segments);
    }

    private <R> R computed(Broadcast<int[]> ids, int count, Step<R> step) {
        try (SharedModel.Lease lease = SharedModel.lease(model)) {
            return step.of(segments(lease.model(), ids.value().length, count, piece));
        }
    }
}
