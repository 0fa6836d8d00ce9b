package io.deltarule.bench.suite;

import io.deltarule.bench.prepared.PreparedWorkload;
import io.deltarule.bench.result.Measurement;
import io.deltarule.bench.timing.FirstRun;
import io.deltarule.bench.timing.InterleavedTimer;
import io.deltarule.bench.timing.TimeBreakdown;
import io.deltarule.bench.timing.Timing;
import io.deltarule.bench.verification.Verification;
import io.deltarule.bench.workload.Workload;
import io.deltarule.core.EngineUnavailableException;
import io.deltarule.core.InvalidInputException;
import io.deltarule.core.measure.SelfTimed;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Workloads that are prepared, verified one by one, and timed in turn with each other and with baselines. */
final class WorkloadGroup implements AutoCloseable {
    private final ProgressListener listener;
    private final List<Candidate> candidates = new ArrayList<>();
    private List<Timing> baselines = List.of();

    /** A workload, and what has become of it so far. */
    private static final class Candidate {
        private final Workload workload;
        /** Null until it has passed verification, and again once it has broken. */
        private PreparedWorkload prepared;

        private FirstRun first;
        private Measurement result;
        private Throwable refusal;

        Candidate(Workload workload) {
            this.workload = workload;
        }

        /** Runs it, with its own clock where it has one. */
        Runnable body() {
            return prepared.clock()
                    .<Runnable>map(clock -> new Clocked(this, clock))
                    .orElse(this::run);
        }

        void run() {
            try {
                prepared.run();
            } catch (RuntimeException | OutOfMemoryError e) {
                throw new Broken(this, e);
            }
        }
    }

    /** The runs of a workload in another process, timed by that process's clock. */
    private record Clocked(Candidate candidate, SelfTimed clock) implements Runnable, SelfTimed {
        @Override
        public void run() {
            candidate.run();
        }

        @Override
        public long lastRunNanos() {
            return clock.lastRunNanos();
        }
    }

    /** Something that passed and broke while it was timed. */
    private static final class Broken extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final transient Candidate candidate;

        Broken(Candidate candidate, Throwable cause) {
            super(cause);
            this.candidate = candidate;
        }
    }

    /**
     * Prepares and verifies.
     *
     * @param workloads what to measure; those that cannot run, or run and give wrong numbers, are not timed
     * @param listener told of each
     */
    WorkloadGroup(List<Workload> workloads, ProgressListener listener) {
        this(workloads, listener, PreparedWorkload::of);
    }

    /** The same for workloads that something else prepares. */
    WorkloadGroup(List<Workload> workloads, ProgressListener listener, Function<Workload, PreparedWorkload> maker) {
        this.listener = listener;
        for (Workload workload : workloads) {
            listener.begins("verifying " + workload.name());
            Candidate candidate = new Candidate(workload);
            candidates.add(candidate);
            admit(candidate, maker);
        }
    }

    private static void admit(Candidate candidate, Function<Workload, PreparedWorkload> maker) {
        PreparedWorkload prepared = null;
        Verification verification = null;
        try {
            prepared = maker.apply(candidate.workload);
            candidate.first = FirstRun.of(prepared.profiled(), prepared::run);
            verification = prepared.verify();
            candidate.result = verification.passed()
                    ? Measurement.timed(candidate.workload, verification, null)
                    : Measurement.wrong(candidate.workload, verification);
        } catch (RuntimeException | OutOfMemoryError e) {
            candidate.result = problem(candidate.workload, e);
            candidate.refusal = candidate.result.status() == Measurement.Status.REFUSED ? e : null;
        } finally {
            if (verification != null && verification.passed()) {
                candidate.prepared = prepared;
            } else if (prepared != null) {
                prepared.close();
            }
        }
    }

    /** What an exception says of a workload. */
    static Measurement problem(Workload workload, Throwable e) {
        return switch (e) {
            case InvalidInputException _, EngineUnavailableException _ -> Measurement.refused(workload, e.getMessage());
            case OutOfMemoryError _ -> Measurement.refused(workload, "not enough memory: " + e.getMessage());
            default -> Measurement.failed(workload, e.getClass().getSimpleName() + ": " + e.getMessage());
        };
    }

    /**
     * Throws if a workload was refused. For the one workload that a user describes by options: a refusal is then a mistake
     * in these options, and told like any other.
     *
     * @throws InvalidInputException if the engine does not do it
     * @throws EngineUnavailableException if it cannot here
     */
    void throwRefusal() {
        for (Candidate candidate : candidates) {
            switch (candidate.refusal) {
                case RuntimeException e -> throw e;
                case Error e -> throw e;
                case null, default -> {}
            }
        }
    }

    /** The workloads that passed verification and have not broken since. */
    List<PreparedWorkload> prepared() {
        return passed().map(candidate -> candidate.prepared).toList();
    }

    private java.util.stream.Stream<Candidate> passed() {
        return candidates.stream().filter(candidate -> candidate.prepared != null);
    }

    /**
     * Times what passed. What breaks in doing so is not timed, and the others are timed again without it.
     *
     * @param timer how long
     * @param others run in turn with it
     * @return what became of every workload
     */
    List<Measurement> time(InterleavedTimer timer, List<? extends Runnable> others) {
        List<Timing> timings = null;
        while (timings == null) {
            List<Runnable> bodies = new ArrayList<>(others);
            passed().forEach(candidate -> bodies.add(candidate.body()));
            if (bodies.size() > others.size()) {
                listener.begins("timing "
                        + String.join(
                                ", ",
                                passed().map(candidate -> candidate.workload.name())
                                        .toList()));
            }
            try {
                timings = timer.time(bodies);
            } catch (Broken e) {
                drop(e);
            }
        }
        baselines = timings.subList(0, others.size());
        int next = others.size();
        for (Candidate candidate : candidates) {
            if (candidate.prepared != null) {
                candidate.result = measured(candidate, timings.get(next++));
            }
        }
        return candidates.stream().map(candidate -> candidate.result).toList();
    }

    private static Measurement measured(Candidate candidate, Timing timing) {
        try {
            TimeBreakdown breakdown = TimeBreakdown.of(candidate.prepared.profiled(), candidate::run)
                    .orElse(null);
            return Measurement.timed(candidate.workload, candidate.result.verification(), timing)
                    .with(candidate.first, breakdown);
        } catch (Broken e) {
            drop(e);
            return candidate.result;
        }
    }

    private static void drop(Broken e) {
        Candidate candidate = e.candidate;
        candidate.result = problem(candidate.workload, e.getCause());
        candidate.prepared.close();
        candidate.prepared = null;
    }

    /** How long the baselines took in the last {@link #time}. */
    List<Timing> baselines() {
        return baselines;
    }

    @Override
    public void close() {
        prepared().forEach(PreparedWorkload::close);
    }
}
