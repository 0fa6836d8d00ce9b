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
 * @param device one of the engine's devices
 * @param variant which member of the family
 * @param shape its lengths
 * @param form token by token or chunk by chunk
 * @param chunkSize C, ignored by the recurrent form
 * @param keepsState whether every run goes on where the last one ended, as decoding does; else from zeros
 * @param context tokens before the first, 0 unless it decodes after a prefill
 * @param resident whether its tensors stay where the engine computes, so that runs move none of them
 */
public record Workload(
        String name,
        WorkloadSubject subject,
        DeltaEngine engine,
        String device,
        Variant variant,
        DeltaShape shape,
        Form form,
        int chunkSize,
        boolean keepsState,
        int context,
        boolean resident) {
    /** A prefill: the whole sequence in one run, from a zero state, chunk by chunk. */
    public static Workload prefill(String name, DeltaEngine engine, String device, Variant variant, DeltaShape shape) {
        return new Workload(
                name,
                WorkloadSubject.OPERATION,
                engine,
                device,
                variant,
                shape,
                Form.CHUNK,
                engine.chunkSize(shape.gate()),
                false,
                0,
                false);
    }

    /** Decoding: one token per sequence and run, the state kept on the device. */
    public static Workload decode(String name, DeltaEngine engine, String device, Variant variant, DeltaShape shape) {
        return prefill(name, engine, device, variant, shape).keepingState();
    }

    /** The same, decoding after a prefill of so many tokens. */
    public Workload after(int tokens) {
        return new Workload(
                name, subject, engine, device, variant, shape, form, chunkSize, keepsState, tokens, resident);
    }

    /** The same lengths with another subject. A backward pass keeps the state of every chunk, so its chunks are larger. */
    public Workload of(WorkloadSubject other) {
        int C = other.kind() == WorkloadSubject.Kind.GRADIENT ? PlanSpec.DEFAULT_CHUNK_SIZE : chunkSize;
        return new Workload(name, other, engine, device, variant, shape, form, C, keepsState, context, resident);
    }

    /** The same under another name. */
    public Workload named(String other) {
        return new Workload(
                other, subject, engine, device, variant, shape, form, chunkSize, keepsState, context, resident);
    }

    /** The same in another form. */
    public Workload in(Form other) {
        return new Workload(
                name, subject, engine, device, variant, shape, other, chunkSize, keepsState, context, resident);
    }

    /** The same in chunks of another size. */
    public Workload withChunkSize(int C) {
        return new Workload(name, subject, engine, device, variant, shape, form, C, keepsState, context, resident);
    }

    /** The same token by token, every run going on where the last one ended. */
    public Workload keepingState() {
        return new Workload(
                name, subject, engine, device, variant, shape, Form.RECURRENT, chunkSize, true, context, resident);
    }

    /** The same token by token. */
    public Workload recurrent() {
        return named(name + "/recurrent").in(Form.RECURRENT);
    }

    /** The same on tensors that stay where the engine computes. */
    public Workload staying() {
        String suite = suite();
        return new Workload(
                suite + "_resident" + name.substring(suite.length()),
                subject,
                engine,
                device,
                variant,
                shape,
                form,
                chunkSize,
                keepsState,
                context,
                true);
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
        return keepsState ? "decode" : "forward";
    }

    public PlanSpec spec() {
        PlanSpec spec = PlanSpec.of(variant, shape)
                .withForm(form)
                .withChunkSize(chunkSize)
                .onDevice(device);
        return keepsState ? spec.keepingState() : spec;
    }
}
