package io.deltarule.core.cpu;

import io.deltarule.core.Input;
import io.deltarule.core.PlanSpec;
import io.deltarule.core.Tensor;
import io.deltarule.core.cpu.channel.LayerNormStep;
import io.deltarule.core.cpu.channel.LogDecayStep;
import io.deltarule.core.cpu.channel.ScaleStep;
import io.deltarule.core.cpu.channel.TimeStepStep;
import io.deltarule.core.cpu.delta.DeltaRun;
import io.deltarule.core.cpu.delta.FormChoice;
import io.deltarule.core.cpu.loss.CrossEntropyStep;
import io.deltarule.core.cpu.loss.LogitPieces;
import io.deltarule.core.cpu.math.WorkerPool;
import io.deltarule.core.cpu.op.AttentionStep;
import io.deltarule.core.cpu.op.ConvolutionStep;
import io.deltarule.core.cpu.op.CopyStep;
import io.deltarule.core.cpu.op.DeltaStep;
import io.deltarule.core.cpu.op.ElementwiseStep;
import io.deltarule.core.cpu.op.ExpertsRouter;
import io.deltarule.core.cpu.op.ExpertsStep;
import io.deltarule.core.cpu.op.LayerProducts;
import io.deltarule.core.cpu.op.LayerRun;
import io.deltarule.core.cpu.op.LayerStep;
import io.deltarule.core.cpu.op.LayerWeight;
import io.deltarule.core.cpu.op.LinearStep;
import io.deltarule.core.cpu.op.NormStep;
import io.deltarule.core.cpu.op.RotaryStep;
import io.deltarule.core.cpu.op.SelectiveRotaryStep;
import io.deltarule.core.cpu.op.SlotBuffer;
import io.deltarule.core.cpu.op.WeightPanels;
import io.deltarule.core.cpu.product.Products;
import io.deltarule.core.layer.ChannelOp;
import io.deltarule.core.layer.ElementwiseOp;
import io.deltarule.core.layer.LayerOp;
import io.deltarule.core.layer.LayerSpec;
import io.deltarule.core.layer.MatrixOp;
import io.deltarule.core.layer.NormOp;
import io.deltarule.core.layer.PositionOp;
import io.deltarule.core.layer.SequenceOp;
import io.deltarule.core.layer.Slot;
import io.deltarule.core.layer.Weight;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * Makes the steps of a program's operations, over slots wherever these lie: steps of one maker share a run, scratch, and the
 * weights that several of them read.
 */
final class CpuSteps {
    private final LayerSpec spec;
    private final WorkerPool pool;
    private final UnaryOperator<PlanSpec> chosen;
    private final Function<Slot, SlotBuffer> slots;
    private final Arena arena;
    private final Products products;
    private final Map<PlanSpec, DeltaRun> deltaRuns = new HashMap<>();
    private final Map<String, int[]> shapes;
    private final Map<String, LayerWeight> weights = new HashMap<>();
    private final Map<String, LayerWeight> biases = new HashMap<>();
    private final List<Runnable> copies = new ArrayList<>(); // bring the copies of weights up to date
    private final Map<LayerOp, LogitPieces> pieces = new HashMap<>();
    private final LayerRun run;
    private final WeightPanels panels;

    /**
     * @param chosen checks a specification of the delta rule and chooses what it leaves to the engine
     * @param layers how layers' projections are computed
     * @param products those of the delta rule and of attention
     * @param slots where each slot lies
     * @param arena holds what the steps carry, and scratch
     */
    CpuSteps(
            LayerSpec spec,
            WorkerPool pool,
            UnaryOperator<PlanSpec> chosen,
            LayerProducts layers,
            Products products,
            Function<Slot, SlotBuffer> slots,
            Arena arena) {
        this.spec = spec;
        this.pool = pool;
        this.chosen = chosen;
        this.products = products;
        this.slots = slots;
        this.arena = arena;
        this.run = new LayerRun(pool, spec.sequences());
        this.shapes = spec.program().weights();
        this.panels = new WeightPanels(arena, pool.threads(), widestRow(shapes), layers);
    }

