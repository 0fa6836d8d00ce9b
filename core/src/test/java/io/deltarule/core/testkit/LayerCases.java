package io.deltarule.core.testkit;

import static io.deltarule.core.layer.Activation.ELU;
import static io.deltarule.core.layer.Activation.EXP;
import static io.deltarule.core.layer.Activation.IDENTITY;
import static io.deltarule.core.layer.Activation.RELU;
import static io.deltarule.core.layer.Activation.SIGMOID;
import static io.deltarule.core.layer.Activation.SILU;
import static io.deltarule.core.layer.Activation.SOFTPLUS;
import static io.deltarule.core.layer.Activation.TANH;

import io.deltarule.core.DeltaShape;
import io.deltarule.core.Gate;
import io.deltarule.core.Input;
import io.deltarule.core.Variant;
import io.deltarule.core.layer.Activation;
import io.deltarule.core.layer.ChannelOp;
import io.deltarule.core.layer.ElementwiseOp;
import io.deltarule.core.layer.LayerOp;
import io.deltarule.core.layer.LayerProgram;
import io.deltarule.core.layer.MatrixOp;
import io.deltarule.core.layer.NormOp;
import io.deltarule.core.layer.PositionOp;
import io.deltarule.core.layer.SequenceOp;
import io.deltarule.core.layer.Slot;
import io.deltarule.core.layer.WeightType;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** The rows of the layers' shared tests: one program per operation, its edges, and programs of several operations. */
public final class LayerCases {
    private static final Slot X = new Slot("x", 24);
    private static final Slot Y = new Slot("y", 24);
    private static final Slot Z = new Slot("z", 24);

    private LayerCases() {}

    /** Single operations that carry nothing. */
    public static List<LayerCase> stateless() {
        Slot wide = new Slot("y", 37);
        Slot ids = new Slot("ids", 1);
        Slot perHead = new Slot("z", 3);
        Slot part = new Slot("y", 15);
        Slot gates = new Slot("x", 2 * 20);
        Slot decays = new Slot("y", 2 * 20);
        return List.of(
                one("linear", new MatrixOp.Linear(X, wide, "w", null)),
                one("linear with bias", new MatrixOp.Linear(X, wide, "w", "b")),
                one("linear to one", new MatrixOp.Linear(X, new Slot("y", 1), "w", "b")),
                one("embedding", new MatrixOp.Embedding(ids, wide, "table", 11)),
                one("L2 norm", new NormOp.L2Norm(X, Y, 12, 1e-6)),
                one("RMS norm", new NormOp.RmsNorm(X, null, Y, "w", 24, 1e-5, false, IDENTITY)),
                one("RMS norm, zero-centred", new NormOp.RmsNorm(X, null, Y, "w", 8, 1e-6, true, IDENTITY)),
                one("RMS norm, SiLU gate", new NormOp.RmsNorm(X, Z, Y, "w", 12, 1e-6, false, SILU)),
                one("RMS norm, sigmoid gate", new NormOp.RmsNorm(X, Z, Y, "w", 3, 1e-6, false, SIGMOID)),
                one("layer norm", new NormOp.LayerNorm(X, Y, "w", "b", 24, 1e-5)),
                one("layer norm per head, no bias", new NormOp.LayerNorm(X, Y, "w", null, 8, 1e-3)),
                one(
                        "layer norm, wide",
                        new NormOp.LayerNorm(new Slot("x", 300), new Slot("y", 300), "w", "b", 150, 1e-5)),
                one("head dot", new ElementwiseOp.HeadDot(X, Z, new Slot("y", 3))),
                one("head dot of one head", new ElementwiseOp.HeadDot(X, Z, new Slot("y", 1))),
                one("tanh", new ElementwiseOp.Activate(X, Y, TANH, 1)),
                one("exp", new ElementwiseOp.Activate(X, Y, EXP, 0.5)),
                one(
                        "squared ReLU",
                        new LayerProgram(List.of(X), List.of(Y), List.of(new ElementwiseOp.Multiply(X, X, Y, RELU)))),
                one("2 sigmoid", new ElementwiseOp.Activate(X, Y, SIGMOID, 2)),
                one("SiLU", new ElementwiseOp.Activate(X, Y, SILU, 1)),
                one("ReLU", new ElementwiseOp.Activate(X, Y, RELU, 1)),
                one("ELU", new ElementwiseOp.Activate(X, Y, ELU, 1)),
                one("softplus", new ElementwiseOp.Activate(X, Y, SOFTPLUS, 1)),
                one("multiply, SiLU", new ElementwiseOp.Multiply(X, Z, Y, SILU)),
                one("multiply, SiLU, limit", new ElementwiseOp.Multiply(X, Z, Y, SILU, 0.4)),
                one("multiply per head, sigmoid", new ElementwiseOp.Multiply(X, perHead, Y, SIGMOID)),
                one("add", new ElementwiseOp.Add(X, Z, Y)),
                one("slice", new ChannelOp.Slice(X, part, 3, 2)),
                one("join", new ChannelOp.Join(X, new Slot("z", 15), new Slot("y", 39), 3)),
                one("join, shared", new ChannelOp.Join(X, new Slot("z", 5), new Slot("y", 24 + 4 * 5), 4)),
                one("constant", new LayerProgram(List.of(X), List.of(Z), List.of(new ElementwiseOp.Constant(Z, 1.5)))),
                one(
                        "sum norm",
                        new LayerProgram(
                                List.of(X),
                                List.of(Y),
                                List.of(new ElementwiseOp.Activate(X, Z, SIGMOID, 1), new NormOp.SumNorm(Z, Y, 8)))),
                one("log-decay per head", new ElementwiseOp.LogDecay(X, Y, "a", "dt", 24, 0)),
                one("log-decay per channel", new ElementwiseOp.LogDecay(gates, decays, "a", "dt", 2, 0)),
                one("time step", timeStep(24, 0, Double.POSITIVE_INFINITY)),
                one("time step, bounded", timeStep(37, 0.02, 0.1)),
                one("scale per channel", new ElementwiseOp.Scale(X, null, Y, "w", 24)),
                one("scale per head and add", new ElementwiseOp.Scale(X, Z, Y, "w", 3)),
                one("log-decay, no bias", new ElementwiseOp.LogDecay(gates, decays, "a", null, 2, 0)),
                one("log-decay, bounded", new ElementwiseOp.LogDecay(gates, decays, "a", "dt", 2, -5)),
                mix("mix reads, convex per channel", 24, false),
                mix("mix reads, additive per head", 3, true),
                mix("mix reads, convex per head", 2, false));
    }

