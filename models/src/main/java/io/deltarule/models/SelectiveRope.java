package io.deltarule.models;

import io.deltarule.core.layer.Activation;
import io.deltarule.core.layer.PositionOp;
import io.deltarule.core.layer.Slot;

/**
 * Selective RoPE: queries and keys turned by angles that the input chooses and that accumulate over time.
 *
 * <pre>
 *   φ_t = conv(W_1 W_0 x_t)        one angle per head and pair
 *   q, k turned by τ Σ_{s≤t} φ_s
 * </pre>
 *
 * Weights: {@code rope.phi_proj.0.weight} [rank, hidden], {@code rope.phi_proj.1.weight} [heads · rotary/2, rank],
 * {@code rope.phi_conv1d.weight} [heads · rotary/2, taps], {@code rope.temperature} [heads · rotary/2]. The method is
 * Selective RoPE's; no published checkpoint fixes these names.
 *
 * @param rank inner width of the angles' projection
 * @param rotary channels of each head that turn, even
 * @param taps width of the angles' short convolution, 0 for none
 */
public record SelectiveRope(int rank, int rotary, int taps) {
    /** The angles of every head's pairs, from the layer's input. */
    Slot angles(ProgramBuilder to, Slot x, int heads) {
        ProgramBuilder in = to.within("rope.");
        Slot low = in.linear(x, "phi_proj.0", rank);
        Slot phi = in.linear(low, "phi_proj.1", heads * (rotary / 2));
        return taps == 0 ? phi : in.convolution(phi, "phi_conv1d", taps, Activation.IDENTITY);
    }

    /** Heads turned by the angles' sums. */
    Slot turn(ProgramBuilder to, Slot x, Slot angles, String name, int head) {
        Slot turned = to.slot(name, x.width());
        to.add(new PositionOp.SelectiveRotary(x, angles, turned, to.weight("rope.temperature"), head, rotary));
        return turned;
    }
}
