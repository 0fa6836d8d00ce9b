package io.deltarule.models;

import io.deltarule.core.InvalidInputException;
import io.deltarule.core.layer.Slot;

/**
 * A residual block: a mixing layer and a feed-forward layer, each on normed rows and added to them.
 *
 * <pre>  h ← x + mixer(norm(x))        y = h + mlp(norm(h)) </pre>
 *
 * @param mixer any layer that mixes tokens
 * @param mlp the feed-forward part
 * @param names what the parts' weights are called
 * @param normEps added to the mean of squares
 * @param zeroCentred whether the norms' stored weights are the factors − 1
 */
public record Block(Layer mixer, Layer mlp, Names names, double normEps, boolean zeroCentred) implements Layer {
    /**
     * What a block's parts are called, each followed by a dot and the part's own names.
     *
     * @param mixerNorm norm before the mixer
     * @param mixer the mixer
     * @param mlpNorm norm before the feed-forward part
     * @param mlp the feed-forward part
     */
    public record Names(String mixerNorm, String mixer, String mlpNorm, String mlp) {
        /** flash-linear-attention's. */
        public static final Names FLA = new Names("attn_norm", "attn", "mlp_norm", "mlp");
    }

    /**
     * Checks the widths.
     *
     * @throws InvalidInputException if the two parts' widths differ
     */
    public Block {
        if (mixer.hidden() != mlp.hidden()) {
            throw new InvalidInputException("block: expected parts of one width but the mixer has " + mixer.hidden()
                    + " and the feed-forward part " + mlp.hidden());
        }
    }

    /** With flash-linear-attention's names, plain norms and eps 1e-6. */
    public static Block of(Layer mixer, Layer mlp) {
        return new Block(mixer, mlp, Names.FLA, 1e-6, false);
    }

    @Override
    public int hidden() {
        return mixer.hidden();
    }

    @Override
    public Slot wire(ProgramBuilder to, Slot x) {
        Slot mixerIn = to.rmsNorm(x, names.mixerNorm(), hidden(), normEps, zeroCentred);
        Slot mixed = to.add(x, mixer.wire(to.within(names.mixer() + "."), mixerIn), "mixed");
        Slot mlpIn = to.rmsNorm(mixed, names.mlpNorm(), hidden(), normEps, zeroCentred);
        return to.add(mixed, mlp.wire(to.within(names.mlp() + "."), mlpIn), "out");
    }
}
