package io.deltarule.bench.workload;

import io.deltarule.core.DeltaEngine;
import io.deltarule.core.DeltaShape;
import io.deltarule.core.Form;
import io.deltarule.core.PlanSpec;
import io.deltarule.core.Variant;

/**
 * One thing to measure.
 *
 * @param name how reports call it, for example {@code prefill/kda}
 * @param subject the operation, its gradient, or a layer or model around it
 * @param engine what runs it
 * @param spec of the operation: variant, lengths, form, numbers, device, and whether every run goes on where the last one ended,
 *     as decoding does; else from zeros
 * @param context tokens before the first, 0 unless it decodes after a prefill
 * @param resident whether its tensors stay where the engine computes, so that runs move none of them
 */
public record Workload(
        String name, WorkloadSubject subject, DeltaEngine engine, PlanSpec spec, int context, boolean resident) {
    /** A prefill: the whole sequence in one run, from a zero state, chunk by chunk. */
    public static Workload prefill(String name, DeltaEngine engine, String device, Variant variant, DeltaShape shape) {
        PlanSpec spec = PlanSpec.of(variant, shape)
                .withForm(Form.CHUNK)
                .withChunkSize(engine.chunkSize(shape.gate()))
                .onDevice(device);
        return new Workload(name, WorkloadSubject.OPERATION, engine, spec, 0, false);
    }

    /** Decoding: one token per sequence and run, the state kept on the device. */
    public static Workload decode(String name, DeltaEngine engine, String device, Variant variant, DeltaShape shape) {
        return prefill(name, engine, device, variant, shape).keepingState();
    }

    private Workload with(PlanSpec other) {
        return new Workload(name, subject, engine, other, context, resident);
    }

    /** The same, decoding after a prefill of so many tokens. */
    public Workload after(int tokens) {
        return new Workload(name, subject, engine, spec, tokens, resident);
    }

    /** The same lengths with another subject. A backward pass keeps the state of every chunk, so its chunks are larger. */
    public Workload of(WorkloadSubject other) {
        boolean backward = other.kind() == WorkloadSubject.Kind.GRADIENT;
        PlanSpec chunks = backward ? spec.withChunkSize(PlanSpec.DEFAULT_CHUNK_SIZE) : spec;
        return new Workload(name, other, engine, chunks, context, resident);
    }

    /** The same under another name. */
    public Workload named(String other) {
        return new Workload(other, subject, engine, spec, context, resident);
    }

    /** The same in another form. */
    public Workload in(Form other) {
        return with(spec.withForm(other));
    }

    /** The same in other numbers, by whose names its suite is then called too. */
    public Workload in(WorkloadNumbers other) {
        return suffixed(other.suffix())
                .with(spec.withPrecision(other.precision()).withStorage(other.storage()));
    }

    /** The same in chunks of another size. */
    public Workload withChunkSize(int C) {
        return with(spec.withChunkSize(C));
    }

    /** The same token by token, every run going on where the last one ended. */
    public Workload keepingState() {
        return with(spec.withForm(Form.RECURRENT).keepingState());
    }

    /** The same token by token. */
    public Workload recurrent() {
        return named(name + "/recurrent").in(Form.RECURRENT);
    }

    /** The same on tensors that stay where the engine computes. */
    public Workload staying() {
        return new Workload(suffixed("_resident").name, subject, engine, spec, context, true);
    }

    private Workload suffixed(String suffix) {
        String suite = suite();
        return named(suite + suffix + name.substring(suite.length()));
    }

    /** Which member of the family. */
    public Variant variant() {
        return spec.variant();
    }

    /** Its lengths. */
    public DeltaShape shape() {
        return spec.shape();
    }

    /** Token by token or chunk by chunk. */
    public Form form() {
        return spec.form();
    }

    /** C, ignored by the recurrent form. */
    public int chunkSize() {
        return spec.chunkSize();
    }

    /** Whether every run goes on where the last one ended. */
    public boolean keepsState() {
        return spec.keepsState();
    }

    /** One of the engine's devices. */
    public String device() {
        return spec.device();
    }

    /** In what numbers products are taken and tensors are kept. */
    public WorkloadNumbers numbers() {
        return new WorkloadNumbers(spec.precision(), spec.storage());
    }

    /** Where its tensors are before and after a run, as reports call it: host or device. */
    public String tensors() {
        return resident ? "device" : "host";
    }

    /** What its name begins with; workloads of one suite make one curve. */
    public String suite() {
        int slash = name.indexOf('/');
        return slash < 0 ? name : name.substring(0, slash);
    }

    /** forward, backward or decode, as reports call it. */
    public String direction() {
        if (subject.kind() == WorkloadSubject.Kind.GRADIENT) {
            return "backward";
        }
        return keepsState() ? "decode" : "forward";
    }
}
