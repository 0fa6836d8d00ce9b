package io.deltarule.core.testkit;

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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * Draws one program: operations one after the other, each of a kind from a shuffled deck, reading slots that are there already
 * where one fits and slots made for it by a product where none does. Numbers are normalised where an operation asks for it, as
 * models do: keys of length 1, strengths from a sigmoid, decays below 1.
 */
final class ProgramDraw {
    private static final List<Integer> WIDTHS = List.of(8, 12, 16, 24);
    private static final int CLASSES = 13;
    private static final double NO_LIMIT = Double.POSITIVE_INFINITY;

    private static final List<Rule> RULES = Arrays.stream(Variant.values())
            .flatMap(variant -> variant.gates().stream().map(gate -> new Rule(variant, gate)))
            .toList();

    private record Rule(Variant variant, Gate gate) {}

    /** Enough for the longest sequence of all runs. */
    private static final int LEVELS = 8;

    private final Random random;
    private final List<Slot> inputs = new ArrayList<>();
    private final List<LayerOp> ops = new ArrayList<>();
    private final List<Slot> pool = new ArrayList<>(); // numbers of about 1
    private final Map<List<Integer>, List<String>> matrices = new HashMap<>(); // by shape
    private int slots;
    private int weights;
    private int variant;
    private int activation;

    private ProgramDraw(Random random, int variant) {
        this.random = random;
        this.variant = variant;
        this.activation = variant;
    }

    /** Everything that is not one of the other kinds' preparations. */
    private enum Kind {
        EMBEDDING,
        LINEAR,
        CROSS_ENTROPY,
        EXPERTS,
        L2_NORM,
        RMS_NORM,
        SUM_NORM,
        LAYER_NORM,
        ACTIVATE,
        MULTIPLY,
        ADD,
        HEAD_DOT,
        MIX_READS,
        CONSTANT,
        SCALE,
        TIME_STEP,
        SLICE,
        JOIN,
        ROTARY,
        SELECTIVE_ROTARY,
        CONVOLUTION,
        TOKEN_DIFFERENCE,
        DYNAMIC_CONVOLUTION,
        DELTA,
        DELTA_AGAIN,
        ATTENTION
    }

    /**
     * A program with some kinds of operations and what they need.
     *
     * @param kinds how many
     * @param variant which of the delta rule's variants and gates comes first; others follow
     */
    static LayerProgram draw(Random random, int kinds, int variant) {
        ProgramDraw draw = new ProgramDraw(random, variant);
        draw.input("x", draw.width(), true);
        if (random.nextBoolean()) {
            draw.input("x2", draw.width(), true);
        }
        List<Kind> deck = new ArrayList<>(List.of(Kind.values()));
        Collections.shuffle(deck, random);
        List<Kind> drawn = deck.subList(0, kinds);
        if (!drawn.contains(Kind.DELTA)) { // of which there are more variants than programs would have by chance
            drawn.set(random.nextInt(kinds), Kind.DELTA);
        }
        drawn.forEach(draw::add);
        return draw.program();
    }

    private LayerProgram program() {
        Set<Slot> read = new HashSet<>();
        ops.forEach(op -> read.addAll(op.reads()));
        List<Slot> outputs = new ArrayList<>();
        for (LayerOp op : ops) {
            for (Slot slot : op.writes()) {
                if (!read.contains(slot) || random.nextInt(8) == 0) {
                    outputs.add(slot); // all that would be lost, and some that are read too
                }
            }
        }
        Collections.shuffle(outputs, random);
        return new LayerProgram(inputs, outputs, ops);
    }

