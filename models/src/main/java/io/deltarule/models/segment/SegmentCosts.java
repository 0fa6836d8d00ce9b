package io.deltarule.models.segment;

import io.deltarule.core.InvalidInputException;
import io.deltarule.core.layer.SequenceOp;
import java.util.Locale;

/**
 * When it pays to compute one sequence in segments, by counting. A segment computes its tokens and the overlap, and each delta rule twice: once
 * with V + K columns for what it does to its state, once with V for its rows. Between stages states go from segment to segment, one after the
 * other.
 *
 * <pre>
 *   one    = T (L + D) / rate
 *   many   = (T / n + overlap) (L + D + M) / inSegments  +  stages · stage  +  bytes / bandwidth  +  n Σ HV K² V / composing
 *   L, D, M  multiply-adds of a token, see {@link TokenWork}
 *   bytes    of all states and maps, n Σ 4 HV K (2 V + K)
 * </pre>
 *
 * @param tokens T, of the sequence
 * @param segments n, as many as compute at the same time
 * @param one seconds in one process, token after token
 * @param many seconds in segments
 */
public record SegmentCosts(long tokens, int segments, double one, double many) {
    /**
     * What machines do.
     *
     * @param rate multiply-adds that one of them does in a second while the others rest, in this model's layers, token after token
     * @param inSegments multiply-adds that each of them does in a second in the steps of its segment while all others do the same
     * @param composing multiply-adds in a second where states go from segment to segment
     * @param stage seconds from the end of one stage to the begin of the next: a job's scheduling
     * @param bandwidth bytes that all of them exchange in a second
     */
    public record Rates(double rate, double inSegments, double composing, double stage, double bandwidth) {
        /**
         * Checks the numbers.
         *
         * @throws InvalidInputException if one is not above 0
         */
        public Rates {
            if (!(rate > 0) || !(inSegments > 0) || !(composing > 0) || !(stage >= 0) || !(bandwidth > 0)) {
                throw new InvalidInputException("rates: expected numbers above 0 but found " + rate + ", " + inSegments
                        + ", " + composing + ", " + stage + " and " + bandwidth);
            }
        }

        /** With one rate of multiply-adds for all of them. */
        public Rates(double rate, double stage, double bandwidth) {
            this(rate, rate, rate, stage, bandwidth);
        }
    }

    /** Counts. */
    public static SegmentCosts of(SegmentedNetwork network, long tokens, int segments, Rates rates) {
        TokenWork work = TokenWork.of(network.network());
        double one = tokens * work.inOrder() / rates.rate();
        if (segments == 1) {
            return new SegmentCosts(tokens, 1, one, one);
        }
        double bytes = 0;
        double composing = 0;
        for (SegmentedNetwork.Stage stage : network.stages()) {
            SequenceOp.Delta delta = stage.delta();
            if (delta != null) {
                var s = delta.shape();
                double rows = (double) segments * s.HV() * s.K();
                bytes += 4 * rows * (2.0 * s.V() + s.K());
                composing += rows * s.V() * s.K();
            }
        }
        double own = (double) tokens / segments + network.overlap();
        double many = own * work.inSegment() / rates.inSegments()
                + network.stages().size() * rates.stage()
                + bytes / rates.bandwidth()
                + composing / rates.composing();
        return new SegmentCosts(tokens, segments, one, many);
    }

    /** Whether segments take less time. */
    public boolean pays() {
        return many < one;
    }

    /** The fewest tokens, to a power of two, with which segments pay; -1 where they never do. */
    public static long least(SegmentedNetwork network, int segments, Rates rates) {
        for (long tokens = 1024; tokens <= 1L << 40; tokens *= 2) {
            if (of(network, tokens, segments, rates).pays()) {
                return tokens;
            }
        }
        return -1;
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%,d tokens: %.1f s one after the other, %.1f s in %d segments: %s",
                tokens,
                one,
                many,
                segments,
                pays() ? "segments pay" : "one process is as fast");
    }
}
