package io.deltarule.models.segment;

import io.deltarule.models.inference.LanguageModel;
import io.deltarule.models.inference.Session;
import io.deltarule.models.inference.SessionOptions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * How fast this process is in a model, in multiply-adds per second as {@link TokenWork} counts them. Everything is run until it has been
 * compiled.
 *
 * @param model whose layers are run
 * @param piece tokens of one run
 */
public record MeasuredSpeed(LanguageModel model, int piece) {
    private static final int FEWEST = 3;
    private static final int MOST = 40;
    private static final double SECONDS = 3;
    private static final double STILL_FASTER = 0.9;

    /** Enough that what each stage begins with, its weights in the order that products read, weighs little, as in a long segment. */
    private static final int PIECES = 6;

    private static final double COMPOSING_SECONDS = 0.4;

    /** Token after token, as a session reads a text. */
    public double inOrder() {
        int[] ids = ids(piece);
        try (Session session = model.session(SessionOptions.of(MOST * piece).withPiece(piece))) {
            double seconds = steady(SECONDS, () -> session.feed(new int[][] {ids}));
            return piece * TokenWork.of(model.network()).inOrder() / seconds;
        }
    }

    /**
     * In the steps of a segment: what it does to every state, and its rows.
     *
     * @throws io.deltarule.core.InvalidInputException if the model cannot be computed in segments
     */
    public double inSegments() {
        SegmentedNetwork network = new SegmentedNetwork(model.network());
        int tokens = Math.max(PIECES * piece, network.overlap() + 1);
        SegmentRun run = new SegmentRun(network, model.engine(), model.device(), 2 * tokens, piece);
        Segments segments = new Segments(run, new int[] {0, tokens, 2 * tokens});
        int[] ids = ids(2 * tokens);
        double seconds = steady(SECONDS, () -> {
            SegmentRows rows = segments.begin(0, ids);
            for (int stage = 1; stage < network.stages().size(); stage++) {
                segments.transfer(stage, 0, rows);
                rows = segments.next(stage, rows, new float[segments.stateSize(stage)]);
            }
        });
        return tokens * TokenWork.of(model.network()).inSegment() / seconds;
    }

    /** Where states go from segment to segment: of the first delta rule. */
    public static double composing(SegmentedNetwork network) {
        var shape = network.stages().get(1).delta().shape();
        float[] columns = new float[shape.HV() * shape.K() * (shape.V() + shape.K())];
        float[] state = new float[shape.HV() * shape.K() * shape.V()];
        SegmentTransfer transfer = new SegmentTransfer(shape.HV(), shape.K(), shape.V(), columns);
        int times = Math.max(1, 20_000_000 / (state.length * shape.K()));
        double seconds = steady(COMPOSING_SECONDS, () -> {
            for (int i = 0; i < times; i++) {
                transfer.apply(state);
            }
        });
        return (double) times * state.length * shape.K() / seconds;
    }

    private int[] ids(int count) {
        return new Random(1).ints(count, 0, model.network().vocabulary()).toArray();
    }

    /** Seconds of a run: the median of the later half of some, the last of which was hardly faster than those before. */
    private static double steady(double enough, Runnable run) {
        List<Double> seconds = new ArrayList<>();
        double fastest = Double.POSITIVE_INFINITY;
        boolean faster = true;
        long begun = System.nanoTime();
        while (seconds.size() < FEWEST
                || (seconds.size() < MOST && (faster || (System.nanoTime() - begun) / 1e9 < enough))) {
            long before = System.nanoTime();
            run.run();
            double last = (System.nanoTime() - before) / 1e9;
            faster = last < STILL_FASTER * fastest;
            fastest = Math.min(fastest, last);
            seconds.add(last);
        }
        List<Double> later = new ArrayList<>(seconds.subList(seconds.size() / 2, seconds.size()));
        Collections.sort(later);
        return later.get((later.size() - 1) / 2);
    }
}
