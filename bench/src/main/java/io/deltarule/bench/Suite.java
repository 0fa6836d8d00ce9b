package io.deltarule.bench;

import io.deltarule.core.Comparison;
import io.deltarule.core.DeltaEngine;
import io.deltarule.core.DeltaShape;
import io.deltarule.core.Device;
import io.deltarule.core.Engines;
import io.deltarule.core.Gate;
import io.deltarule.core.PeerEngine;
import io.deltarule.core.PlanSpec;
import io.deltarule.core.Tensor;
import io.deltarule.core.Variant;
import io.deltarule.core.cpu.CpuBaseline;
import java.util.ArrayList;
import java.util.List;

/**
 * The set that is measured when nothing in particular is asked for: on the CPU engine the prefill of every variant
 * beside its bare matrix products, growth with the length, and decoding beside a plain copy; on every device that the
 * automatic choice may take, prefill and decoding; every other library on the class path beside the CPU engine. The
 * reference, PoCL and the emulator are measured only by name.
 */
public final class Suite {
    private final Watcher watcher;
    private final double effort;
    private final Machine machine = Machine.here();
    private final Level level;
    private final Filter filter;
    /** Sizes of the device at hand. */
    private Scale scale;

    private final Scale fast;
    private final List<Measurement> measurements = new ArrayList<>();
    private final List<Ratio> ratios = new ArrayList<>();
    private final List<String> wrongModels = new ArrayList<>();

    /**
     * @param watcher told what is going on
     * @param effort multiplies every group's seconds
     * @param level how much
     * @param filter which of it
     */
    public Suite(Watcher watcher, double effort, Level level, Filter filter) {
        this(watcher, effort, level, filter, Scale.of(level, Machine.here()));
    }

    Suite(Watcher watcher, double effort, Level level, Filter filter, Scale fast) {
        this.watcher = watcher;
        this.effort = effort;
        this.level = level;
        this.filter = filter;
        this.fast = fast;
    }

    /** Measures everything. */
    public Report run() {
        List<Place> places = new ArrayList<>();
        for (DeltaEngine engine : Engines.all()) {
            if (engine.unavailable().isPresent()) {
                places.add(Place.unavailable(engine.name(), engine.unavailable().get()));
                continue;
            }
            for (Device device : engine.devices()) {
                places.add(measure(engine, device));
            }
        }
        return new Report(level.id(), machine, places, measurements, ratios, wrongModels);
    }

    private Place measure(DeltaEngine engine, Device device) {
        boolean runsAtSpeed = device.automatic() || engine.name().equals("cpu") || engine instanceof PeerEngine;
        scale = runsAtSpeed ? fast : Scale.small(level);
        if (!filter.allows(engine, device)) {
            return Place.skipped(engine.name(), device, "not asked for");
        }
        if (engine.name().equals("cpu")) {
            watcher.begins("measuring the machine");
            Ceilings ceilings = Ceilings.measure(manyStates(), effort);
            cpu(engine, device.id());
            return Place.measured(engine.name(), device, ceilings);
        }
        if (engine instanceof PeerEngine peer) {
            return peer(peer, device);
        }
        if (device.automatic() || filter.names(engine, device)) {
            accelerator(engine, device.id());
            return Place.measured(engine.name(), device, null);
        }
        return Place.skipped(
                engine.name(),
                device,
                "slow by nature and measured by name only: --suite " + level.id() + " --engine " + engine.name()
                        + " --device " + device.id());
    }

    /** In turn with the CPU engine, which has the same threads. */
    private Place peer(PeerEngine peer, Device device) {
        DeltaEngine ours = Engines.named("cpu");
        watcher.begins("measuring " + peer.name());
        Ceilings ceilings = Ceilings.of(peer, manyStates(), effort);
        PeerSpeed.Pair pair = new PeerSpeed.Pair(
                peer, device.id(), ours, ours.devices().getFirst().id());
        for (Variant variant : List.of(Variant.GATED_DELTA_RULE, Variant.DELTA_RULE)) {
            Gate gate = variant == Variant.DELTA_RULE ? Gate.NONE : Gate.SCALAR;
            List<Workload> workloads = filter.of(pair.prefills(variant, shape(1, scale.tokens(), 1, gate)));
            if (!workloads.isEmpty()) {
                PeerSpeed speed = PeerSpeed.measure(workloads, peer.threads(), seconds(6), watcher);
                measurements.addAll(speed.measurements());
                ratios.addAll(speed.ratios());
            }
        }
        return Place.measured(peer.name(), device, ceilings);
    }

    private Sampler seconds(double seconds) {
        return Sampler.forSeconds(effort * seconds);
    }

