package io.deltarule.models;

import io.deltarule.core.Input;
import io.deltarule.core.layer.ElementwiseOp;
import io.deltarule.core.layer.SequenceOp;
import io.deltarule.core.layer.Slot;
import java.util.EnumMap;
import java.util.Map;

/**
 * DeltaLens over any delta-rule write: besides the linear read, the state's rows are read by cross-attention, and a learned
 * gate chooses between the two.
 *
 * <pre>
 *   x_t = S_tᵀ softmax(S_t r_t / √V)        r = W_r h
 *   y_t = γ ⊙ x_t + (1 − γ) ⊙ o_t, or o_t + γ ⊙ x_t        γ = sigmoid(W_γ h + b)
 * </pre>
 *
 * Weights: the write's own, {@code r_proj.weight} [HV·V, hidden], {@code lens_gate.weight} [HV or HV·V, hidden] and {@code
 * lens_gate.bias}. The published layer's source is not public, and neither are its tensors' names: docs/math/deltalens.md
 * says what is inferred.
 *
 * @param write what is written, and how the linear read and the output are made
 * @param gatePerChannel whether γ has a number per value channel, rather than per value head
 * @param additive whether the selective read is added, rather than mixed in
 */
public record DeltaLensLayer(DeltaLayer write, boolean gatePerChannel, boolean additive) implements Layer {
    @Override
    public int hidden() {
        return write.hidden();
    }

    @Override
    public Slot wire(ProgramBuilder to, Slot x) {
        int width = write.config().valueWidth();
        Map<Input, Slot> in = new EnumMap<>(write.inputs(to, x));
        in.put(Input.R, to.linear(x, "r_proj", width));
        Slot o = to.slot("o", width);
        Slot cross = to.slot("o_cross", width);
        to.add(new SequenceOp.Delta(write.variant(), write.shape(true), in, o, cross, write.scale()));
        Slot gate = to.linear(
                x, "lens_gate", gatePerChannel ? width : write.config().valueHeads(), true);
        Slot mixed = to.slot("mixed", width);
        to.add(new ElementwiseOp.MixReads(o, cross, gate, mixed, additive));
        return write.output(to, x, mixed);
    }
}
