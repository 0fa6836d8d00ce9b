package io.deltarule.bench;

import io.deltarule.core.DeltaEngine;
import io.deltarule.core.DeltaShape;
import io.deltarule.core.Form;
import io.deltarule.core.PlanSpec;
import io.deltarule.core.Variant;

/**
 * One thing to measure.
 *
 * @param name how reports call it, for example {@code prefill/kda}
 * @param engine what runs it
 * @param device one of the engine's devices
 * @param variant which member of the family
 * @param shape its lengths
 * @param form token by token or chunk by chunk
 * @param chunkSize C, ignored by the recurrent form
 * @param keepsState whether every run goes on where the last one ended, as decoding does; else from zeros
 * @param context tokens before the first, 0 unless it decodes after a prefill
 */
public record Workload(
        String name,
        DeltaEngine engine,
        String device,
        Variant variant,
        DeltaShape shape,
        Form form,
        int chunkSize,
        boolean keepsState,
        int context) {
    /** A prefill: the whole sequence in one run, from a zero state, chunk by chunk. */
    public static Workload prefill(String name, DeltaEngine engine, String device, Variant variant, DeltaShape shape) {
        return new Workload(name, engine, device, variant, shape, Form.CHUNK, PlanSpec.DEFAULT_CHUNK_SIZE, false, 0);
    }

    /** Decoding: one token per sequence and run, the state kept on the device. */
    public static Workload decode(String name, DeltaEngine engine, String device, Variant variant, DeltaShape shape) {
        return new Workload(name, engine, device, variant, shape, Form.RECURRENT, PlanSpec.DEFAULT_CHUNK_SIZE, true, 0);
    }

    /** The same after so many tokens. */
    Workload after(int tokens) {
        return new Workload(name, engine, device, variant, shape, form, chunkSize, keepsState, tokens);
    }

    /** The same token by token. */
    Workload recurrent() {
        return new Workload(
                name + "/recurrent", engine, device, variant, shape, Form.RECURRENT, chunkSize, keepsState, context);
    }

    /** What its name begins with; workloads of one suite make one curve. */
    public String suite() {
        int slash = name.indexOf('/');
        return slash < 0 ? name : name.substring(0, slash);
    }

    /** forward or decode, as reports call it. */
    public String direction() {
        return keepsState ? "decode" : "forward";
    }

    PlanSpec spec() {
        PlanSpec spec = PlanSpec.of(variant, shape)
                .withForm(form)
                .withChunkSize(chunkSize)
                .onDevice(device);
        return keepsState ? spec.keepingState() : spec;
    }
}