    private void cpu(DeltaEngine engine, String device) {
        prefill(engine, device);
        variants(engine, device);
        curves(engine, device);
        decode(engine, device, "decode/batch", scale.batch());
        decode(engine, device, "decode/single", 1);
        if (filter.everything()) {
            model(engine);
        }
    }

    private void curves(DeltaEngine engine, String device) {
        Curves curves = new Curves(engine, device, scale);
        decodeAfter(engine, device, lengths(curves));
        timed(curves.heads(), 3);
        timed(curves.headSizes(), 3);
        timed(curves.forms(), 3);
        timed(curves.batches(), 2);
    }

    private void timed(List<Workload> workloads, double seconds) {
        List<Workload> some = filter.of(workloads);
        if (!some.isEmpty()) {
            try (Group group = new Group(some, watcher)) {
                measurements.addAll(group.time(seconds(seconds), List.of()));
            }
        }
    }

    private void model(DeltaEngine engine) {
        watcher.begins("making a model of " + scale.model().inWords());
        try (ModelSpeed model = new ModelSpeed(engine, scale.model())) {
            watcher.begins("verifying the model");
            Comparison comparison = model.verify();
            if (!comparison.within(Verification.TOLERANCE)) {
                wrongModels.add("model: WRONG: " + comparison);
                return;
            }
            watcher.begins("timing the model");
            ratios.add(model.decode(seconds(3)));
            ratios.add(model.prefill(seconds(4)));
        }
    }

