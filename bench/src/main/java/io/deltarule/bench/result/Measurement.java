package io.deltarule.bench.result;

import io.deltarule.bench.timing.FirstRun;
import io.deltarule.bench.timing.TimeBreakdown;
import io.deltarule.bench.timing.Timing;
import io.deltarule.bench.verification.Verification;
import io.deltarule.bench.workload.WorkCount;
import io.deltarule.bench.workload.Workload;
import java.util.Locale;

/**
 * What became of one workload.
 *
 * @param workload what was to be measured
 * @param status whether it was timed
 * @param problem why it was not timed, else null
 * @param verification against the reference; null if it did not run
 * @param work what one run does
 * @param timing null if it was not timed
 * @param first the plan's first run; null where the engine does not tell
 * @param breakdown where the time goes; null where the engine does not tell
 */
public record Measurement(
        Workload workload,
        Status status,
        String problem,
        Verification verification,
        WorkCount work,
        Timing timing,
        FirstRun first,
        TimeBreakdown breakdown) {
    /** What can become of it. */
    public enum Status {
        /** Verified and timed. */
        OK,
        /** It gave wrong numbers. */
        WRONG,
        /** It broke: an engine must not do that. */
        FAILED,
        /** The engine said beforehand that it does not do this, or there is no room for it. */
        REFUSED;

        /** As reports call it. */
        public String id() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private static Measurement without(Workload workload, Status status, String problem, Verification verification) {
        return new Measurement(workload, status, problem, verification, WorkCount.of(workload), null, null, null);
    }

    public static Measurement refused(Workload workload, String problem) {
        return without(workload, Status.REFUSED, problem, null);
    }

    public static Measurement failed(Workload workload, String problem) {
        return without(workload, Status.FAILED, problem, null);
    }

    public static Measurement wrong(Workload workload, Verification verification) {
        return without(workload, Status.WRONG, verification.toString(), verification);
    }

    public static Measurement timed(Workload workload, Verification verification, Timing timing) {
        return new Measurement(workload, Status.OK, null, verification, WorkCount.of(workload), timing, null, null);
    }

    /** The same with what the engine says of its runs. */
    public Measurement with(FirstRun run, TimeBreakdown parts) {
        return new Measurement(workload, status, problem, verification, work, timing, run, parts);
    }

    /** Whether the engine did what it must not do: gave wrong numbers, or broke. */
    public boolean faulty() {
        return status == Status.WRONG || status == Status.FAILED;
    }

    /** Tokens of all sequences together per second. */
    public double tokensPerSecond() {
        return workload.shape().tokens() / timing.seconds();
    }

    /** Billions of floating-point operations per second. */
    public double gflops() {
        return work.flops() / timing.medianNanos();
    }

    /** Billions of bytes per second. */
    public double gbytes() {
        return work.bytes() / timing.medianNanos();
    }
}