    private void add(Kind kind) {
        switch (kind) {
            case EMBEDDING -> embedding();
            case LINEAR -> pool.add(linear(any(), width()));
            case CROSS_ENTROPY -> crossEntropy();
            case EXPERTS -> experts();
            case L2_NORM -> {
                Slot x = any();
                put(new NormOp.L2Norm(x, slot(x.width()), divisor(x.width(), 4), 1e-6));
            }
            case RMS_NORM -> rmsNorm(any());
            case SUM_NORM -> sumNorm();
            case LAYER_NORM -> {
                Slot x = any();
                put(new NormOp.LayerNorm(
                        x,
                        slot(x.width()),
                        name(),
                        maybe(name()),
                        divisor(x.width(), 4),
                        random.nextDouble(0.01, 0.1)));
            }
            case ACTIVATE -> {
                activate();
                activate();
            }
            case MULTIPLY -> {
                Slot x = any();
                boolean limited = random.nextInt(3) == 0;
                Slot gate = ofWidth(limited ? x.width() : divisor(x.width(), 1));
                pool.add(tamed(made(
                        new ElementwiseOp.Multiply(x, gate, slot(x.width()), smooth(), limited ? 0.8 : NO_LIMIT))));
            }
            case ADD -> {
                Slot a = any();
                put(new ElementwiseOp.Add(a, ofWidth(a.width()), slot(a.width())));
            }
            case HEAD_DOT -> {
                Slot a = any();
                Slot y = made(new ElementwiseOp.HeadDot(a, ofWidth(a.width()), slot(divisor(a.width(), 1))));
                pool.add(tamed(linear(y, width())));
            }
            case MIX_READS -> {
                Slot o = any();
                Slot gate = ofWidth(divisor(o.width(), 1));
                put(new ElementwiseOp.MixReads(o, ofWidth(o.width()), gate, slot(o.width()), random.nextBoolean()));
            }
            case CONSTANT -> {
                Slot x = any();
                Slot constant = made(new ElementwiseOp.Constant(slot(x.width()), random.nextDouble(0.5, 2)));
                put(new ElementwiseOp.Multiply(x, constant, slot(x.width()), smooth()));
            }
            case SCALE -> {
                Slot x = any();
                Slot added = random.nextBoolean() ? ofWidth(x.width()) : null;
                put(new ElementwiseOp.Scale(x, added, slot(x.width()), name(), divisor(x.width(), 1)));
            }
            case TIME_STEP -> timeStep();
            case SLICE -> slice();
            case JOIN -> join();
            case ROTARY -> {
                Slot x = any();
                put(rotary(x, divisor(x.width(), 2)));
            }
            case SELECTIVE_ROTARY -> selectiveRotary();
            case CONVOLUTION -> {
                Slot x = any();
                int taps = random.nextInt(1, 5);
                Activation act = random.nextBoolean() ? Activation.SILU : Activation.IDENTITY;
                put(new SequenceOp.ShortConvolution(
                        x, slot(x.width()), matrix(x.width(), taps), maybe(vector(x.width())), taps, act));
            }
            case TOKEN_DIFFERENCE -> {
                Slot x = any();
                put(new SequenceOp.TokenDifference(x, slot(x.width())));
            }
            case DYNAMIC_CONVOLUTION -> {
                Slot x = any();
                int taps = random.nextInt(1, 5);
                Activation act = random.nextBoolean() ? Activation.SILU : Activation.IDENTITY;
                Slot kernels = ofWidth(taps * x.width());
                pool.add(tamed(made(new SequenceOp.DynamicConvolution(x, kernels, slot(x.width()), taps, act))));
            }
            case DELTA, DELTA_AGAIN -> delta();
            case ATTENTION -> attention();
        }
    }

    private void embedding() {
        Slot ids = inputs.stream()
                .filter(slot -> slot.name().equals("ids"))
                .findFirst()
                .orElseGet(() -> input("ids", 1, false));
        int width = width();
        put(new MatrixOp.Embedding(ids, slot(width), matrix(CLASSES, width), CLASSES));
    }

    private void crossEntropy() {
        Slot labels = input("labels", 1, false);
        Slot x = any();
        made(new MatrixOp.CrossEntropy(
                x, labels, slot(1), matrix(CLASSES, x.width()), maybe(vector(CLASSES)), CLASSES));
    }

    private void experts() {
        Slot x = any();
        int size = random.nextInt(1, 4);
        int groups = random.nextBoolean() ? 1 : random.nextInt(2, 4);
        int kept = random.nextInt(1, groups + 1);
        int count = groups == 1 ? size + 1 + random.nextInt(3) : groups * size;
        int chosen = random.nextInt(1, count / groups * kept + 1);
        MatrixOp.Experts.Routing routing = new MatrixOp.Experts.Routing(
                chosen,
                random.nextBoolean(),
                maybe(vector(count)),
                random.nextBoolean(),
                1.3,
                new MatrixOp.Experts.Groups(groups, kept));
        Slot logits = linear(any(), count);
        double limit = random.nextInt(3) == 0 ? 0.5 : NO_LIMIT;
        pool.add(tamed(made(new MatrixOp.Experts(x, logits, slot(width()), routing, name() + ".", 6, limit))));
    }

    private void rmsNorm(Slot x) {
        int group = random.nextBoolean() ? x.width() : divisor(x.width(), 4);
        Slot gate = random.nextBoolean() ? ofWidth(x.width()) : null;
        put(new NormOp.RmsNorm(x, gate, slot(x.width()), name(), group, 1e-5, random.nextBoolean(), smooth()));
    }

