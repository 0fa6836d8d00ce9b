package io.deltarule.bench.suite;

import io.deltarule.bench.prepared.PreparedOperation;
import io.deltarule.bench.result.Measurement;
import io.deltarule.bench.result.SpeedRatio;
import io.deltarule.bench.timing.Machine;
import io.deltarule.bench.timing.MemoryCopies;
import io.deltarule.bench.timing.Timing;
import io.deltarule.bench.verification.Verification;
import io.deltarule.bench.workload.Workload;
import io.deltarule.core.Gate;
import io.deltarule.core.measure.CpuBaseline;
import java.util.ArrayList;
import java.util.List;

/**
 * What is measured on the CPU engine: what {@link DeviceRows} measure, and beside it what its threads do with nothing but
 * the matrix products, a copy of memory, or products of matrices.
 */
record CpuRows(SuiteWorkloads workloads, SuiteRecorder recorder, Machine machine) {
    void measure(SuiteLevel level) {
        prefill();
        List<Workload> variants = workloads.variantsAndLevels();
        recorder.time(level == SuiteLevel.FULL ? bothForms(variants) : variants, 4);
        new ContextRows(workloads, recorder).measure();
        new DeviceRows(workloads, recorder).curves();
        gradients(level);
        decode("decode/batch", workloads.sizes().batch());
        decode("decode/single", 1);
        new CpuNetworkRows(workloads, recorder).measure();
        new TrainingRows(recorder).measure();
    }

    private static List<Workload> bothForms(List<Workload> chunkwise) {
        List<Workload> both = new ArrayList<>(chunkwise);
        chunkwise.forEach(workload -> both.add(workload.recurrent()));
        return both;
    }

    /** Times one backward pass at a time, because each keeps the states of all its chunks. */
    private void gradients(SuiteLevel level) {
        workloads.gradientLengths().forEach(gradient -> recorder.time(List.of(gradient), 1));
        if (level != SuiteLevel.QUICK) {
            workloads.gradientVariants().forEach(gradient -> recorder.time(List.of(gradient), 0.5));
        }
    }

    private void prefill() {
        List<Workload> wanted = recorder.wanted(workloads.prefills());
        if (wanted.isEmpty()) {
            return;
        }
        try (WorkloadGroup group = new WorkloadGroup(wanted, recorder.listener());
                CpuBaseline products = CpuBaseline.products(
                        workloads.prefills().getFirst().shape(),
                        wanted.getFirst().engine().chunkSize(Gate.SCALAR))) {
            List<Measurement> timed = group.time(recorder.seconds(8), List.of(products::run));
            recorder.add(timed);
            for (Measurement m : timed) {
                if (m.timing() != null && !m.workload().shape().crossRead()) {
                    recorder.add(SpeedRatio.of(
                            m.workload().variant().id() + "_prefill_over_products_only",
                            "chunkwise prefill, " + prefillInWords()
                                    + ", over its matrix products and triangular solves alone, in turn with it on the same threads",
                            m.timing().medianNanos() / 1e6,
                            group.baselines().getFirst().medianNanos() / 1e6,
                            "ms"));
                }
            }
            selectiveOverPlain(timed);
        }
    }

    /** What the selective read adds to a prefill, as a ratio. */
    private void selectiveOverPlain(List<Measurement> timed) {
        for (Measurement selective : timed) {
            Measurement plain = selective.workload().shape().crossRead() ? plain(selective, timed) : null;
            if (plain != null && plain.timing() != null && selective.timing() != null) {
                recorder.add(SpeedRatio.of(
                        selective.workload().name().replace("prefill/", "") + "_prefill_over_"
                                + plain.workload().variant().id(),
                        "chunkwise prefill with a selective read, " + prefillInWords()
                                + ", over the same write without, in turn with it",
                        selective.timing().medianNanos() / 1e6,
                        plain.timing().medianNanos() / 1e6,
                        "ms"));
            }
        }
    }

    private static Measurement plain(Measurement selective, List<Measurement> timed) {
        return timed.stream()
                .filter(m -> !m.workload().shape().crossRead())
                .filter(m -> m.workload().shape().gate()
                        == selective.workload().shape().gate())
                .findFirst()
                .orElse(null);
    }

    private String prefillInWords() {
        return "B 1, T " + workloads.sizes().tokens() + ", " + workloads.sizes().inWords();
    }

    /**
     * Decode steps of heads whose states together outgrow the cache: several plans, one step of each in turn. With one
     * sequence per plan this is how the layers of a model decode for one user.
     */
    private void decode(String name, int sequences) {
        Workload workload = workloads.decode(name, sequences);
        if (recorder.wanted(List.of(workload)).isEmpty()) {
            return;
        }
        int plans = (int) (manyStates() / (workloads.sizes().stateBytes() * sequences));
        recorder.listener().begins("verifying " + name);
        List<PreparedOperation> all = new ArrayList<>();
        try (MemoryCopies copies = new MemoryCopies()) {
            for (int i = 0; i < plans; i++) {
                if (i % (plans / MemoryCopies.BLOCKS) == 0) {
                    copies.add(manyStates() / MemoryCopies.BLOCKS);
                }
                all.add(PreparedOperation.single(workload));
            }
            Verification verification = all.getLast().verify();
            if (!verification.passed()) {
                recorder.add(List.of(Measurement.wrong(workload, verification)));
                return;
            }
            recorder.listener().begins("timing " + name);
            List<Timing> rounds =
                    recorder.seconds(2).time(List.of(copies::run, () -> all.forEach(PreparedOperation::run)));
            Measurement step =
                    Measurement.timed(workload, verification, rounds.getLast().dividedBy(plans));
            recorder.add(List.of(step));
            recorder.add(SpeedRatio.of(
                    name.replace('/', '_') + "_state_over_copy",
                    "bytes of state read and written per second by decode steps of "
                            + workloads.sizes().inWords() + ", " + sequences
                            + " sequences in each of " + plans
                            + " plans in turn, over those of a copy of as much memory,"
                            + " in turn with them on the same threads",
                    step.work().stateBytes() / step.timing().medianNanos(),
                    copies.bytes() / rounds.getFirst().medianNanos(),
                    "GB/s"));
        } catch (RuntimeException | OutOfMemoryError e) {
            recorder.add(List.of(WorkloadGroup.problem(workload, e)));
        } finally {
            all.forEach(PreparedOperation::close);
        }
    }

    /**
     * How many bytes of state decode in turn: more than the cache holds, a whole number of batches for every copied block,
     * and at most a sixteenth of the memory.
     */
    long manyStates() {
        SuiteSizes sizes = workloads.sizes();
        long unit = sizes.stateBytes() * sizes.batch() * MemoryCopies.BLOCKS;
        long most = Math.max(unit, machine.memoryBytes() / 16);
        return Math.min(Math.ceilDiv(sizes.states(), unit), most / unit) * unit;
    }
}
