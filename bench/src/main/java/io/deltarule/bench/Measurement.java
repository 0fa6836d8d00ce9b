package io.deltarule.bench;

/**
 * What became of one workload.
 *
 * @param workload what was to be measured
 * @param problem why it was not timed, else null
 * @param verification against the reference; null if it did not run
 * @param work what one run does
 * @param timing null if it was not timed
 */
public record Measurement(Workload workload, String problem, Verification verification, WorkCount work, Timing timing) {
    static Measurement failed(Workload workload, String problem) {
        return new Measurement(workload, problem, null, WorkCount.of(workload), null);
    }

    static Measurement wrong(Workload workload, Verification verification) {
        return new Measurement(workload, verification.toString(), verification, WorkCount.of(workload), null);
    }

    static Measurement timed(Workload workload, Verification verification, Timing timing) {
        return new Measurement(workload, null, verification, WorkCount.of(workload), timing);
    }

    /** Whether it ran and gave wrong numbers. */
    public boolean wrong() {
        return verification != null && !verification.passed();
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