    private static LayerOp timeStep(int heads, double least, double most) {
        return new ElementwiseOp.TimeStep(
                new Slot("x", heads), new Slot("step", heads), new Slot("g", heads), "a", "dt", least, most);
    }

    /** Mixtures of experts; each token's scores and rows are given. */
    public static List<LayerCase> experts() {
        return List.of(
                experts("experts, softmax, renormalised", 6, new MatrixOp.Experts.Routing(2, false, null, true, 1)),
                experts("experts, softmax", 5, new MatrixOp.Experts.Routing(3, false, null, false, 1)),
                experts("experts, sigmoid, corrected", 7, new MatrixOp.Experts.Routing(2, true, "c", true, 2.446)),
                experts("experts, sigmoid", 9, new MatrixOp.Experts.Routing(1, true, null, false, 0.5)),
                experts("experts, all of them", 2, new MatrixOp.Experts.Routing(2, false, null, true, 1)),
                experts(
                        "experts in groups, corrected",
                        12,
                        new MatrixOp.Experts.Routing(3, true, "c", true, 2.5, new MatrixOp.Experts.Groups(4, 2))),
                experts(
                        "experts in groups of one",
                        5,
                        new MatrixOp.Experts.Routing(2, false, null, false, 1, new MatrixOp.Experts.Groups(5, 3))),
                one(
                        "experts with a limit",
                        new MatrixOp.Experts(
                                X,
                                new Slot("z", 6),
                                new Slot("y", 19),
                                new MatrixOp.Experts.Routing(2, true, null, true, 1),
                                "experts.",
                                21,
                                0.5)));
    }

    private static LayerCase experts(String name, int count, MatrixOp.Experts.Routing routing) {
        return one(name, new MatrixOp.Experts(X, new Slot("z", count), new Slot("y", 19), routing, "experts.", 21));
    }

    /** The head and its loss; for engines that train. */
    public static List<LayerCase> losses() {
        Slot labels = new Slot("labels", 1);
        return List.of(
                crossEntropy("cross-entropy", X, labels, 19, null),
                crossEntropy("cross-entropy with bias", X, labels, 37, "b"),
                crossEntropy("cross-entropy of one class", X, labels, 1, null));
    }

    /** One loss of given rows. */
    static LayerCase crossEntropy(String name, Slot x, Slot labels, int classes, String bias) {
        return one(name, new MatrixOp.CrossEntropy(x, labels, new Slot("loss", 1), "w", bias, classes));
    }

