package io.deltarule.models;

import io.deltarule.core.layer.Slot;

/**
 * A residual block of one part, on normed rows and added to them: y = x + part(norm(x)).
 *
 * @param part any layer
 * @param norm what the norm's weight is called, without {@code .weight}
 * @param name what comes before the part's own names, without the dot
 * @param normEps added to the mean of squares
 */
public record MixerBlock(Layer part, String norm, String name, double normEps) implements Layer {
    @Override
    public int hidden() {
        return part.hidden();
    }

    @Override
    public Slot wire(ProgramBuilder to, Slot x) {
        Slot in = to.rmsNorm(x, norm, hidden(), normEps, false);
        return to.add(x, part.wire(to.within(name + "."), in), "out");
    }
}
