package io.deltarule.core.reference;

import io.deltarule.core.Input;
import io.deltarule.core.layer.ChannelOp;
import io.deltarule.core.layer.ElementwiseOp;
import io.deltarule.core.layer.LayerOp;
import io.deltarule.core.layer.LayerProgram;
import io.deltarule.core.layer.LayerSpec;
import io.deltarule.core.layer.MatrixOp;
import io.deltarule.core.layer.NormOp;
import io.deltarule.core.layer.PositionOp;
import io.deltarule.core.layer.SequenceOp;
import io.deltarule.core.layer.Slot;
import io.deltarule.core.reference.op.AttentionStep;
import io.deltarule.core.reference.op.ConvolutionStep;
import io.deltarule.core.reference.op.DeltaStep;
import io.deltarule.core.reference.op.DifferenceStep;
import io.deltarule.core.reference.op.ExpertsStep;
import io.deltarule.core.reference.op.LayerEquations;
import io.deltarule.core.reference.op.LayerStep;
import io.deltarule.core.reference.op.SelectiveRotaryStep;
import io.deltarule.core.reference.op.WeightNumbers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** A program's operations forward in float64 over one token's rows, and all that they carry from token to token. */
final class ProgramSteps {
    private final LayerProgram program;
    private final Map<String, WeightNumbers> weights;
    private final Map<String, double[]> rows = new HashMap<>();
    private final List<LayerStep> steps = new ArrayList<>();

    ProgramSteps(LayerProgram program, Map<String, WeightNumbers> weights, int sequences, int maxContext) {
        this.program = program;
        this.weights = weights;
        program.slots().forEach(slot -> rows.put(slot.name(), new double[slot.width()]));
        program.ops().forEach(op -> steps.add(step(op, sequences, maxContext)));
    }

    /** The weights of a program, read where they lie. */
    static Map<String, WeightNumbers> weights(LayerSpec spec) {
        Map<String, WeightNumbers> weights = new HashMap<>();
        spec.program()
                .weights()
                .forEach((name, dims) ->
                        weights.put(name, WeightNumbers.of(spec.weights().get(name, dims))));
        return weights;
    }

    /** One token's numbers in a slot; null for null. */
    double[] row(Slot slot) {
        return slot == null ? null : rows.get(slot.name());
    }

    /** One step per operation. */
    List<LayerStep> steps() {
        return steps;
    }

    /**
     * Runs every operation over one token, whose inputs are in their rows.
     *
     * @param sequence whose token it is
     * @param position how many tokens the sequence has had before
     * @param written what to do with the rows that an operation has written
     */
    void token(int sequence, int position, Consumer<Slot> written) {
        for (int i = 0; i < steps.size(); i++) {
            steps.get(i).step(sequence, position);
            program.ops().get(i).writes().forEach(written);
        }
    }