    private static LayerCase mix(String name, int gates, boolean additive) {
        return one(name, new ElementwiseOp.MixReads(X, new Slot("cross", 24), new Slot("z", gates), Y, additive));
    }

    /** Single operations that carry something from token to token. */
    public static List<LayerCase> carrying() {
        return List.of(
                one("convolution, 4 taps", new SequenceOp.ShortConvolution(X, Y, "w", null, 4, SILU)),
                one("convolution, 3 taps, bias", new SequenceOp.ShortConvolution(X, Y, "w", "b", 3, IDENTITY)),
                one(
                        "convolution, 2 taps",
                        new SequenceOp.ShortConvolution(new Slot("x", 37), new Slot("y", 37), "w", "b", 2, SILU)),
                one("convolution, 1 tap", new SequenceOp.ShortConvolution(X, Y, "w", null, 1, SILU)),
                one("rotary", new PositionOp.Rotary(X, Y, 12, 12, 10000)),
                one("rotary, partial", new PositionOp.Rotary(X, Y, 8, 6, 1e6)),
                one("selective rotary", new PositionOp.SelectiveRotary(X, new Slot("phi", 12), Y, null, 12, 12)),
                one("selective rotary, partial", new PositionOp.SelectiveRotary(X, new Slot("phi", 6), Y, "tau", 8, 4)),
                attention("attention", 3, 3, 8, 8, 0),
                attention("attention, grouped, K ≠ V", 4, 2, 12, 20, 0),
                attention("attention, window 5", 2, 1, 16, 8, 5),
                attention("attention, window 1", 2, 2, 8, 8, 1),
                one("token difference", new SequenceOp.TokenDifference(X, Y)),
                one("dynamic convolution, 4 taps", dynamic(24, 4, SILU)),
                one("dynamic convolution, 3 taps", dynamic(37, 3, IDENTITY)),
                one("dynamic convolution, 1 tap", dynamic(24, 1, SILU)));
    }

    private static LayerOp dynamic(int width, int taps, Activation activation) {
        return new SequenceOp.DynamicConvolution(
                new Slot("x", width), new Slot("kernels", width * taps), new Slot("y", width), taps, activation);
    }

    /** One attention of given queries, keys and values. */
    public static LayerCase attention(String name, int heads, int kvHeads, int head, int value, int window) {
        return one(
                name,
                new SequenceOp.Attention(
                        new Slot("q", heads * head),
                        new Slot("k", kvHeads * head),
                        new Slot("v", kvHeads * value),
                        new Slot("o", heads * value),
                        heads,
                        kvHeads,
                        window,
                        1 / Math.sqrt(head)));
    }

    /** The delta rule of every variant, inputs normalised and gates computed by operations. */
    public static List<LayerCase> delta() {
        return List.of(
                delta(Variant.DELTA_RULE, Gate.NONE, 1, false),
                delta(Variant.GATED_DELTA_RULE, Gate.SCALAR, 1, false),
                delta(Variant.KDA, Gate.CHANNEL, 1, false),
                delta(Variant.COMBA, Gate.SCALAR, 1, false),
                delta(Variant.GDN2, Gate.CHANNEL, 1, false),
                delta(Variant.GATED_DELTA_PRODUCT, Gate.NONE, 3, false),
                delta(Variant.GATED_DELTA_PRODUCT, Gate.SCALAR, 2, false),
                delta(Variant.GATED_DELTA_PRODUCT, Gate.CHANNEL, 2, false),
                delta(Variant.SSD, Gate.SCALAR, 1, false),
                delta(Variant.SSD, Gate.CHANNEL, 1, false),
                delta(Variant.RWKV7, Gate.CHANNEL, 2, false));
    }

    /** Log-linear states of some variants, levels enough for 512 tokens. */
    public static List<LayerCase> levels() {
        return List.of(
                delta(Variant.GATED_DELTA_RULE, new DeltaShape(1, 1, 2, 4, 16, 12, 1, 1, Gate.SCALAR).withLevels(10)),
                delta(
                        Variant.GATED_DELTA_PRODUCT,
                        new DeltaShape(1, 1, 2, 4, 16, 12, 2, 1, Gate.CHANNEL).withLevels(10)),
                delta(Variant.SSD, new DeltaShape(1, 1, 2, 4, 16, 12, 1, 1, Gate.SCALAR).withLevels(10)));
    }

    /** The same with a selective read. */
    public static List<LayerCase> deltaLens() {
        return List.of(
                delta(Variant.DELTALENS, Gate.NONE, 1, true),
                delta(Variant.DELTALENS, Gate.SCALAR, 1, true),
                delta(Variant.DELTALENS, Gate.CHANNEL, 1, true),
                delta(Variant.GATED_DELTA_PRODUCT, Gate.SCALAR, 2, true));
    }

