package io.deltarule.core.cpu;

import io.deltarule.core.Input;
import io.deltarule.core.PlanSpec;
import io.deltarule.core.Tensor;
import io.deltarule.core.cpu.backward.AttentionBackward;
import io.deltarule.core.cpu.backward.BackwardScratch;
import io.deltarule.core.cpu.backward.BackwardStep;
import io.deltarule.core.cpu.backward.ConvolutionBackward;
import io.deltarule.core.cpu.backward.CopyBackward;
import io.deltarule.core.cpu.backward.CrossEntropyBackward;
import io.deltarule.core.cpu.backward.DeltaBackward;
import io.deltarule.core.cpu.backward.ElementwiseBackward;
import io.deltarule.core.cpu.backward.ExpertsBackward;
import io.deltarule.core.cpu.backward.Gradient;
import io.deltarule.core.cpu.backward.LogDecayBackward;
import io.deltarule.core.cpu.backward.MatrixBackward;
import io.deltarule.core.cpu.backward.NormBackward;
import io.deltarule.core.cpu.backward.ScaleBackward;
import io.deltarule.core.cpu.backward.SelectiveRotaryBackward;
import io.deltarule.core.cpu.backward.TimeStepBackward;
import io.deltarule.core.cpu.backward.WeightGradient;
import io.deltarule.core.cpu.delta.GradientRun;
import io.deltarule.core.cpu.math.WorkerPool;
import io.deltarule.core.cpu.op.RotaryStep;
import io.deltarule.core.cpu.op.SlotBuffer;
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
import io.deltarule.core.training.ParameterLayout;
import io.deltarule.core.training.TrainingSpec;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Makes the steps of a program's operations backward, beside the steps forward that {@link CpuSteps} made. */
final class CpuBackwardSteps implements BackwardSchedule.Maker {
    private final LayerSpec spec;
    private final ParameterLayout trained;
    private final WorkerPool pool;
    private final CpuSteps forward;
    private final Arena arena;
    private final BackwardScratch scratch;
    private final Map<PlanSpec, GradientRun> deltaRuns = new HashMap<>();

    CpuBackwardSteps(TrainingSpec spec, WorkerPool pool, CpuSteps forward, Arena arena) {
        this.spec = spec.layer();
        this.trained = spec.trained();
        this.pool = pool;
        this.forward = forward;
        this.arena = arena;
        this.scratch = new BackwardScratch(forward.panels(), pool.threads(), this.spec.maxTokens(), arena);
    }

    /** Bytes that are not the arena's. */
    long bytes() {
        return scratch.bytes()
                + deltaRuns.values().stream().mapToLong(GradientRun::bytes).sum();
    }

    private SlotBuffer slot(Slot slot) {
        return forward.slot(slot);
    }

    private WeightGradient weight(String name) {
        return name != null && trained.contains(name)
                ? new WeightGradient(trained.entry(name).offset() * Float.BYTES)
                : null;
    }

