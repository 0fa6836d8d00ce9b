package io.deltarule.models;

import io.deltarule.core.InvalidInputException;
import io.deltarule.core.layer.Activation;
import io.deltarule.core.layer.Slot;

/**
 * A residual block: a mixing layer and a feed-forward layer, each on normed rows and added to them.
 *
 * <pre>  h ← x + residual · mixer(norm(x))        y = h + residual · mlp(norm(h)) </pre>
 *
 * @param mixer any layer that mixes tokens
 * @param mlp the feed-forward part
 * @param names what the parts' weights are called
 * @param normEps added to the mean of squares
 * @param zeroCentred whether the norms' stored weights are the factors − 1
 * @param residual what the parts are multiplied by before they are added, 1 as a rule
 */
public record Block(Layer mixer, Layer mlp, Names names, double normEps, boolean zeroCentred, double residual)
        implements Layer {
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

    /** With parts that are added as they are. */
    public Block(Layer mixer, Layer mlp, Names names, double normEps, boolean zeroCentred) {
        this(mixer, mlp, names, normEps, zeroCentred, 1);
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
        Slot mixerOut = mixer.wire(to.within(names.mixer() + "."), mixerIn);
        Slot mixed = to.add(x, scaled(to, mixerOut, "mixer_scaled"), "mixed");
        Slot mlpIn = to.rmsNorm(mixed, names.mlpNorm(), hidden(), normEps, zeroCentred);
        Slot mlpOut = mlp.wire(to.within(names.mlp() + "."), mlpIn);
        return to.add(mixed, scaled(to, mlpOut, "mlp_scaled"), "out");
    }

    private Slot scaled(ProgramBuilder to, Slot part, String name) {
        return residual == 1 ? part : to.map(part, name, Activation.IDENTITY, residual);
    }
}
