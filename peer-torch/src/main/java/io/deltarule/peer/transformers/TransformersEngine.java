package io.deltarule.peer.transformers;

import io.deltarule.core.DeltaPlan;
import io.deltarule.core.DeltaShape;
import io.deltarule.core.Device;
import io.deltarule.core.Form;
import io.deltarule.core.Gate;
import io.deltarule.core.InvalidInputException;
import io.deltarule.core.PlanSpec;
import io.deltarule.core.Variant;
import io.deltarule.core.cpu.CpuEngine;
import io.deltarule.core.measure.PeerEngine;
import java.util.List;
import java.util.Optional;

/**
 * The function that Hugging Face's transformers falls back to for the gated delta rule where it finds no kernels
 * ({@code torch_chunk_gated_delta_rule} of its Qwen3-Next), called in the Python that is installed here, in float32, on as
 * many threads as {@link CpuEngine} takes. Python's clock times the call alone.
 *
 * <p>g has to be finite, and results are not checked to be.
 */
public final class TransformersEngine implements PeerEngine {
    private static final String DEVICE = "transformers";

    private final CpuEngine cpu = new CpuEngine();
    private final Python python;

    /** With the Python that the variable DELTARULE_PYTHON names, or python3. */
    public TransformersEngine() {
        this(Python.here());
    }

    TransformersEngine(Python python) {
        this.python = python;
    }

    @Override
    public String name() {
        return "transformers";
    }

    @Override
    public String description() {
        return "a peer to measure beside: Hugging Face's transformers in Python, without kernels, " + threads()
                + " threads; never chosen automatically";
    }

    @Override
    public int threads() {
        return cpu.threads();
    }

    @Override
    public List<Variant> rules() {
        return List.of(Variant.GATED_DELTA_RULE);
    }

    @Override
    public Optional<String> unavailable() {
        return Optional.ofNullable(python.problem());
    }

    @Override
    public List<Device> devices() {
        if (unavailable().isPresent()) {
            return List.of();
        }
        return List.of(new Device(DEVICE, "processor, " + threads() + " threads", "cpu", python.version(), 0, false));
    }

    @Override
    public DeltaPlan plan(PlanSpec spec) {
        requireDevice(spec.requireFloat32(name()).device());
        String found = unknown(spec);
        if (found != null) {
            throw new InvalidInputException(
                    "engine transformers: expected the gated delta rule in chunks, one decay per"
                            + " head, as many key heads as value heads, scale K^(-1/2) and no kept state but found "
                            + found
                            + "; take --engine cpu");
        }
        return new TransformersPlan(
                spec.orForm(Form.CHUNK).orChunkSize(PlanSpec.DEFAULT_CHUNK_SIZE), python.command(), threads());
    }

    /** What a specification asks for that the function does not do, or null. */
    private static String unknown(PlanSpec spec) {
        DeltaShape s = spec.shape();
        if (!isKnownRule(spec)) {
            return spec.variant().id() + ", gate " + s.gate().id() + (s.crossRead() ? ", with a selective read" : "");
        }
        if (spec.form() == Form.RECURRENT) {
            return "the recurrent form";
        }
        if (s.H() != s.HV()) {
            return "H " + s.H() + ", HV " + s.HV();
        }
        if (Math.abs(spec.scale() * Math.sqrt(s.K()) - 1) > 1e-6) {
            return "scale " + spec.scale();
        }
        return spec.keepsState() ? "a kept state" : null;
    }

    private static boolean isKnownRule(PlanSpec spec) {
        return spec.variant() == Variant.GATED_DELTA_RULE
                && spec.shape().gate() == Gate.SCALAR
                && !spec.shape().crossRead();
    }

    @Override
    public Products products(int n) {
        requireDevice(null);
        return new TransformersProducts(python.command(), threads(), n);
    }
}