    /** Of positive numbers: after a sigmoid, or elu(x) + 1. */
    private void sumNorm() {
        Slot x = any();
        Slot positive;
        if (random.nextBoolean()) {
            positive = made(new ElementwiseOp.Activate(x, slot(x.width()), Activation.SIGMOID, 1));
        } else {
            Slot elu = made(new ElementwiseOp.Activate(x, slot(x.width()), Activation.ELU, 1));
            Slot one = made(new ElementwiseOp.Constant(slot(x.width()), 1));
            positive = made(new ElementwiseOp.Add(elu, one, slot(x.width())));
        }
        put(new NormOp.SumNorm(positive, slot(x.width()), divisor(x.width(), 4)));
    }

    /** ReLU's zeros go through a product, so that no norm finds a group of nothing else. */
    private void activate() {
        Slot x = any();
        List<Activation> all = List.of(Activation.values());
        Activation act = all.get(activation++ % all.size());
        Slot y = made(new ElementwiseOp.Activate(x, slot(x.width()), act, random.nextInt(1, 3)));
        switch (act) {
            case RELU -> pool.add(linear(y, width()));
            case EXP -> pool.add(tamed(y));
            default -> pool.add(y);
        }
    }

    /** Strength and decay of a state without an erase key, as Mamba-2 has them. */
    private void timeStep() {
        int H = random.nextInt(1, 3);
        int HV = H * random.nextInt(1, 3);
        DeltaShape s = new DeltaShape(1, 1, H, HV, random.nextInt(2, 5), random.nextInt(2, 6), 1, 1, Gate.SCALAR);
        boolean bounded = random.nextBoolean();
        ElementwiseOp.TimeStep step = new ElementwiseOp.TimeStep(
                linear(any(), HV),
                slot(HV),
                slot(HV),
                name(),
                name(),
                bounded ? 0.01 : 0,
                bounded ? 0.06 : Double.POSITIVE_INFINITY);
        made(step);
        Map<Input, Slot> in = new EnumMap<>(Map.of(Input.BETA, step.step(), Input.G, step.decay()));
        for (Input input : List.of(Input.Q, Input.K, Input.V)) {
            in.put(input, deltaInput(input, s));
        }
        Slot o = made(new SequenceOp.Delta(Variant.SSD, s, in, slot(HV * s.V()), null, 1));
        pool.add(linear(o, width()));
    }

    private void slice() {
        Slot x = any();
        int groups = List.of(1, 2, 4).get(random.nextInt(3));
        int stride = x.width() / groups;
        int length = random.nextInt(1, stride + 1);
        Slot y = made(new ChannelOp.Slice(x, slot(groups * length), groups, random.nextInt(stride - length + 1)));
        pool.add(linear(y, width()));
    }

    private void join() {
        Slot a = any();
        int groups = List.of(1, 2, 4).get(random.nextInt(3));
        Slot b = any();
        boolean shared = random.nextBoolean();
        int part = shared ? b.width() : b.width() / groups;
        Slot y = made(new ChannelOp.Join(a, b, slot(a.width() + groups * part), groups));
        pool.add(linear(y, width()));
    }

    private PositionOp.Rotary rotary(Slot x, int head) {
        int turned = 2 * random.nextInt(1, head / 2 + 1);
        return new PositionOp.Rotary(x, slot(x.width()), head, turned, 100);
    }

    private void selectiveRotary() {
        Slot x = any();
        int head = divisor(x.width(), 2);
        int turned = 2 * random.nextInt(1, head / 2 + 1);
        Slot angles = linear(any(), x.width() / head * turned / 2);
        String temperature = random.nextBoolean() ? name() : null;
        put(new PositionOp.SelectiveRotary(x, angles, slot(x.width()), temperature, head, turned));
    }

    private void attention() {
        int kvHeads = random.nextInt(1, 3);
        int heads = kvHeads * random.nextInt(1, 3);
        int head = List.of(4, 6).get(random.nextInt(2));
        Slot q = linear(any(), heads * head);
        Slot k = linear(any(), kvHeads * head);
        if (random.nextBoolean()) {
            q = made(rotary(q, head));
            k = made(rotary(k, head));
        }
        int value = List.of(4, 8).get(random.nextInt(2));
        Slot v = linear(any(), kvHeads * value);
        int window = random.nextInt(0, 5);
        Slot o = made(
                new SequenceOp.Attention(q, k, v, slot(heads * value), heads, kvHeads, window, 1 / Math.sqrt(head)));
        pool.add(linear(o, width()));
    }

