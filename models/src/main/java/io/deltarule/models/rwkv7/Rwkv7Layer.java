package io.deltarule.models.rwkv7;

import io.deltarule.core.DeltaShape;
import io.deltarule.core.Gate;
import io.deltarule.core.Input;
import io.deltarule.core.Variant;
import io.deltarule.core.layer.Activation;
import io.deltarule.core.layer.ChannelOp;
import io.deltarule.core.layer.ElementwiseOp;
import io.deltarule.core.layer.NormOp;
import io.deltarule.core.layer.SequenceOp;
import io.deltarule.core.layer.Slot;
import io.deltarule.models.Layer;
import io.deltarule.models.ProgramBuilder;
import java.util.Map;

/**
 * RWKV-7: a state with a decay per channel that erases along a unit key κ, by a strength per channel, and writes along another.
 *
 * <pre>
 *   x_c = x + μ_c ⊙ (x_{t−1} − x)                     for c in r, w, k, v, a, g
 *   r = R x_r     k = K x_k     v = V x_v     log w = −e^(−½) σ(B_w tanh(A_w x_w) + b_w)     a = σ(B_a A_a x_a + b_a)
 *   v ← v + (v₁ − v) ⊙ σ(B_v A_v x_v + b_v)           v₁ the first layer's, in all layers but that
 *   κ = k ⊙ k_k / |k ⊙ k_k| per head     k̃ = k ⊙ (1 + (a − 1) ⊙ k_a)
 *   S ← Diag(w) S − (a ⊙ κ)(Sᵀ κ)ᵀ + k̃ vᵀ
 *   y = O ((norm(Sᵀ r) + (Σ r ⊙ r_k ⊙ k̃) v) ⊙ B_g σ(A_g x_g))       norm and sum per head
 * </pre>
 *
 * <p>Weights: {@code x_r}, {@code x_w}, {@code x_k}, {@code x_v}, {@code x_a}, {@code x_g}, {@code k_k}, {@code k_a} and {@code r_k} [hidden],
 * {@code r_proj.weight} and {@code k_proj.weight} [hidden, hidden], {@code v_proj.weight} [values, hidden], {@code o_proj.weight}
 * [hidden, values]; of the adapters c in w, a, v, g {@code c_lora.lora.0.weight} [rank, hidden], {@code c_lora.lora.2.weight} [width,
 * rank] and, but for g, {@code c_lora.lora.2.bias} [width]; {@code g_norm.weight} and {@code g_norm.bias} [values]. Source: Peng et al.
 * 2025, "RWKV-7 Goose", arXiv:2503.14456, section 4; names as in flash-linear-attention's rwkv7.
 *
 * @param config sizes
 * @param firstValues the slot of the first layer's values, {@link #values} wide, or null in that layer
 */
public record Rwkv7Layer(Rwkv7Config config, Slot firstValues) implements Layer {
    /** e^(−½): the largest decay of a token is exp(−e^(−½)), so that dividing by w stays harmless. */
    private static final double LARGEST_RATE = 0.6065306597126334;

    private static final String VALUES = "v_proj";

    /**
     * The slot of a first layer's values.
     *
     * @param prefix what goes before that layer's names
     */
    public static Slot values(String prefix, Rwkv7Config config) {
        return new Slot(prefix + VALUES, config.values());
    }

    @Override
    public int hidden() {
        return config.hidden();
    }

    @Override
    public Slot wire(ProgramBuilder to, Slot x) {
        int width = config.hidden();
        TokenShift shift = TokenShift.of(to, x);
        Slot r = to.linear(shift.mixed(to, "r"), "r_proj", width);
        Slot decay = adapter(to, shift.mixed(to, "w"), "w", config.ranks().decay(), Activation.TANH, width);
        Slot k = to.linear(shift.mixed(to, "k"), "k_proj", width);
        Slot v = values(to, shift.mixed(to, "v"));
        Slot strength = adapter(to, shift.mixed(to, "a"), "a", config.ranks().a(), Activation.IDENTITY, width);
        Slot a = to.map(strength, "a", Activation.SIGMOID, 1);
        Slot written = written(to, k, a);
        Slot o = to.slot("o", config.values());
        to.add(new SequenceOp.Delta(Variant.RWKV7, shape(), rows(to, r, decay, k, v, a, written), o, null, 1));
        Slot read = to.add(normed(to, o), bonus(to, r, written, v), "read");
        Slot gate = adapter(to, shift.mixed(to, "g"), "g", config.ranks().gate(), Activation.SIGMOID, config.values());
        return to.linear(to.multiply(read, gate, "gated", Activation.IDENTITY), "o_proj", width);
    }