    private void prefill(DeltaEngine engine, String device) {
        DeltaShape shape = shape(1, scale.tokens(), 1, Gate.SCALAR);
        List<Workload> workloads = filter.of(prefills(engine, device));
        if (workloads.isEmpty()) {
            return;
        }
        try (Group group = new Group(workloads, watcher);
                CpuBaseline products = CpuBaseline.products(shape, PlanSpec.DEFAULT_CHUNK_SIZE)) {
            List<Measurement> timed = group.time(seconds(8), List.of(products::run));
            measurements.addAll(timed);
            for (Measurement m : timed) {
                if (m.timing() != null && !m.workload().shape().crossRead()) {
                    ratios.add(Ratio.of(
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

    /** Either gate without and then with a selective read. */
    private List<Workload> prefills(DeltaEngine engine, String device) {
        DeltaShape scalar = shape(1, scale.tokens(), 1, Gate.SCALAR);
        DeltaShape channel = shape(1, scale.tokens(), 1, Gate.CHANNEL);
        return List.of(
                Workload.prefill("prefill/gated_delta_rule", engine, device, Variant.GATED_DELTA_RULE, scalar),
                Workload.prefill("prefill/deltalens", engine, device, Variant.DELTALENS, scalar.withCrossRead()),
                Workload.prefill("prefill/kda", engine, device, Variant.KDA, channel),
                Workload.prefill("prefill/deltalens_kda", engine, device, Variant.DELTALENS, channel.withCrossRead()));
    }

    /** What the selective read adds to {@link #prefills}. */
    private void selectiveOverPlain(List<Measurement> timed) {
        for (Measurement selective : timed) {
            Measurement plain = selective.workload().shape().crossRead() ? plain(selective, timed) : null;
            if (plain != null && plain.timing() != null && selective.timing() != null) {
                ratios.add(Ratio.of(
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
        return "B 1, T " + scale.tokens() + ", " + scale.inWords();
    }

    private void variants(DeltaEngine engine, String device) {
        List<Workload> workloads = List.of(
                Workload.prefill(
                        "prefill/delta_rule",
                        engine,
                        device,
                        Variant.DELTA_RULE,
                        shape(1, scale.tokens(), 1, Gate.NONE)),
                Workload.prefill(
                        "prefill/comba", engine, device, Variant.COMBA, shape(1, scale.tokens(), 1, Gate.SCALAR)),
                Workload.prefill(
                        "prefill/gdn2", engine, device, Variant.GDN2, shape(1, scale.tokens(), 1, Gate.CHANNEL)),
                Workload.prefill(
                        "prefill/gated_delta_product",
                        engine,
                        device,
                        Variant.GATED_DELTA_PRODUCT,
                        shape(1, scale.tokens(), 2, Gate.SCALAR)));
        timed(level == Level.FULL ? bothForms(workloads) : workloads, 4);
    }

    private static List<Workload> bothForms(List<Workload> chunkwise) {
        List<Workload> both = new ArrayList<>(chunkwise);
        chunkwise.forEach(workload -> both.add(workload.recurrent()));
        return both;
    }

    /** Returns the states after each length, null where it was not timed. */
    private List<Tensor> lengths(Curves curves) {
        List<Workload> workloads = filter.of(curves.lengths());
        if (workloads.isEmpty()) {
            return List.of();
        }
        List<Tensor> states = new ArrayList<>();
        try (Group group = new Group(workloads, watcher)) {
            List<Measurement> timed = group.time(seconds(5), List.of());
            measurements.addAll(timed);
            perToken("prefill_per_token_longest_over_shortest", "prefill time per token", timed);
            for (Prepared prepared : group.prepared()) {
                Tensor state = prepared.finalState();
                states.add(Tensor.zeros(state.dims()).copyFrom(state));
            }
        }
        return states;
    }

    private void perToken(String name, String meaning, List<Measurement> timed) {
        Measurement first = timed.getFirst();
        Measurement last = timed.getLast();
        if (first.timing() != null && last.timing() != null) {
            ratios.add(Ratio.of(
                    name,
                    meaning + ", " + last.workload().name() + " over "
                            + first.workload().name(),
                    1e6 / last.tokensPerSecond(),
                    1e6 / first.tokensPerSecond(),
                    "us per token"));
        }
    }

    /**
     * Decode steps of 32 heads whose states together outgrow the cache: several plans, one step of each in turn. With
     * one sequence per plan this is how the layers of a model decode for one user.
     */
    private void decode(DeltaEngine engine, String device, String name, int sequences) {
        Workload workload =
                Workload.decode(name, engine, device, Variant.GATED_DELTA_RULE, shape(sequences, 1, 1, Gate.SCALAR));
        if (filter.of(List.of(workload)).isEmpty()) {
            return;
        }
        int plans = (int) (manyStates() / (scale.stateBytes() * sequences));
        watcher.begins("verifying " + name);
        List<Prepared> all = new ArrayList<>();
        try (Copies copies = new Copies()) {
            for (int i = 0; i < plans; i++) {
                if (i % (plans / Copies.BLOCKS) == 0) {
                    copies.add(manyStates() / Copies.BLOCKS);
                }
                all.add(new Prepared(workload));
            }
            Verification verification = all.getLast().verify();
            if (!verification.passed()) {
                measurements.add(Measurement.wrong(workload, verification));
                return;
            }
            watcher.begins("timing " + name);
            List<Timing> rounds = seconds(4).time(List.of(copies::run, () -> all.forEach(Prepared::run)));
            Measurement step =
                    Measurement.timed(workload, verification, rounds.getLast().dividedBy(plans));
            measurements.add(step);
            ratios.add(Ratio.of(
                    name.replace('/', '_') + "_state_over_copy",
                    "bytes of state read and written per second by decode steps of " + scale.inWords() + ", "
                            + sequences
                            + " sequences in each of " + plans
                            + " plans in turn, over those of a copy of as much memory,"
                            + " in turn with them on the same threads",
                    step.work().stateBytes() / step.timing().medianNanos(),
                    copies.bytes() / rounds.getFirst().medianNanos(),
                    "GB/s"));
        } finally {
            all.forEach(Prepared::close);
        }
    }

    /** One sequence decoding after contexts of different lengths: the cost per token stays the same. */
    private void decodeAfter(DeltaEngine engine, String device, List<Tensor> states) {
        if (states.size() != scale.lengths().size()) {
            return;
        }
        List<Workload> all = new ArrayList<>();
        for (int T : scale.lengths()) {
            all.add(Workload.decode(
                            "decode_context/" + T,
                            engine,
                            device,
                            Variant.GATED_DELTA_RULE,
                            shape(1, 1, 1, Gate.SCALAR))
                    .after(T));
        }
        List<Workload> workloads = filter.of(all);
        if (workloads.isEmpty()) {
            return;
        }
        try (Group group = new Group(workloads, watcher)) {
            for (int i = 0; i < group.prepared().size(); i++) {
                group.prepared().get(i).loadState(states.get(i));
            }
            List<Measurement> timed = group.time(seconds(2), List.of());
            measurements.addAll(timed);
            perToken("decode_per_token_after_longest_over_shortest", "time per decoded token", timed);
        }
    }

    private void accelerator(DeltaEngine engine, String device) {
        timed(prefills(engine, device), 6);
        curves(engine, device);
    }

    /** Bytes of state that outgrow the cache, in whole batches for every copied block and not most of the memory. */
    private long manyStates() {
        long unit = scale.stateBytes() * scale.batch() * Copies.BLOCKS;
        long most = Math.max(unit, machine.memoryBytes() / 16);
        return Math.min(Math.ceilDiv(scale.states(), unit), most / unit) * unit;
    }

    private DeltaShape shape(int B, int T, int householders, Gate gate) {
        return new DeltaShape(B, T, scale.heads(), scale.heads(), scale.size(), scale.size(), householders, B, gate);
    }
}