    private void delta() {
        Rule rule = RULES.get(variant++ % RULES.size());
        Gate gate = rule.gate();
        int n = rule.variant().manyHouseholders() ? random.nextInt(1, 4) : 1;
        boolean cross = rule.variant() == Variant.DELTALENS || random.nextInt(4) == 0;
        int H = random.nextInt(1, 3);
        int HV = H * random.nextInt(1, 3);
        int levels = !cross && random.nextInt(3) == 0 ? LEVELS : 0;
        DeltaShape s = new DeltaShape(1, 1, H, HV, random.nextInt(2, 5) * 2, random.nextInt(2, 6), n, 1, gate, cross)
                .withLevels(levels);
        Map<Input, Slot> in = new EnumMap<>(Input.class);
        for (Input input : Input.values()) {
            boolean present = input == Input.G
                    ? gate != Gate.NONE
                    : input == Input.R
                            ? cross
                            : input == Input.LAMBDA
                                    ? s.logLinear()
                                    : rule.variant().inputs().contains(input);
            if (present) {
                in.put(input, deltaInput(input, s));
            }
        }
        Slot o = slot(HV * s.V());
        Slot oCross = cross ? slot(HV * s.V()) : null;
        made(new SequenceOp.Delta(rule.variant(), s, in, o, oCross, random.nextDouble(0.3, 1)));
        Slot read = o;
        if (cross) {
            Slot gates2 = linear(any(), HV);
            read = made(new ElementwiseOp.MixReads(o, oCross, gates2, slot(o.width()), random.nextBoolean()));
        }
        pool.add(linear(read, width()));
    }

    private Slot deltaInput(Input input, DeltaShape s) {
        int width = (input.eitherHeads() && random.nextInt(3) > 0 ? input.axesPerValueHead(s) : input.axes(s)).width();
        if (input == Input.BETA && random.nextInt(6) == 0) {
            return made(new ElementwiseOp.Constant(slot(width), 0.8));
        }
        Slot raw = linear(any(), width);
        return switch (input) {
            case Q, K, P -> made(new NormOp.L2Norm(raw, slot(width), s.K(), 1e-6));
            case BETA, B, W ->
                made(new ElementwiseOp.Activate(raw, slot(width), Activation.SIGMOID, random.nextInt(1, 3)));
            case G ->
                made(new ElementwiseOp.LogDecay(
                        raw, slot(width), name(), maybe(name()), s.HV(), random.nextBoolean() ? 0 : -2));
            case V, R, LAMBDA -> raw;
        };
    }

    private Slot input(String name, int width, boolean numbers) {
        Slot slot = new Slot(name, width);
        inputs.add(slot);
        if (numbers) {
            pool.add(slot);
        }
        return slot;
    }

    private Slot slot(int width) {
        return new Slot("s" + slots++, width);
    }

    private String name() {
        return "w" + weights++;
    }

    private String maybe(String weight) {
        return random.nextBoolean() ? weight : null;
    }

    private String vector(int width) {
        return shared(List.of(width));
    }

    private String matrix(int rows, int columns) {
        return shared(List.of(rows, columns));
    }

    /** A weight of a shape: where there is one of it, often that. */
    private String shared(List<Integer> shape) {
        List<String> same = matrices.computeIfAbsent(shape, key -> new ArrayList<>());
        if (!same.isEmpty() && random.nextBoolean()) {
            return same.get(random.nextInt(same.size()));
        }
        String made = name();
        same.add(made);
        return made;
    }

    private Slot made(LayerOp op) {
        ops.add(op);
        return op.out();
    }

    private void put(LayerOp op) {
        pool.add(made(op));
    }

    private Slot linear(Slot x, int width) {
        return made(new MatrixOp.Linear(x, slot(width), matrix(width, x.width()), maybe(vector(width))));
    }

    /** Brought back to about 1, where an operation may have made numbers large. */
    private Slot tamed(Slot x) {
        return made(new NormOp.RmsNorm(x, null, slot(x.width()), name(), x.width(), 1e-3, false, Activation.IDENTITY));
    }

    private Slot any() {
        return pool.get(random.nextInt(pool.size()));
    }

    /** One that is there, if any is so wide; else one made. */
    private Slot ofWidth(int width) {
        List<Slot> fitting = pool.stream().filter(slot -> slot.width() == width).toList();
        return fitting.isEmpty() || random.nextInt(4) == 0
                ? linear(any(), width)
                : fitting.get(random.nextInt(fitting.size()));
    }

    private int width() {
        return WIDTHS.get(random.nextInt(WIDTHS.size()));
    }

    /** A divisor of a width, itself a multiple of {@code of}. */
    private int divisor(int width, int of) {
        int[] divisors = java.util.stream.IntStream.rangeClosed(1, width)
                .filter(d -> width % d == 0 && d % of == 0)
                .toArray();
        return divisors[random.nextInt(divisors.length)];
    }

    private Activation smooth() {
        List<Activation> smooth = Arrays.stream(Activation.values())
                .filter(act -> act != Activation.RELU && act != Activation.EXP)
                .toList();
        return smooth.get(random.nextInt(smooth.size()));
    }
}
