package io.deltarule.peer.torch;

import io.deltarule.core.DeltaPlan;
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
 * PyTorch on the CPU: the delta rule and the gated delta rule in float32 tensor operations, without gradients, on as many
 * threads as {@link CpuEngine} takes. {@link ChunkwiseOperations} and {@link TokenOperations} say what is computed.
 *
 * <p>g has to be finite, and results are not checked to be.
 */
public final class TorchEngine implements PeerEngine {
    private static final String DEVICE = "torch";

    private final CpuEngine cpu = new CpuEngine();

    @Override
    public String name() {
        return "torch";
    }

    @Override
    public String description() {
        return "a peer to measure beside: PyTorch's tensor operations on this machine's processor, " + threads()
                + " threads; never chosen automatically";
    }

    @Override
    public int threads() {
        return cpu.threads();
    }

    @Override
    public Optional<String> unavailable() {
        return TorchLibrary.unavailable();
    }

    @Override
    public List<Device> devices() {
        if (unavailable().isPresent()) {
            return List.of();
        }
        return List.of(
                new Device(DEVICE, "processor, " + threads() + " threads", "cpu", TorchLibrary.version(), 0, false));
    }

    @Override
    public DeltaPlan plan(PlanSpec spec) {
        requireDevice(spec.requireFloat32(name()).device());
        boolean knownRule = spec.variant() == Variant.DELTA_RULE || spec.variant() == Variant.GATED_DELTA_RULE;
        if (!knownRule || spec.shape().gate() == Gate.CHANNEL || spec.shape().crossRead()) {
            throw new InvalidInputException("engine torch: expected delta_rule or gated_delta_rule without a selective"
                    + " read but found " + spec.variant().id() + ", gate "
                    + spec.shape().gate().id() + (spec.shape().crossRead() ? ", with a selective read" : "")
                    + "; take --engine cpu");
        }
        return new TorchPlan(spec.orForm(Form.CHUNK).orChunkSize(PlanSpec.DEFAULT_CHUNK_SIZE), threads());
    }

    @Override
    public Products products(int n) {
        requireDevice(null);
        return new TorchProducts(n, threads());
    }
}
