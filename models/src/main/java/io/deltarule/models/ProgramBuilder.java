package io.deltarule.models;

import io.deltarule.core.layer.Activation;
import io.deltarule.core.layer.ChannelOp;
import io.deltarule.core.layer.ElementwiseOp;
import io.deltarule.core.layer.LayerOp;
import io.deltarule.core.layer.MatrixOp;
import io.deltarule.core.layer.NormOp;
import io.deltarule.core.layer.SequenceOp;
import io.deltarule.core.layer.Slot;
import java.util.ArrayList;
import java.util.List;

/**
 * Collects the operations of a program. A layer adds its own through {@link Layer#wire}; slots and weights are named after
 * the part of the model that they belong to, and a method that adds an operation returns the slot that it writes.
 */
public final class ProgramBuilder {
    private final List<LayerOp> ops;
    private final String prefix;

    /** Begins a list of operations whose names start with a prefix. */
    public ProgramBuilder(String prefix) {
        this(new ArrayList<>(), prefix);
    }

    private ProgramBuilder(List<LayerOp> ops, String prefix) {
        this.ops = ops;
        this.prefix = prefix;
    }

    /** The same list for a part of this part: {@code within("attn.")}. */
    public ProgramBuilder within(String part) {
        return new ProgramBuilder(ops, prefix + part);
    }

    /** What was added so far. */
    public List<LayerOp> ops() {
        return List.copyOf(ops);
    }

    /** A slot of this part. */
    public Slot slot(String name, int width) {
        return new Slot(prefix + name, width);
    }

    /** The full name of one of this part's weights. */
    public String weight(String name) {
        return prefix + name;
    }

    /** Adds an operation. */
    public void add(LayerOp op) {
        ops.add(op);
    }

    /** A projection with weight {@code name.weight}, and {@code name.bias} where there is a bias. */
    public Slot linear(Slot x, String name, int width, boolean bias) {
        Slot y = slot(name, width);
        add(new MatrixOp.Linear(x, y, weight(name + ".weight"), bias ? weight(name + ".bias") : null));
        return y;
    }

    /** A projection without a bias. */
    public Slot linear(Slot x, String name, int width) {
        return linear(x, name, width, false);
    }

    /** A causal short convolution with weight {@code name.weight} [width, taps]. */
    public Slot convolution(Slot x, String name, int taps, Activation activation) {
        Slot y = slot(name, x.width());
        add(new SequenceOp.ShortConvolution(x, y, weight(name + ".weight"), null, taps, activation));
        return y;
    }

    /** factor · act(x). */
    public Slot map(Slot x, String name, Activation activation, double factor) {
        Slot y = slot(name, x.width());
        add(new ElementwiseOp.Activate(x, y, activation, factor));
        return y;
    }

    /** The same number everywhere. */
    public Slot constant(String name, int width, double value) {
        Slot y = slot(name, width);
        add(new ElementwiseOp.Constant(y, value));
        return y;
    }

    /** Groups of channels divided by their sum. */
    public Slot sumNorm(Slot x, String name, int group) {
        Slot y = slot(name, x.width());
        add(new NormOp.SumNorm(x, y, group));
        return y;
    }

    /** x ⊙ act(gate). */
    public Slot multiply(Slot x, Slot gate, String name, Activation activation) {
        Slot y = slot(name, x.width());
        add(new ElementwiseOp.Multiply(x, gate, y, activation));
        return y;
    }

    /**
     * Channels times the weight {@code weight} [groups], neighbours sharing a factor, and something added.
     *
     * @param added null for nothing
     */
    public Slot scale(Slot x, Slot added, String name, String weight, int groups) {
        Slot y = slot(name, x.width());
        add(new ElementwiseOp.Scale(x, added, y, weight(weight), groups));
        return y;
    }

    /** The scales of log-linear levels, λ = softplus(L ⊙ d), with weight {@code L} [HV·levels]; d has a number for each. */
    public Slot levelScales(Slot d) {
        return map(scale(d, null, "levels", "L", d.width()), "lambda", Activation.SOFTPLUS, 1);
    }

    /** Groups of channels divided by their length. */
    public Slot l2Norm(Slot x, String name, int group) {
        Slot y = slot(name, x.width());
        add(new NormOp.L2Norm(x, y, group, 1e-6));
        return y;
    }

    /** An RMS norm without a gate, with weight {@code name.weight} [group]. */
    public Slot rmsNorm(Slot x, String name, int group, double eps, boolean zeroCentred) {
        Slot y = slot(name, x.width());
        add(new NormOp.RmsNorm(x, null, y, weight(name + ".weight"), group, eps, zeroCentred, Activation.IDENTITY));
        return y;
    }

    /** A layer norm of groups, with weight {@code name.weight} and perhaps {@code name.bias}, both of every channel. */
    public Slot layerNorm(Slot x, String name, int group, double eps, boolean bias) {
        Slot y = slot(name, x.width());
        add(new NormOp.LayerNorm(x, y, weight(name + ".weight"), bias ? weight(name + ".bias") : null, group, eps));
        return y;
    }

    /** Part of each group's channels. */
    public Slot slice(Slot x, String name, int groups, int offset, int length) {
        Slot y = slot(name, groups * length);
        add(new ChannelOp.Slice(x, y, groups, offset));
        return y;
    }

    /** a + b. */
    public Slot add(Slot a, Slot b, String name) {
        Slot y = slot(name, a.width());
        add(new ElementwiseOp.Add(a, b, y));
        return y;
    }
}
