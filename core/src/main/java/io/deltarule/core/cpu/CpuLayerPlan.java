package io.deltarule.core.cpu;

import io.deltarule.core.Input;
import io.deltarule.core.PlanSpec;
import io.deltarule.core.Tensor;
import io.deltarule.core.cpu.delta.DeltaRun;
import io.deltarule.core.cpu.delta.FormChoice;
import io.deltarule.core.cpu.math.WorkerPool;
import io.deltarule.core.cpu.op.AttentionStep;
import io.deltarule.core.cpu.op.ConvolutionStep;
import io.deltarule.core.cpu.op.CopyStep;
import io.deltarule.core.cpu.op.DeltaStep;
import io.deltarule.core.cpu.op.ElementwiseStep;
import io.deltarule.core.cpu.op.ExpertsRouter;
import io.deltarule.core.cpu.op.ExpertsStep;
import io.deltarule.core.cpu.op.LayerRun;
import io.deltarule.core.cpu.op.LayerSlots;
import io.deltarule.core.cpu.op.LayerStep;
import io.deltarule.core.cpu.op.LayerWeight;
import io.deltarule.core.cpu.op.LinearStep;
import io.deltarule.core.cpu.op.LogDecayStep;
import io.deltarule.core.cpu.op.NormStep;
import io.deltarule.core.cpu.op.RotaryStep;
import io.deltarule.core.cpu.op.SelectiveRotaryStep;
import io.deltarule.core.cpu.op.SlotBuffer;
import io.deltarule.core.cpu.op.WeightPanels;
import io.deltarule.core.cpu.product.Products;
import io.deltarule.core.engine.AbstractLayerPlan;
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
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * A program on the CPU: one {@link LayerStep} per operation over slots allocated once. Each operation runs over all of
 * the run's tokens before the next begins; its threads share out rows, blocks or heads.
 */
final class CpuLayerPlan extends AbstractLayerPlan {
    private final Arena arena = Arena.ofShared();
    private final WorkerPool pool;
    private final UnaryOperator<PlanSpec> chosen;
    private final Map<PlanSpec, DeltaRun> deltaRuns = new HashMap<>();
    private final Map<String, int[]> shapes;
    private final Map<String, LayerWeight> weights = new HashMap<>();
    private final List<LayerStep> steps = new ArrayList<>();
    private final LayerSlots slots;
    private final LayerRun run;
    private final WeightPanels panels;

    /** @param chosen checks a specification of the delta rule and chooses what it leaves to the engine */
    CpuLayerPlan(LayerSpec spec, WorkerPool pool, UnaryOperator<PlanSpec> chosen) {
        super(spec);
        this.pool = pool;
        this.chosen = chosen;
        this.run = new LayerRun(pool, spec.sequences());
        this.shapes = spec.program().weights();
        try {
            this.panels = new WeightPanels(arena, pool.threads(), widestRow(shapes));
            this.slots = new LayerSlots(spec.program(), spec.maxTokens(), arena);
            spec.program().ops().forEach(op -> steps.add(step(op)));
        } catch (RuntimeException | Error e) {
            release();
            throw e;
        }
    }

    private static int widestRow(Map<String, int[]> shapes) {
        return shapes.values().stream()
                .mapToInt(dims -> dims[dims.length - 1])
                .max()
                .orElse(1);
    }

    private SlotBuffer slot(Slot slot) {
        return slot == null ? null : slots.get(slot);
    }

    /** A small weight's numbers as float32, null for the name null. */
    private Tensor tensor(String name) {
        return name == null ? null : given(name).toTensor();
    }

    private Weight given(String name) {
        return spec().weights().get(name, shapes.get(name));
    }

    /** A weight that is read where it lies. */
    private LayerWeight weight(String name) {
        return weights.computeIfAbsent(name, n -> LayerWeight.of(given(n), arena));
    }

    /** A bias, as float32; null for the name null. */
    private LayerWeight bias(String name) {
        return name == null ? null : weights.computeIfAbsent(name, n -> LayerWeight.of(Weight.of(tensor(n)), arena));
    }

