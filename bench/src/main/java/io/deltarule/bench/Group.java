package io.deltarule.bench;

import io.deltarule.core.EngineUnavailableException;
import io.deltarule.core.InvalidInputException;
import io.deltarule.core.NumericException;
import java.util.ArrayList;
import java.util.List;

/** Workloads that are prepared, verified one by one, and timed in turn with each other and with baselines. */
final class Group implements AutoCloseable {
    private final Watcher watcher;
    private final List<Prepared> prepared = new ArrayList<>();
    private final List<Measurement> measurements = new ArrayList<>();
    private List<Timing> baselines = List.of();

    /**
     * Prepares and verifies.
     *
     * @param workloads what to measure; those that cannot run, or run and give wrong numbers, are not timed
     * @param watcher told of each
     */
    Group(List<Workload> workloads, Watcher watcher) {
        this.watcher = watcher;
        for (Workload workload : workloads) {
            watcher.begins("verifying " + workload.name());
            measurements.add(admit(workload));
        }
    }

    private Measurement admit(Workload workload) {
        Prepared candidate = null;
        boolean admitted = false;
        try {
            candidate = new Prepared(workload);
            Verification verification = candidate.verify();
            if (!verification.passed()) {
                return Measurement.wrong(workload, verification);
            }
            prepared.add(candidate);
            admitted = true;
            return Measurement.timed(workload, verification, null);
        } catch (InvalidInputException | EngineUnavailableException | NumericException e) {
            return Measurement.failed(workload, e.getMessage());
        } catch (OutOfMemoryError e) {
            return Measurement.failed(workload, "not enough memory: " + e.getMessage());
        } finally {
            if (candidate != null && !admitted) {
                candidate.close();
            }
        }
    }

    /** Those that passed. */
    List<Prepared> prepared() {
        return prepared;
    }

    /**
     * Times what passed.
     *
     * @param sampler how long
     * @param others run in turn with it
     * @return what became of every workload
     */
    List<Measurement> time(Sampler sampler, List<? extends Runnable> others) {
        List<Runnable> bodies = new ArrayList<>(others);
        prepared.forEach(p -> bodies.add(p::run));
        if (!prepared.isEmpty()) {
            watcher.begins("timing "
                    + String.join(
                            ", ",
                            prepared.stream().map(p -> p.workload().name()).toList()));
        }
        List<Timing> timings = sampler.time(bodies);
        baselines = timings.subList(0, others.size());
        List<Measurement> result = new ArrayList<>();
        int next = others.size();
        for (Measurement m : measurements) {
            boolean passed = m.problem() == null;
            result.add(passed ? Measurement.timed(m.workload(), m.verification(), timings.get(next++)) : m);
        }
        return result;
    }

    /** How long the others took in the last {@link #time}. */
    List<Timing> baselines() {
        return baselines;
    }

    @Override
    public void close() {
        prepared.forEach(Prepared::close);
    }
}