    private static int widestRow(Map<String, int[]> shapes) {
        return shapes.values().stream()
                .mapToInt(dims -> dims[dims.length - 1])
                .max()
                .orElse(1);
    }

    /** What the steps run on. */
    LayerRun run() {
        return run;
    }

    /** Scratch for products. */
    WeightPanels panels() {
        return panels;
    }

    /** Refuses to read weights that their owner has freed. */
    void checkAlive() {
        weights.forEach((name, weight) -> weight.checkAlive(name));
        biases.forEach((name, weight) -> weight.checkAlive(name));
    }

    /** Brings copies of weights up to date that do not lie where kernels can read them. */
    void refresh() {
        copies.forEach(Runnable::run);
    }

    SlotBuffer slot(Slot slot) {
        return slot == null ? null : slots.apply(slot);
    }

    /** A small weight's numbers as float32, null for the name null. */
    Tensor tensor(String name) {
        return name == null ? null : given(name).toTensor();
    }

    Weight given(String name) {
        return spec.weights().get(name, shapes.get(name));
    }

    /** A weight that is read where it lies. */
    LayerWeight weight(String name) {
        return weights.computeIfAbsent(name, n -> placed(given(n)));
    }

    /** A bias, as float32; null for the name null. */
    LayerWeight bias(String name) {
        return name == null ? null : biases.computeIfAbsent(name, n -> placed(Weight.of(tensor(n))));
    }

    private LayerWeight placed(Weight weight) {
        LayerWeight placed = LayerWeight.of(weight, arena);
        if (placed.copied(weight)) {
            copies.add(() -> placed.data().copyFrom(weight.data()));
        }
        return placed;
    }

