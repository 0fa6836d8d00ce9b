package io.deltarule.models.training;

import io.deltarule.core.Variant;
import io.deltarule.core.layer.SequenceOp;
import io.deltarule.core.training.ParameterLayout;
import java.util.Optional;
import java.util.function.DoubleSupplier;
import java.util.function.IntToDoubleFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What RWKV-7's own weights begin with, which depends on the layer l of L and the channel n of C: mixes that leave late layers nearly
 * the token itself, decays spread from slow to fast, adapters and what goes back to the residual stream at 0. With ρ = l / (L − 1), λ =
 * 1 − l / L, c = n / (C − 1) − ½ and z = s |s|, s from −1 to 1 over each head:
 *
 * <pre>
 *   x_r, x_g   1 − (n/C)^(0.2 λ)      x_w, x_a   1 − (n/C)^(0.9 λ)      x_k, x_v   1 − (n/C)^(0.7 λ)      x_k of ffn   1 − (n/C)^(λ⁴)
 *   k_k   0.71 − 0.1 c      k_a   1.02      r_k   −0.04      g_norm   ((l + 1) / L)^0.7
 *   b_w   −5.5 + 6 (c + ½)^(1 + ρ^0.3) + 2.5 z      b_a   −0.19 + 0.3 z + 0.4 c      b_v   0.73 − 0.4 c
 *   the adapters' first matrices, o_proj and ffn.value   0
 * </pre>
 *
 * Matrices that the authors begin with orthogonal ones begin as projections do elsewhere here. Source: flash-linear-attention's rwkv7,
 * after the authors' own training code.
 */
final class Rwkv7Start {
    private static final Pattern WEIGHT = Pattern.compile("(?:^|\\.)layers\\.(\\d+)\\.(attn|ffn)\\.(.+)");

    private final int layer;
    private final int layers;
    private final int width;
    private final int head;

    private Rwkv7Start(int layer, int layers, int width, int head) {
        this.layer = layer;
        this.layers = layers;
        this.width = width;
        this.head = head;
    }

    /** A weight's numbers in order; nothing where it is none of these. */
    static Optional<DoubleSupplier> of(TrainableModel model, ParameterLayout.Entry entry) {
        Matcher name = WEIGHT.matcher(entry.name());
        int head = head(model);
        if (head == 0 || !name.find()) {
            return Optional.empty();
        }
        int width = (int) entry.size(); // of a vector; a matrix is all zeros or none of these
        Rwkv7Start start = new Rwkv7Start(Integer.parseInt(name.group(1)), model.blocks(), width, head);
        IntToDoubleFunction numbers =
                name.group(2).equals("ffn") ? start.feedForward(name.group(3)) : start.mixer(name.group(3));
        int[] next = {0};
        return numbers == null ? Optional.empty() : Optional.of(() -> numbers.applyAsDouble(next[0]++));
    }

    /** Key channels per head of RWKV-7's layers; 0 where there are none. */
    private static int head(TrainableModel model) {
        return model.loss().ops().stream()
                .filter(op -> op instanceof SequenceOp.Delta d && d.variant() == Variant.RWKV7)
                .mapToInt(op -> ((SequenceOp.Delta) op).shape().K())
                .findFirst()
                .orElse(0);
    }

    private IntToDoubleFunction feedForward(String name) {
        return switch (name) {
            case "x_k" -> mix(1, 4);
            case "value.weight" -> n -> 0;
            default -> null;
        };
    }

    private IntToDoubleFunction mixer(String name) {
        return switch (name) {
            case "x_r", "x_g" -> mix(0.2, 1);
            case "x_w", "x_a" -> mix(0.9, 1);
            case "x_k", "x_v" -> mix(0.7, 1);
            case "k_k" -> n -> 0.71 - 0.1 * centred(n);
            case "k_a" -> n -> 1.02;
            case "r_k" -> n -> -0.04;
            case "g_norm.weight" -> n -> StrictMath.pow((layer + 1.0) / layers, 0.7);
            case "w_lora.lora.2.bias" ->
                n -> {
                    double depth = StrictMath.pow(layer / Math.max(1.0, layers - 1), 0.3);
                    return -5.5 + 6 * StrictMath.pow(centred(n) + 0.5, 1 + depth) + 2.5 * zigzag(n);
                };
            case "a_lora.lora.2.bias" -> n -> -0.19 + 0.3 * zigzag(n) + 0.4 * centred(n);
            case "v_lora.lora.2.bias" -> n -> 0.73 - 0.4 * centred(n);
            case "w_lora.lora.0.weight",
                    "a_lora.lora.0.weight",
                    "v_lora.lora.0.weight",
                    "g_lora.lora.0.weight",
                    "o_proj.weight" -> n -> 0;
            default -> null;
        };
    }

    private IntToDoubleFunction mix(double factor, int power) {
        double exponent = factor * StrictMath.pow(1 - (double) layer / layers, power);
        return n -> 1 - StrictMath.pow((double) n / width, exponent);
    }

    /** From −½ to ½ over the channels. */
    private double centred(int n) {
        return n / Math.max(1.0, width - 1) - 0.5;
    }

    /** From −1 to 1 over a head's channels, slowest in the middle. */
    private double zigzag(int n) {
        double half = Math.max(0.5, (head - 1) / 2.0);
        double s = (n % head - half) / half;
        return s * Math.abs(s);
    }
}
