package io.deltarule.models.rwkv7;

import io.deltarule.core.layer.Slot;
import io.deltarule.models.Layer;
import io.deltarule.models.ProgramBuilder;

/**
 * A residual block with layer norms.
 *
 * <pre>  h ← norm(x) in a model's first block, else x        h ← h + mixer(norm(h))        y = h + mlp(norm(h)) </pre>
 *
 * <p>Norms: {@code pre_norm}, {@code attn_norm} and {@code ffn_norm}, each a {@code weight} [hidden] and perhaps a {@code bias}; parts
 * {@code attn.} and {@code ffn.}.
 *
 * @param mixer the part that sees the tokens before
 * @param mlp the feed-forward part
 * @param normsInput whether the block's input is normed first
 * @param normEps added to the mean of squares
 * @param normBias whether norms have a bias
 */
public record Rwkv7Block(Rwkv7Layer mixer, Rwkv7FeedForward mlp, boolean normsInput, double normEps, boolean normBias)
        implements Layer {
    @Override
    public int hidden() {
        return mixer.hidden();
    }

    @Override
    public Slot wire(ProgramBuilder to, Slot x) {
        Slot h = normsInput ? norm(to, x, "pre_norm") : x;
        Slot mixed = to.add(h, mixer.wire(to.within("attn."), norm(to, h, "attn_norm")), "mixed");
        return to.add(mixed, mlp.wire(to.within("ffn."), norm(to, mixed, "ffn_norm")), "out");
    }

    private Slot norm(ProgramBuilder to, Slot x, String name) {
        return to.layerNorm(x, name, hidden(), normEps, normBias);
    }
}