    private static LayerCase delta(Variant variant, Gate gate, int n, boolean cross) {
        return delta(variant, new DeltaShape(1, 1, 2, 4, 16, 12, n, 1, gate, cross));
    }

    private static LayerCase delta(Variant variant, DeltaShape s) {
        Gate gate = s.gate();
        int n = s.householders();
        boolean cross = s.crossRead();
        List<Slot> given = new ArrayList<>();
        List<LayerOp> ops = new ArrayList<>();
        Map<Input, Slot> in = new EnumMap<>(Input.class);
        for (Input input : Input.values()) {
            boolean present = input == Input.G
                    ? gate != Gate.NONE
                    : input == Input.R
                            ? cross
                            : input == Input.LAMBDA
                                    ? s.logLinear()
                                    : variant.inputs().contains(input);
            if (!present) {
                continue;
            }
            int width = DeltaCase.axes(input, s).width();
            Slot raw = new Slot(input.id() + "_raw", width);
            Slot made = new Slot(input.id(), width);
            given.add(raw);
            in.put(input, made);
            ops.add(
                    switch (input) {
                        case Q, K, P -> new NormOp.L2Norm(raw, made, s.K(), 1e-6);
                        case BETA, B, W -> new ElementwiseOp.Activate(raw, made, SIGMOID, 1);
                        case G -> new ElementwiseOp.LogDecay(raw, made, "a", "dt", s.HV(), 0);
                        case V, R, LAMBDA -> new ElementwiseOp.Activate(raw, made, IDENTITY, 1);
                    });
        }
        Slot o = new Slot("o", s.HV() * s.V());
        Slot oCross = cross ? new Slot("o_cross", s.HV() * s.V()) : null;
        ops.add(new SequenceOp.Delta(variant, s, in, o, oCross, 0.25));
        return new LayerCase(
                variant.id() + " " + gate.id() + (cross ? " with selective read" : "") + (n > 1 ? " n=" + n : "")
                        + (s.logLinear() ? " levels" : ""),
                new LayerProgram(given, cross ? List.of(o, oCross) : List.of(o), ops));
    }

    /** Several operations one after the other, residual connections among them: slots that outlive their neighbours. */
    public static List<LayerCase> programs() {
        Slot ids = new Slot("ids", 1);
        Slot h = new Slot("h", 24);
        Slot normed = new Slot("normed", 24);
        Slot q = new Slot("q", 24);
        Slot k = new Slot("k", 12);
        Slot v = new Slot("v", 12);
        Slot turnedQ = new Slot("turned_q", 24);
        Slot turnedK = new Slot("turned_k", 12);
        Slot read = new Slot("read", 24);
        Slot mixed = new Slot("mixed", 24);
        Slot after = new Slot("after", 24);
        Slot gate = new Slot("gate", 50);
        Slot up = new Slot("up", 50);
        Slot product = new Slot("product", 50);
        Slot down = new Slot("down", 24);
        Slot out = new Slot("out", 24);
        Slot logits = new Slot("logits", 19);
        LayerCase block = new LayerCase(
                "attention block",
                new LayerProgram(
                        List.of(ids),
                        List.of(out, logits),
                        List.of(
                                new MatrixOp.Embedding(ids, h, "embeddings", 19),
                                new NormOp.RmsNorm(h, null, normed, "norm", 24, 1e-6, false, IDENTITY),
                                new MatrixOp.Linear(normed, q, "q", null),
                                new MatrixOp.Linear(normed, k, "k", null),
                                new MatrixOp.Linear(normed, v, "v", null),
                                new PositionOp.Rotary(q, turnedQ, 12, 12, 100),
                                new PositionOp.Rotary(k, turnedK, 12, 12, 100),
                                new SequenceOp.Attention(turnedQ, turnedK, v, read, 2, 1, 4, 0.3),
                                new MatrixOp.Linear(read, mixed, "o", null),
                                new ElementwiseOp.Add(h, mixed, after),
                                new MatrixOp.Linear(after, gate, "gate", null),
                                new MatrixOp.Linear(after, up, "up", null),
                                new ElementwiseOp.Multiply(up, gate, product, SILU),
                                new MatrixOp.Linear(product, down, "down", null),
                                new ElementwiseOp.Add(after, down, out),
                                new MatrixOp.Linear(out, logits, "embeddings", null))));
        return List.of(block);
    }