    /** The step of an operation; what it carries is its own. */
    LayerStep step(LayerOp op) {
        return switch (op) {
            case MatrixOp.Embedding e -> CopyStep.embedding(slot(e.ids()), weight(e.table()), slot(e.out()));
            case MatrixOp.Linear l ->
                new LinearStep(slot(l.in()), weight(l.weight()), bias(l.bias()), slot(l.out()), panels);
            case MatrixOp.CrossEntropy c -> {
                CrossEntropyStep made = new CrossEntropyStep(
                        c,
                        slot(c.in()),
                        slot(c.labels()),
                        given(c.weight()),
                        bias(c.bias()),
                        slot(c.out()),
                        spec.maxTokens(),
                        panels,
                        arena);
                pieces.put(c, made.pieces());
                yield made;
            }
            case SequenceOp.ShortConvolution c -> convolution(c, tensor(c.weight()), tensor(c.bias()));
            case SequenceOp.TokenDifference d -> convolution(d.convolution(), d.taps(), null);
            case SequenceOp.DynamicConvolution c ->
                ConvolutionStep.of(
                        c, slot(c.in()), slot(c.kernels()), slot(c.out()), spec.sequences(), pool.threads(), arena);
            case NormOp.L2Norm n -> NormStep.l2(slot(n.in()), slot(n.out()), n.group(), n.eps());
            case NormOp.RmsNorm n ->
                NormStep.rms(n, slot(n.in()), slot(n.gate()), tensor(n.weight()), slot(n.out()), arena);
            case NormOp.LayerNorm n ->
                new LayerNormStep(n, slot(n.in()), tensor(n.weight()), tensor(n.bias()), slot(n.out()), arena);
            case ElementwiseOp.Activate m ->
                ElementwiseStep.activate(slot(m.in()), slot(m.out()), m.activation(), (float) m.factor());
            case ElementwiseOp.Multiply m ->
                ElementwiseStep.multiply(
                        slot(m.in()), slot(m.gate()), slot(m.out()), m.activation(), (float) m.limit());
            case ElementwiseOp.HeadDot d -> ElementwiseStep.headDot(slot(d.a()), slot(d.b()), slot(d.out()));
            case ElementwiseOp.Add a -> ElementwiseStep.add(slot(a.a()), slot(a.b()), slot(a.out()));
            case ChannelOp.Slice s -> CopyStep.slice(slot(s.in()), slot(s.out()), s.groups(), s.offset());
            case ElementwiseOp.LogDecay d ->
                new LogDecayStep(d, slot(d.in()), tensor(d.aLog()), tensor(d.dtBias()), slot(d.out()), arena);
            case ElementwiseOp.TimeStep d ->
                new TimeStepStep(
                        d, slot(d.in()), tensor(d.aLog()), tensor(d.dtBias()), slot(d.step()), slot(d.decay()), arena);
            case ElementwiseOp.Scale c ->
                new ScaleStep(c, slot(c.in()), slot(c.added()), tensor(c.weight()), slot(c.out()), arena);
            case SequenceOp.Delta d -> {
                Map<Input, SlotBuffer> in = new EnumMap<>(Input.class);
                d.inputs().forEach((input, slot) -> in.put(input, slot(slot)));
                yield new DeltaStep(d, in, slot(d.o()), slot(d.oCross()), spec, run, this::deltaRun, arena);
            }
            case ElementwiseOp.MixReads m ->
                ElementwiseStep.mixReads(
                        slot(m.linear()), slot(m.cross()), slot(m.gate()), slot(m.out()), m.additive());
            case PositionOp.Rotary r -> new RotaryStep(r, slot(r.in()), slot(r.out()), spec.maxTokens(), arena);
            case PositionOp.SelectiveRotary r ->
                new SelectiveRotaryStep(
                        r,
                        slot(r.in()),
                        slot(r.angles()),
                        tensor(r.temperature()),
                        slot(r.out()),
                        spec.sequences(),
                        spec.maxTokens(),
                        arena);
            case ElementwiseOp.Constant c -> CopyStep.constant(c.value(), slot(c.out()));
            case NormOp.SumNorm n -> NormStep.sum(slot(n.in()), slot(n.out()), n.group());
            case ChannelOp.Join j -> CopyStep.join(j, slot(j.first()), slot(j.second()), slot(j.out()));
            case MatrixOp.Experts e -> experts(e);
            case SequenceOp.Attention a ->
                new AttentionStep(
                        a,
                        slot(a.q()),
                        slot(a.k()),
                        slot(a.v()),
                        slot(a.out()),
                        spec.sequences(),
                        spec.maxContext(),
                        pool.threads(),
                        products,
                        arena);
        };
    }

    private LayerStep convolution(SequenceOp.ShortConvolution op, Tensor weight, Tensor bias) {
        return ConvolutionStep.of(
                op, slot(op.in()), weight, bias, slot(op.out()), spec.sequences(), pool.threads(), arena);
    }

    private LayerStep experts(MatrixOp.Experts op) {
        return new ExpertsStep(
                op, slot(op.in()), router(op), weights(op), slot(op.out()), spec.maxTokens(), panels, arena);
    }

    /** What chooses a token's experts; one of its own for everyone who asks. */
    ExpertsRouter router(MatrixOp.Experts op) {
        Tensor correction = tensor(op.routing().correction());
        return new ExpertsRouter(op.routing(), slot(op.logits()), correction, spec.maxTokens(), pool.threads());
    }

    /** All experts' weights. */
    List<ExpertsStep.Expert> weights(MatrixOp.Experts op) {
        List<ExpertsStep.Expert> experts = new ArrayList<>();
        for (int e = 0; e < op.experts(); e++) {
            experts.add(new ExpertsStep.Expert(weight(op.gate(e)), weight(op.up(e)), weight(op.down(e))));
        }
        return experts;
    }

    /** The logits of an operation that a step was made for. */
    LogitPieces pieces(MatrixOp.CrossEntropy op) {
        return pieces.get(op);
    }

    private DeltaRun deltaRun(PlanSpec spec) {
        return deltaRuns.computeIfAbsent(
                chosen.apply(spec), s -> new DeltaRun(s, FormChoice.inLayer(s), pool, arena, products));
    }
}