    private LayerStep step(LayerOp op, int sequences, int maxContext) {
        return switch (op) {
            case MatrixOp.Embedding e -> {
                WeightNumbers table = weights.get(e.table());
                yield (s, t) -> LayerEquations.embedding(row(e.ids()), table, row(e.out()));
            }
            case MatrixOp.Linear l -> {
                WeightNumbers W = weights.get(l.weight());
                WeightNumbers b = weights.get(l.bias());
                yield (s, t) -> LayerEquations.linear(row(l.in()), W, b, row(l.out()));
            }
            case MatrixOp.CrossEntropy c -> {
                WeightNumbers W = weights.get(c.weight());
                WeightNumbers b = weights.get(c.bias());
                yield (s, t) ->
                        LayerEquations.crossEntropy(row(c.in()), row(c.labels()), W, b, c.classes(), row(c.out()));
            }
            case SequenceOp.ShortConvolution c ->
                new ConvolutionStep(
                        c.taps(),
                        c.activation(),
                        weights.get(c.weight()),
                        weights.get(c.bias()),
                        row(c.in()),
                        row(c.out()),
                        sequences);
            case SequenceOp.TokenDifference d -> new DifferenceStep(row(d.in()), row(d.out()), sequences);
            case SequenceOp.DynamicConvolution c ->
                new ConvolutionStep( // the row holds the token's taps as a weight holds those of all tokens
                        c.taps(),
                        c.activation(),
                        WeightNumbers.of(row(c.kernels())),
                        null,
                        row(c.in()),
                        row(c.out()),
                        sequences);
            case NormOp.L2Norm n -> (s, t) -> LayerEquations.l2Norm(row(n.in()), n.group(), n.eps(), row(n.out()));
            case NormOp.RmsNorm n -> {
                WeightNumbers w = weights.get(n.weight());
                yield (s, t) -> LayerEquations.rmsNorm(
                        row(n.in()),
                        row(n.gate()),
                        w,
                        n.group(),
                        n.eps(),
                        n.zeroCentred(),
                        n.activation(),
                        row(n.out()));
            }
            case NormOp.LayerNorm n -> {
                WeightNumbers w = weights.get(n.weight());
                WeightNumbers b = weights.get(n.bias());
                yield (s, t) -> LayerEquations.layerNorm(row(n.in()), w, b, n.group(), n.eps(), row(n.out()));
            }
            case ElementwiseOp.Activate m ->
                (s, t) -> LayerEquations.activate(row(m.in()), m.activation(), m.factor(), row(m.out()));
            case ElementwiseOp.Multiply m ->
                (s, t) -> LayerEquations.multiply(row(m.in()), row(m.gate()), m.activation(), m.limit(), row(m.out()));
            case ElementwiseOp.HeadDot d -> (s, t) -> LayerEquations.headDot(row(d.a()), row(d.b()), row(d.out()));
            case ElementwiseOp.Add a -> (s, t) -> LayerEquations.add(row(a.a()), row(a.b()), row(a.out()));
            case ChannelOp.Slice c -> (s, t) -> LayerEquations.slice(row(c.in()), c.groups(), c.offset(), row(c.out()));
            case ElementwiseOp.LogDecay d -> {
                WeightNumbers aLog = weights.get(d.aLog());
                WeightNumbers dtBias = weights.get(d.dtBias());
                yield (s, t) ->
                        LayerEquations.logDecay(row(d.in()), aLog, dtBias, d.heads(), d.lowerBound(), row(d.out()));
            }
            case ElementwiseOp.TimeStep d -> {
                WeightNumbers aLog = weights.get(d.aLog());
                WeightNumbers dtBias = weights.get(d.dtBias());
                yield (s, t) -> LayerEquations.timeStep(
                        row(d.in()), aLog, dtBias, d.least(), d.most(), row(d.step()), row(d.decay()));
            }
            case ElementwiseOp.Scale c -> {
                WeightNumbers w = weights.get(c.weight());
                yield (s, t) -> LayerEquations.scale(row(c.in()), row(c.added()), w, c.groups(), row(c.out()));
            }
            case SequenceOp.Delta d -> {
                Map<Input, double[]> in = new EnumMap<>(Input.class);
                d.inputs().forEach((input, slot) -> in.put(input, row(slot)));
                yield new DeltaStep(d, in, row(d.o()), row(d.oCross()), sequences);
            }
            case ElementwiseOp.MixReads m ->
                (s, t) -> LayerEquations.mixReads(
                        row(m.linear()), row(m.cross()), row(m.gate()), m.additive(), row(m.out()));
            case PositionOp.Rotary r ->
                (s, t) -> LayerEquations.rotary(row(r.in()), t, r.head(), r.rotary(), r.theta(), row(r.out()));
            case PositionOp.SelectiveRotary r ->
                new SelectiveRotaryStep(
                        r, weights.get(r.temperature()), row(r.in()), row(r.angles()), row(r.out()), sequences);
            case ElementwiseOp.Constant c -> (s, t) -> Arrays.fill(row(c.out()), c.value());
            case NormOp.SumNorm n -> (s, t) -> LayerEquations.sumNorm(row(n.in()), n.group(), row(n.out()));
            case ChannelOp.Join j ->
                (s, t) -> LayerEquations.join(row(j.first()), row(j.second()), j.groups(), row(j.out()));
            case MatrixOp.Experts e -> new ExpertsStep(e, weights, row(e.in()), row(e.logits()), row(e.out()));
            case SequenceOp.Attention a ->
                new AttentionStep(a, row(a.q()), row(a.k()), row(a.v()), row(a.out()), sequences, maxContext);
        };
    }
}