    @Override
    public List<BackwardStep> make(LayerOp op, Map<Slot, SlotBuffer> given, List<Gradient> wanted) {
        SlotBuffer dy = given.get(op.out());
        return switch (op) {
            case MatrixOp.Embedding e -> List.of(MatrixBackward.embedding(slot(e.ids()), dy, weight(e.table())));
            case MatrixOp.Linear l ->
                List.of(MatrixBackward.linear(
                        slot(l.in()),
                        forward.weight(l.weight()),
                        dy,
                        wanted.getFirst(),
                        weight(l.weight()),
                        weight(l.bias()),
                        scratch));
            case MatrixOp.CrossEntropy c ->
                List.of(new CrossEntropyBackward(
                        forward.pieces(c),
                        c.in().width(),
                        slot(c.labels()),
                        slot(c.out()),
                        dy,
                        wanted.getFirst(),
                        weight(c.weight()),
                        weight(c.bias()),
                        scratch));
            case MatrixOp.Experts e -> experts(e, dy, wanted);
            case SequenceOp.ShortConvolution c -> convolution(c, forward.tensor(c.weight()), dy, wanted.getFirst());
            case SequenceOp.TokenDifference d -> convolution(d.convolution(), d.taps(), dy, wanted.getFirst());
            case SequenceOp.DynamicConvolution c ->
                List.of(ConvolutionBackward.of(
                        c,
                        slot(c.in()),
                        slot(c.kernels()),
                        dy,
                        wanted.getFirst(),
                        wanted.get(1),
                        spec.sequences(),
                        scratch));
            case SequenceOp.Delta d -> delta(d, given, wanted);
            case SequenceOp.Attention a -> attention(a, dy, wanted);
            case NormOp.L2Norm n -> List.of(NormBackward.l2(slot(n.in()), dy, wanted.getFirst(), n.group(), n.eps()));
            case NormOp.SumNorm n -> List.of(NormBackward.sum(slot(n.in()), dy, wanted.getFirst(), n.group()));
            case NormOp.RmsNorm n ->
                List.of(NormBackward.rms(
                        n,
                        slot(n.in()),
                        slot(n.gate()),
                        forward.tensor(n.weight()),
                        dy,
                        wanted.getFirst(),
                        n.gate() == null ? null : wanted.get(1),
                        weight(n.weight()),
                        scratch));
            case NormOp.LayerNorm n ->
                List.of(NormBackward.layer(
                        n,
                        slot(n.in()),
                        forward.tensor(n.weight()),
                        dy,
                        wanted.getFirst(),
                        weight(n.weight()),
                        weight(n.bias()),
                        scratch));
            case ElementwiseOp.Activate a ->
                List.of(ElementwiseBackward.activate(
                        slot(a.in()), dy, wanted.getFirst(), a.activation(), (float) a.factor(), scratch));
            case ElementwiseOp.Multiply m ->
                List.of(ElementwiseBackward.multiply(
                        slot(m.in()),
                        slot(m.gate()),
                        dy,
                        wanted.getFirst(),
                        wanted.get(1),
                        m.activation(),
                        (float) m.limit(),
                        scratch));
            case ElementwiseOp.HeadDot d ->
                List.of(ElementwiseBackward.headDot(slot(d.a()), slot(d.b()), dy, wanted.getFirst(), wanted.get(1)));
            case ElementwiseOp.Add a -> List.of(ElementwiseBackward.add(dy, wanted.getFirst(), wanted.get(1)));
            case ElementwiseOp.MixReads m ->
                List.of(ElementwiseBackward.mixReads(
                        slot(m.linear()),
                        slot(m.cross()),
                        slot(m.gate()),
                        dy,
                        wanted.get(0),
                        wanted.get(1),
                        wanted.get(2),
                        m.additive()));
            case ElementwiseOp.LogDecay d ->
                List.of(new LogDecayBackward(
                        d,
                        slot(d.in()),
                        slot(d.out()),
                        dy,
                        forward.tensor(d.aLog()),
                        forward.tensor(d.dtBias()),
                        wanted.getFirst(),
                        weight(d.aLog()),
                        weight(d.dtBias()),
                        scratch));
            case ElementwiseOp.TimeStep d ->
                List.of(new TimeStepBackward(
                        d,
                        slot(d.in()),
                        slot(d.step()),
                        new TimeStepBackward.Given(given.get(d.step()), given.get(d.decay())),
                        forward.tensor(d.aLog()),
                        forward.tensor(d.dtBias()),
                        wanted.getFirst(),
                        weight(d.aLog()),
                        weight(d.dtBias()),
                        scratch));
            case ElementwiseOp.Scale c ->
                List.of(new ScaleBackward(
                        c,
                        slot(c.in()),
                        dy,
                        forward.tensor(c.weight()),
                        wanted.getFirst(),
                        c.added() == null ? null : wanted.get(1),
                        weight(c.weight()),
                        scratch));
            case ElementwiseOp.Constant c -> List.of();
            case ChannelOp.Slice s -> List.of(CopyBackward.slice(dy, wanted.getFirst(), s.groups(), s.offset()));
            case ChannelOp.Join j -> List.of(CopyBackward.join(j, dy, wanted.get(0), wanted.get(1)));
            case PositionOp.Rotary r -> rotary(r, dy, wanted.getFirst());
            case PositionOp.SelectiveRotary r -> selectiveRotary(r, dy, wanted);
        };
    }

    private List<BackwardStep> convolution(
            SequenceOp.ShortConvolution op, Tensor taps, SlotBuffer dy, Gradient wanted) {
        return List.of(ConvolutionBackward.of(
                op,
                slot(op.in()),
                dy,
                taps,
                forward.tensor(op.bias()),
                wanted,
                weight(op.weight()),
                weight(op.bias()),
                spec.sequences(),
                scratch));
    }