    /** Weights of 16 bits in every operation that has weights, and in a program that uses one table twice. */
    public static List<LayerCase> stored() {
        List<LayerCase> stored = new ArrayList<>();
        for (LayerCase c : List.of(
                one("linear with bias", new MatrixOp.Linear(X, new Slot("y", 37), "w", "b")),
                one("linear of odd widths", new MatrixOp.Linear(new Slot("x", 43), new Slot("y", 7), "w", null)),
                one("embedding", new MatrixOp.Embedding(new Slot("ids", 1), new Slot("y", 37), "table", 11)),
                one("convolution", new SequenceOp.ShortConvolution(X, Y, "w", "b", 4, SILU)),
                one("RMS norm", new NormOp.RmsNorm(X, null, Y, "w", 8, 1e-6, true, IDENTITY)),
                one("log-decay", new ElementwiseOp.LogDecay(X, Y, "a", "dt", 24, 0)),
                one("selective rotary", new PositionOp.SelectiveRotary(X, new Slot("phi", 6), Y, "tau", 8, 4)),
                experts("experts", 7, new MatrixOp.Experts.Routing(2, true, "c", true, 2.446)),
                programs().getFirst())) {
            stored.add(c.storedAs(WeightType.BF16));
            stored.add(c.storedAs(WeightType.F16));
        }
        for (WeightType type : WeightType.values()) {
            if (RandomBlocks.has(type)) {
                stored.addAll(blocks(type));
            }
        }
        return stored;
    }

    /** Matrices in blocks, as the embedding, projections and experts of a quantised model. */
    private static List<LayerCase> blocks(WeightType type) {
        Slot x = new Slot("x", 256);
        return List.of(
                one("linear with bias", new MatrixOp.Linear(new Slot("x", 768), new Slot("y", 37), "w", "b"))
                        .storedAs(type),
                one("embedding", new MatrixOp.Embedding(new Slot("ids", 1), new Slot("y", 512), "table", 11))
                        .storedAs(type),
                one(
                                "experts",
                                new MatrixOp.Experts(
                                        x,
                                        new Slot("z", 3),
                                        new Slot("y", 19),
                                        new MatrixOp.Experts.Routing(2, true, null, true, 2.446),
                                        "experts.",
                                        256))
                        .storedAs(type));
    }

    /** Every case. */
    public static List<LayerCase> all() {
        List<LayerCase> all = new ArrayList<>(stateless());
        all.addAll(experts());
        all.addAll(carrying());
        all.addAll(delta());
        all.addAll(deltaLens());
        all.addAll(programs());
        all.addAll(stored());
        return all;
    }

    /** Sizes past every block of a fast engine; for one that runs at speed, with a few hundred tokens. */
    public static List<LayerCase> large() {
        return List.of(
                one("wide linear", new MatrixOp.Linear(new Slot("x", 300), new Slot("y", 517), "w", "b")),
                one("wide linear", new MatrixOp.Linear(new Slot("x", 1030), new Slot("y", 517), "w", "b"))
                        .storedAs(WeightType.BF16),
                one("wide linear", new MatrixOp.Linear(new Slot("x", 300), new Slot("y", 517), "w", null))
                        .storedAs(WeightType.F16),
                one("narrow linear", new MatrixOp.Linear(new Slot("x", 517), new Slot("y", 7), "w", null)),
                one(
                        "wide convolution",
                        new SequenceOp.ShortConvolution(new Slot("x", 515), new Slot("y", 515), "w", "b", 4, SILU)),
                one("wide dynamic convolution", dynamic(515, 4, SILU)),
                one(
                        "wide RMS norm",
                        new NormOp.RmsNorm(
                                new Slot("x", 1030), null, new Slot("y", 1030), "w", 515, 1e-6, false, IDENTITY)),
                one("wide SiLU", new ElementwiseOp.Activate(new Slot("x", 1021), new Slot("y", 1021), SILU, 1)),
                one(
                        "wide experts",
                        new MatrixOp.Experts(
                                new Slot("x", 130),
                                new Slot("z", 12),
                                new Slot("y", 141),
                                new MatrixOp.Experts.Routing(3, false, null, true, 1),
                                "experts.",
                                77)),
                attention("long attention", 4, 2, 32, 24, 0),
                attention("long attention, window 100", 2, 1, 24, 32, 100),
                attention("long attention, window 300", 2, 2, 16, 16, 300));
    }

    /** A program of one operation: the slots it reads are given, those it writes are wanted. */
    public static LayerCase one(String name, LayerOp op) {
        return one(name, new LayerProgram(op.reads(), op.writes(), List.of(op)));
    }

    private static LayerCase one(String name, LayerProgram program) {
        return new LayerCase(name, program);
    }
}
