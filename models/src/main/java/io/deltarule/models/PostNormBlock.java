package io.deltarule.models;

import io.deltarule.core.InvalidInputException;
import io.deltarule.core.layer.Slot;

/**
 * A residual block that norms what its parts give rather than what they get, as Olmo's attention blocks do.
 *
 * <pre>  h ← x + norm(mixer(x))        y = h + norm(mlp(h)) </pre>
 *
 * @param mixer any layer that mixes tokens
 * @param mlp the feed-forward part
 * @param names what the parts' weights are called; a norm's name is that of the part that it follows
 * @param normEps added to the mean of squares
 */
public record PostNormBlock(Layer mixer, Layer mlp, Block.Names names, double normEps) implements Layer {
    /**
     * Checks the widths.
     *
     * @throws InvalidInputException if the two parts' widths differ
     */
    public PostNormBlock {
        if (mixer.hidden() != mlp.hidden()) {
            throw new InvalidInputException("block: expected parts of one width but the mixer has " + mixer.hidden()
                    + " and the feed-forward part " + mlp.hidden());
        }
    }

    @Override
    public int hidden() {
        return mixer.hidden();
    }

    @Override
    public Slot wire(ProgramBuilder to, Slot x) {
        Slot mixerOut = mixer.wire(to.within(names.mixer() + "."), x);
        Slot mixed = to.add(x, to.rmsNorm(mixerOut, names.mixerNorm(), hidden(), normEps, false), "mixed");
        Slot mlpOut = mlp.wire(to.within(names.mlp() + "."), mixed);
        return to.add(mixed, to.rmsNorm(mlpOut, names.mlpNorm(), hidden(), normEps, false), "out");
    }
}
