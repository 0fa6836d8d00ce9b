package io.deltarule.core.reference;

import io.deltarule.core.Input;
import io.deltarule.core.NumericException;
import io.deltarule.core.Tensor;
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
import io.deltarule.core.layer.Weights;
import io.deltarule.core.reference.op.AttentionStep;
import io.deltarule.core.reference.op.ConvolutionStep;
import io.deltarule.core.reference.op.DeltaStep;
import io.deltarule.core.reference.op.ExpertsStep;
import io.deltarule.core.reference.op.LayerEquations;
import io.deltarule.core.reference.op.LayerStep;
import io.deltarule.core.reference.op.SelectiveRotaryStep;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;

/**
 * Any program, token by token in float64: each token goes through all operations before the next one begins. What is
 * carried stays in float64 from run to run; only {@link #saveState} rounds it to float32.
 */
final class ReferenceLayerPlan extends AbstractLayerPlan {
    private final Map<String, double[]> rows = new HashMap<>();
    private final List<LayerStep> steps = new ArrayList<>();
    private final DoubleUnaryOperator stored;

    ReferenceLayerPlan(LayerSpec spec) {
        this(spec, x -> x);
    }

    /**
     * @param stored what becomes of a number when an operation has computed it: the tests round to float32 here, to
     *     measure what that alone costs
     */
    ReferenceLayerPlan(LayerSpec spec, DoubleUnaryOperator stored) {
        super(spec);
        this.stored = stored;
        spec.program().slots().forEach(slot -> rows.put(slot.name(), new double[slot.width()]));
        spec.program().ops().forEach(op -> steps.add(step(op)));
    }

    private double[] row(Slot slot) {
        return slot == null ? null : rows.get(slot.name());
    }

    private LayerStep step(LayerOp op) {
        Weights all = spec().weights();
        Map<String, Weight> weights = new HashMap<>();
        op.weights().forEach((name, dims) -> weights.put(name, all.get(name, dims)));
        int sequences = spec().sequences();
        return switch (op) {
            case MatrixOp.Embedding e -> {
                Weight table = weights.get(e.table());
                yield (s, t) -> LayerEquations.embedding(row(e.ids()), table, row(e.out()));
            }
            case MatrixOp.Linear l -> {
                Weight W = weights.get(l.weight());
                Weight b = weights.get(l.bias());
                yield (s, t) -> LayerEquations.linear(row(l.in()), W, b, row(l.out()));
            }
            case MatrixOp.CrossEntropy c -> {
                Weight W = weights.get(c.weight());
                Weight b = weights.get(c.bias());
                yield (s, t) -> LayerEquations.crossEntropy(row(c.in()), row(c.labels()), W, b, row(c.out()));
            }
            case SequenceOp.ShortConvolution c ->
                new ConvolutionStep(
                        c, weights.get(c.weight()), weights.get(c.bias()), row(c.in()), row(c.out()), sequences);
            case NormOp.L2Norm n -> (s, t) -> LayerEquations.l2Norm(row(n.in()), n.group(), n.eps(), row(n.out()));
            case NormOp.RmsNorm n -> {
                Weight w = weights.get(n.weight());
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
            case ElementwiseOp.Activate m ->
                (s, t) -> LayerEquations.activate(row(m.in()), m.activation(), m.factor(), row(m.out()));
            case ElementwiseOp.Multiply m ->
                (s, t) -> LayerEquations.multiply(row(m.in()), row(m.gate()), m.activation(), row(m.out()));
            case ElementwiseOp.Add a -> (s, t) -> LayerEquations.add(row(a.a()), row(a.b()), row(a.out()));
            case ChannelOp.Slice c -> (s, t) -> LayerEquations.slice(row(c.in()), c.groups(), c.offset(), row(c.out()));
            case ElementwiseOp.LogDecay d -> {
                Weight aLog = weights.get(d.aLog());
                Weight dtBias = weights.get(d.dtBias());
                yield (s, t) ->
                        LayerEquations.logDecay(row(d.in()), aLog, dtBias, d.heads(), d.lowerBound(), row(d.out()));
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
                new AttentionStep(a, row(a.q()), row(a.k()), row(a.v()), row(a.out()), sequences, spec().maxContext());
        };
    }

    @Override
    protected void execute(int[] lengths, int[] positions, List<Tensor> inputs, List<Tensor> outputs) {
        long token = 0;
        for (int sequence = 0; sequence < lengths.length; sequence++) {
            for (int t = 0; t < lengths[sequence]; t++, token++) {
                List<Slot> given = spec().program().inputs();
                for (int i = 0; i < given.size(); i++) {
                    double[] row = row(given.get(i));
                    for (int c = 0; c < row.length; c++) {
                        row[c] = inputs.get(i).get(token * row.length + c);
                    }
                }
                for (int i = 0; i < steps.size(); i++) {
                    steps.get(i).step(sequence, positions[sequence] + t);
                    spec().program().ops().get(i).writes().forEach(this::store);
                }
                List<Slot> wanted = spec().program().outputs();
                for (int i = 0; i < wanted.size(); i++) {
                    double[] row = row(wanted.get(i));
                    for (int c = 0; c < row.length; c++) {
                        float number = (float) row[c];
                        if (!Float.isFinite(number)) {
                            throw new NumericException("output " + wanted.get(i).name()
                                    + ": expected finite numbers but found " + number + " at token " + t
                                    + " of sequence " + sequence + ", channel " + c
                                    + "; look for a weight or an input that is not finite");
                        }
                        outputs.get(i).set(token * row.length + c, number);
                    }
                }
            }
        }
    }

    private void store(Slot slot) {
        double[] row = row(slot);
        for (int c = 0; c < row.length; c++) {
            row[c] = stored.applyAsDouble(row[c]);
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
        steps.clear();
        rows.clear();
    }
}