    private List<BackwardStep> rotary(PositionOp.Rotary op, SlotBuffer dy, Gradient wanted) {
        Apart apart = new Apart();
        RotaryStep turn = RotaryStep.back(op, dy, apart.overwritten("rotary", wanted), spec.maxTokens(), arena);
        return apart.after(run -> turn.run(run.tokens()));
    }

    private List<BackwardStep> selectiveRotary(PositionOp.SelectiveRotary op, SlotBuffer dy, List<Gradient> wanted) {
        Apart apart = new Apart();
        return apart.after(new SelectiveRotaryBackward(
                op,
                slot(op.angles()),
                slot(op.out()),
                dy,
                forward.tensor(op.temperature()),
                apart.overwritten("rotary", wanted.getFirst()),
                wanted.get(1),
                weight(op.temperature()),
                spec.sequences(),
                scratch));
    }

    private List<BackwardStep> attention(SequenceOp.Attention op, SlotBuffer dy, List<Gradient> wanted) {
        Apart apart = new Apart();
        return apart.after(new AttentionBackward(
                op,
                slot(op.q()),
                slot(op.k()),
                slot(op.v()),
                slot(op.out()),
                dy,
                apart.somewhere("q", wanted.get(0), op.q()),
                apart.somewhere("k", wanted.get(1), op.k()),
                apart.somewhere("v", wanted.get(2), op.v()),
                spec.sequences(),
                spec.maxContext(),
                scratch));
    }

    private List<BackwardStep> experts(MatrixOp.Experts op, SlotBuffer dy, List<Gradient> wanted) {
        List<ExpertsBackward.Expert> gradients = new ArrayList<>();
        for (int e = 0; e < op.experts(); e++) {
            gradients.add(new ExpertsBackward.Expert(weight(op.gate(e)), weight(op.up(e)), weight(op.down(e))));
        }
        Apart apart = new Apart();
        return apart.after(new ExpertsBackward(
                op,
                slot(op.in()),
                slot(op.logits()),
                dy,
                forward.router(op),
                forward.weights(op),
                gradients,
                apart.overwritten("experts", wanted.getFirst()),
                wanted.get(1),
                scratch));
    }

    private List<BackwardStep> delta(SequenceOp.Delta op, Map<Slot, SlotBuffer> given, List<Gradient> wanted) {
        Apart apart = new Apart();
        Map<Input, SlotBuffer> in = new EnumMap<>(Input.class);
        Map<Input, SlotBuffer> out = new EnumMap<>(Input.class);
        int next = 0;
        for (Map.Entry<Input, Slot> input : op.inputs().entrySet()) { // in the order of op.reads()
            in.put(input.getKey(), slot(input.getValue()));
            out.put(input.getKey(), apart.somewhere("delta " + input.getKey(), wanted.get(next++), input.getValue()));
        }
        return apart.after(new DeltaBackward(
                op,
                in,
                given.get(op.o()),
                op.oCross() == null ? null : given.get(op.oCross()),
                out,
                spec,
                forward.run(),
                s -> deltaRuns.computeIfAbsent(s, one -> new GradientRun(one, pool, Products.own())),
                arena));
    }

    /** Places for the gradients of an operation that can only overwrite; what lies apart is added when it is done. */
    private final class Apart {
        private final List<BackwardStep> additions = new ArrayList<>();

        /** Its place, or one apart; null for null. */
        SlotBuffer overwritten(String purpose, Gradient gradient) {
            if (gradient == null || !gradient.add()) {
                return gradient == null ? null : gradient.buffer();
            }
            SlotBuffer apart =
                    scratch.rows("gradient " + purpose, gradient.buffer().width());
            additions.add(ElementwiseBackward.added(apart, gradient.buffer()));
            return apart;
        }

        /** The same, where also a gradient that nobody wants has to go somewhere. */
        SlotBuffer somewhere(String purpose, Gradient gradient, Slot of) {
            return gradient == null ? scratch.rows("gradient " + purpose, of.width()) : overwritten(purpose, gradient);
        }

        List<BackwardStep> after(BackwardStep first) {
            List<BackwardStep> all = new ArrayList<>(List.of(first));
            all.addAll(additions);
            return all;
        }
    }
}
