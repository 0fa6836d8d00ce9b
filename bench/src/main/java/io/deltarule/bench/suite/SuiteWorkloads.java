package io.deltarule.bench.suite;

import io.deltarule.bench.workload.NetworkSize;
import io.deltarule.bench.workload.Workload;
import io.deltarule.bench.workload.WorkloadSubject;
import io.deltarule.core.DeltaEngine;
import io.deltarule.core.DeltaShape;
import io.deltarule.core.Form;
import io.deltarule.core.Gate;
import io.deltarule.core.Levels;
import io.deltarule.core.Variant;
import io.deltarule.core.measure.CeilingEngine;
import io.deltarule.core.resident.ResidentEngine;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The workloads of a suite on one device, group by group; those of one curve differ in one length.
 *
 * @param engine what runs them
 * @param device where
 * @param sizes how large they are
 */
record SuiteWorkloads(DeltaEngine engine, String device, SuiteSizes sizes) {
    /** The main prefills: each kind of gate, first without and then with a selective read. */
    List<Workload> prefills() {
        DeltaShape scalar = shape(Gate.SCALAR, 1);
        DeltaShape channel = shape(Gate.CHANNEL, 1);
        return List.of(
                prefill("prefill/gated_delta_rule", Variant.GATED_DELTA_RULE, scalar),
                prefill("prefill/deltalens", Variant.DELTALENS, scalar.withCrossRead()),
                prefill("prefill/kda", Variant.KDA, channel),
                prefill("prefill/deltalens_kda", Variant.DELTALENS, channel.withCrossRead()));
    }

    /** The variants that {@link #prefills} leaves out. */
    List<Workload> variants() {
        return List.of(
                prefill("prefill/delta_rule", Variant.DELTA_RULE, shape(Gate.NONE, 1)),
                prefill("prefill/comba", Variant.COMBA, shape(Gate.SCALAR, 1)),
                prefill("prefill/gdn2", Variant.GDN2, shape(Gate.CHANNEL, 1)),
                prefill("prefill/gated_delta_product", Variant.GATED_DELTA_PRODUCT, shape(Gate.SCALAR, 2)),
                prefill("prefill/ssd", Variant.SSD, shape(Gate.SCALAR, 1)),
                prefill("prefill/rwkv7", Variant.RWKV7, shape(Gate.CHANNEL, 2)));
    }

    /**
     * The main prefills, one token and the longest backward pass on tensors that stay on the device; none for engines of the host's
     * memory.
     */
    List<Workload> residents() {
        if (!(engine instanceof CeilingEngine && engine instanceof ResidentEngine)) {
            return List.of();
        }
        List<Workload> all = new ArrayList<>(prefills());
        all.add(decode("decode/single", 1));
        all.add(gradientLengths().getLast());
        return all.stream().map(Workload::staying).toList();
    }

    /** Log-linear states, one of each kind of write: levels enough for the tokens of a prefill. */
    List<Workload> levels() {
        DeltaShape shape = shape(Gate.SCALAR, 1).withLevels(Levels.needed(sizes.tokens()));
        return List.of(
                prefill("prefill/gated_delta_rule_levels", Variant.GATED_DELTA_RULE, shape),
                prefill("prefill/ssd_levels", Variant.SSD, shape));
    }

    /** What a prefill is timed of besides {@link #prefills}. */
    List<Workload> variantsAndLevels() {
        return Stream.concat(variants().stream(), levels().stream()).toList();
    }

    List<Workload> lengths() {
        return sizes.lengths().stream()
                .map(T -> prefill("length/" + T, shape(1, T, sizes.heads(), sizes.headSize())))
                .toList();
    }

    List<Workload> heads() {
        return sizes.sweeps().heads().stream()
                .map(H -> prefill("heads/" + H, shape(1, sizes.tokens(), H, sizes.headSize())))
                .toList();
    }

    List<Workload> headSizes() {
        return sizes.sweeps().headSizes().stream()
                .map(K -> prefill("head_size/" + K, wide(K)))
                .toList();
    }

    /** Prefills with a selective read over the size of the state that it reads. */
    List<Workload> reads() {
        return sizes.sweeps().headSizes().stream()
                .map(K -> prefill("deltalens/" + K, Variant.DELTALENS, wide(K).withCrossRead()))
                .toList();
    }

    /** Heads of size K, as many fewer as each is wider: every such shape then reads the same number of values. */
    private DeltaShape wide(int K) {
        return shape(1, sizes.tokens(), Math.max(1, sizes.heads() * sizes.headSize() / K), K);
    }

    List<Workload> forms() {
        List<Workload> workloads = new ArrayList<>();
        for (int T : sizes.sweeps().forms()) {
            for (Form form : List.of(Form.RECURRENT, Form.CHUNK)) {
                workloads.add(prefill("forms/" + T + "/" + form.id(), shape(1, T, sizes.heads(), sizes.headSize()))
                        .in(form));
            }
        }
        return workloads;
    }

    List<Workload> batches() {
        return sizes.sweeps().batches().stream()
                .map(B -> decode("decode_batch/" + B, B))
                .toList();
    }

    /** One sequence after contexts as long as those of {@link #lengths}. */
    List<Workload> contexts() {
        return sizes.lengths().stream()
                .map(T -> decode("decode_context/" + T, 1).after(T))
                .toList();
    }

    Workload decode(String name, int sequences) {
        return Workload.decode(
                name, engine, device, Variant.GATED_DELTA_RULE, shape(sequences, 1, sizes.heads(), sizes.headSize()));
    }

    /** Backward passes over the length. */
    List<Workload> gradientLengths() {
        return sizes.sweeps().gradients().stream()
                .map(T -> gradient(prefill("/" + T, shape(1, T, sizes.heads(), sizes.headSize())), "backward/" + T))
                .toList();
    }

    /** The backward pass of every variant. */
    List<Workload> gradientVariants() {
        return Stream.concat(prefills().stream(), variants().stream())
                .map(w -> gradient(w, "backward_" + w.name()))
                .toList();
    }

    private static Workload gradient(Workload forward, String name) {
        return forward.of(WorkloadSubject.GRADIENT).named(name);
    }

    /** A layer or a model: a prefill and a decoding step. */
    List<Workload> network(NetworkSize size) {
        WorkloadSubject subject = WorkloadSubject.of(size);
        String name = subject.kind().id();
        int heads = size.heads();
        Workload prefill = prefill(name + "/prefill", shape(1, size.tokens(), heads, size.headSize()))
                .of(subject);
        Workload decode = prefill("", shape(1, 1, heads, size.headSize()))
                .of(subject)
                .named(name + "/decode")
                .keepingState();
        return List.of(prefill, decode);
    }

    private Workload prefill(String name, DeltaShape shape) {
        return prefill(name, Variant.GATED_DELTA_RULE, shape);
    }

    private Workload prefill(String name, Variant variant, DeltaShape shape) {
        return Workload.prefill(name, engine, device, variant, shape);
    }

    private DeltaShape shape(Gate gate, int householders) {
        return new DeltaShape(
                1,
                sizes.tokens(),
                sizes.heads(),
                sizes.heads(),
                sizes.headSize(),
                sizes.headSize(),
                householders,
                1,
                gate);
    }

    private static DeltaShape shape(int B, int T, int heads, int size) {
        return new DeltaShape(B, T, heads, heads, size, size, 1, B, Gate.SCALAR);
    }
}