    private LayerStep step(LayerOp op) {
        return switch (op) {
            case MatrixOp.Embedding e -> CopyStep.embedding(slot(e.ids()), weight(e.table()), slot(e.out()));
            case MatrixOp.Linear l ->
                new LinearStep(slot(l.in()), weight(l.weight()), bias(l.bias()), slot(l.out()), panels);
            case MatrixOp.CrossEntropy c -> throw new UnsupportedOperationException(c.toString());
            case SequenceOp.ShortConvolution c ->
                new ConvolutionStep(
                        c,
                        slot(c.in()),
                        tensor(c.weight()),
                        tensor(c.bias()),
                        slot(c.out()),
                        spec().sequences(),
                        pool.threads(),
                        arena);
            case NormOp.L2Norm n -> NormStep.l2(slot(n.in()), slot(n.out()), n.group(), n.eps());
            case NormOp.RmsNorm n -> NormStep.rms(n, slot(n.in()), slot(n.gate()), normWeight(n), slot(n.out()));
            case ElementwiseOp.Activate m ->
                ElementwiseStep.activate(slot(m.in()), slot(m.out()), m.activation(), (float) m.factor());
            case ElementwiseOp.Multiply m ->
                ElementwiseStep.multiply(slot(m.in()), slot(m.gate()), slot(m.out()), m.activation());
            case ElementwiseOp.Add a -> ElementwiseStep.add(slot(a.a()), slot(a.b()), slot(a.out()));
            case ChannelOp.Slice s -> CopyStep.slice(slot(s.in()), slot(s.out()), s.groups(), s.offset());
            case ElementwiseOp.LogDecay d ->
                new LogDecayStep(d, slot(d.in()), tensor(d.aLog()), tensor(d.dtBias()), slot(d.out()), arena);
            case SequenceOp.Delta d -> {
                Map<Input, SlotBuffer> in = new EnumMap<>(Input.class);
                d.inputs().forEach((input, slot) -> in.put(input, slot(slot)));
                yield new DeltaStep(d, in, slot(d.o()), slot(d.oCross()), spec(), run, this::deltaRun, arena);
            }
            case ElementwiseOp.MixReads m ->
                ElementwiseStep.mixReads(
                        slot(m.linear()), slot(m.cross()), slot(m.gate()), slot(m.out()), m.additive());
            case PositionOp.Rotary r -> new RotaryStep(r, slot(r.in()), slot(r.out()), spec().maxTokens(), arena);
            case PositionOp.SelectiveRotary r ->
                new SelectiveRotaryStep(
                        r,
                        slot(r.in()),
                        slot(r.angles()),
                        tensor(r.temperature()),
                        slot(r.out()),
                        spec().sequences(),
                        spec().maxTokens(),
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
                        spec().sequences(),
                        spec().maxContext(),
                        pool.threads(),
                        arena);
        };
    }

    private LayerStep experts(MatrixOp.Experts op) {
        List<ExpertsStep.Expert> experts = new ArrayList<>();
        for (int e = 0; e < op.experts(); e++) {
            experts.add(new ExpertsStep.Expert(weight(op.gate(e)), weight(op.up(e)), weight(op.down(e))));
        }
        Tensor correction = tensor(op.routing().correction());
        ExpertsRouter router =
                new ExpertsRouter(op.routing(), slot(op.logits()), correction, spec().maxTokens(), pool.threads());
        return new ExpertsStep(op, slot(op.in()), router, experts, slot(op.out()), spec().maxTokens(), panels, arena);
    }

    private DeltaRun deltaRun(PlanSpec spec) {
        return deltaRuns.computeIfAbsent(chosen.apply(spec), s -> new DeltaRun(s, FormChoice.inLayer(s), pool, arena));
    }

    /** w', with the 1 that a zero-centred weight lacks. */
    private SlotBuffer normWeight(NormOp.RmsNorm op) {
        Tensor stored = tensor(op.weight());
        SlotBuffer row = SlotBuffer.scratch(arena, 1, op.group());
        for (int i = 0; i < op.group(); i++) {
            row.set(0, i, stored.get(i) + (op.zeroCentred() ? 1 : 0));
        }
        return row;
    }

    /** Whether the plan's memory is still there; false after close. */
    boolean holdsMemory() {
        return arena.scope().isAlive();
    }

    @Override
    protected void execute(int[] lengths, int[] positions, List<Tensor> inputs, List<Tensor> outputs) {
        weights.forEach((name, weight) -> weight.checkAlive(name));
        run.begin(lengths, positions);
        Products.chosen().begin();
        for (int i = 0; i < inputs.size(); i++) {
            MemorySegment given = inputs.get(i).data();
            MemorySegment.copy(given, 0, slot(spec().program().inputs().get(i)).data(), 0, given.byteSize());
        }
        for (LayerStep step : steps) {
            step.run(run);
        }
        for (int i = 0; i < outputs.size(); i++) {
            MemorySegment wanted = outputs.get(i).data();
            MemorySegment.copy(slot(spec().program().outputs().get(i)).data(), 0, wanted, 0, wanted.byteSize());
        }
    }

    @Override
    protected void clearState() {
        steps.forEach(LayerStep::reset);
    }

    @Override
    protected void readState(List<Tensor> state, int[] positions) {
        Iterator<Tensor> next = state.iterator();
        steps.forEach(step -> step.save(next, positions));
    }

    @Override
    protected void writeState(List<Tensor> state, int[] positions) {
        Iterator<Tensor> next = state.iterator();
        steps.forEach(step -> step.load(next, positions));
    }

    @Override
    protected void release() {
        arena.close();
    }
}