    private DeltaShape shape() {
        int heads = config.heads();
        return new DeltaShape(1, 1, heads, heads, config.headK(), config.headV(), 2, 1, Gate.CHANNEL);
    }

    /** B act(A x) + b; the gate has no b. */
    private static Slot adapter(ProgramBuilder to, Slot x, String name, int rank, Activation act, int width) {
        ProgramBuilder inside = to.within(name + "_lora.lora.");
        Slot narrow = inside.linear(x, "0", rank);
        Slot between = act == Activation.IDENTITY ? narrow : inside.map(narrow, "1", act, 1);
        return inside.linear(between, "2", width, !name.equals("g"));
    }

    private Slot values(ProgramBuilder to, Slot x) {
        Slot own = to.linear(x, VALUES, config.values());
        if (firstValues == null) {
            return own;
        }
        Slot mix = adapter(to, x, "v", config.ranks().v(), Activation.IDENTITY, config.values());
        Slot v = to.slot("v", config.values());
        to.add(new ElementwiseOp.MixReads(own, firstValues, mix, v, false));
        return v;
    }

    /** k̃ = k + k_a ⊙ (a − 1) ⊙ k. */
    private static Slot written(ProgramBuilder to, Slot k, Slot a) {
        Slot less = to.add(a, to.constant("minus_one", a.width(), -1), "a_less_one");
        return to.scale(to.multiply(k, less, "k_less", Activation.IDENTITY), k, "k_written", "k_a", k.width());
    }

    /** Two micro-steps per token: (κ ⊘ w, a ⊙ κ, 0) erases what κ finds in the state before its decay, (0, k̃, v) writes. */
    private Map<Input, Slot> rows(ProgramBuilder to, Slot r, Slot decay, Slot k, Slot v, Slot a, Slot written) {
        Slot rate = to.map(decay, "rate", Activation.SIGMOID, LARGEST_RATE);
        Slot scaled = to.scale(k, null, "k_scaled", "k_k", k.width());
        Slot kappa = to.slot("kappa", k.width());
        to.add(new NormOp.L2Norm(scaled, kappa, config.headK(), config.keyEps()));
        Slot found = to.multiply(kappa, rate, "kappa_grown", Activation.EXP);
        Slot erased = to.multiply(kappa, a, "kappa_a", Activation.IDENTITY);
        Slot nothing = to.constant("no_key", k.width(), 0);
        return Map.of(
                Input.Q, r,
                Input.G, to.map(rate, "g", Activation.IDENTITY, -1),
                Input.P, both(to, found, nothing, "p_rows"),
                Input.K, both(to, erased, written, "k_rows"),
                Input.V, both(to, to.constant("no_value", v.width(), 0), v, "v_rows"),
                Input.BETA, to.constant("beta", 2 * config.heads(), 1));
    }

    private static Slot both(ProgramBuilder to, Slot first, Slot second, String name) {
        Slot rows = to.slot(name, 2 * first.width());
        to.add(new ChannelOp.Join(first, second, rows, 1));
        return rows;
    }

    private Slot normed(ProgramBuilder to, Slot o) {
        return to.layerNorm(o, "g_norm", config.headV(), config.normEps(), true);
    }

    /** (Σ r ⊙ r_k ⊙ k̃) v per head: what the token's own value counts beside what was remembered. */
    private Slot bonus(ProgramBuilder to, Slot r, Slot written, Slot v) {
        Slot met = to.slot("met", config.heads());
        to.add(new ElementwiseOp.HeadDot(to.scale(r, null, "r_scaled", "r_k", r.width()), written, met));
        return to.multiply(v, met, "bonus", Activation.IDENTITY);
    }
}
