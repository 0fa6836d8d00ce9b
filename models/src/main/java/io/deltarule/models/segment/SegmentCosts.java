package io.deltarule.models.segment;

import io.deltarule.core.InvalidInputException;
import io.deltarule.core.layer.LayerOp;
import io.deltarule.core.layer.MatrixOp;
import io.deltarule.core.layer.SequenceOp;
import java.util.Locale;

/**
 * When it pays to compute one sequence in segments, by counting. A segment computes its tokens and the overlap, and each delta rule twice: once
 * with V + K columns for what it does to its state, once with V for its rows. Between stages states go from segment to segment, one after the
 * other.
 *
 * <pre>
 *   one    = T (L + D) / rate
 *   many   = (T / n + overlap) (L + D + D (V + K) / V) / rate  +  stages · stage  +  bytes / bandwidth  +  n Σ HV K² V / rate
 *   L      multiply-adds of a token's matrix products        D = Σ 4 HV K V n_h of its delta rules: fade, look up, write, read
 *   bytes  of all states and maps, n Σ 4 HV K (2 V + K)
 * </pre>
 *
 * @param tokens T, of the sequence
 * @param segments n, as many as compute at the same time
 * @param one seconds in one process, token after token
 * @param many seconds in segments
 */
public record SegmentCosts(long tokens, int segments, double one, double many) {
    private static final int PER_ENTRY = 4;

    /**
     * What machines do.
     *
     * @param rate multiply-adds that one of them does in a second, in this model's layers
     * @param stage seconds from the end of one stage to the begin of the next: a job's scheduling
     * @param bandwidth bytes that all of them exchange in a second
     */
    public record Rates(double rate, double stage, double bandwidth) {
        /**
         * Checks the numbers.
         *
         * @throws InvalidInputException if one is not above 0
         */
        public Rates {
            if (!(rate > 0) || !(stage >= 0) || !(bandwidth > 0)) {
                throw new InvalidInputException(
                        "rates: expected numbers above 0 but found " + rate + ", " + stage + " and " + bandwidth);
            }
        }
    }

    /** Counts. */
    public static SegmentCosts of(SegmentedNetwork network, long tokens, int segments, Rates rates) {
        double products = 0;
        double deltas = 0;
        double twice = 0;
        double bytes = 0;
        double scan = 0;
        for (LayerOp op : network.network().body().ops()) {
            if (op instanceof MatrixOp.Linear linear) {
                products += (double) linear.in().width() * linear.out().width();
            } else if (op instanceof SequenceOp.Delta delta) {
                var s = delta.shape();
                double state = (double) s.HV() * s.K() * s.V();
                double work = PER_ENTRY * state * s.householders();
                deltas += work;
                twice += work * (s.V() + s.K()) / s.V();
                bytes += 4.0 * segments * s.HV() * s.K() * (2.0 * s.V() + s.K());
                scan += segments * state * s.K();
            }
        }
        double one = tokens * (products + deltas) / rates.rate();
        double own = segments == 1 ? tokens : (double) tokens / segments + network.overlap();
        double many = segments == 1
                ? one
                : own * (products + deltas + twice) / rates.rate()
                        + network.stages().size() * rates.stage()
                        + bytes / rates.bandwidth()
                        + scan / rates.rate();
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
