package io.deltarule.tornado.op;

import io.deltarule.core.layer.Activation;
import io.deltarule.core.layer.ChannelOp;
import io.deltarule.core.layer.ElementwiseOp;
import io.deltarule.core.layer.LayerOp;
import io.deltarule.core.layer.LayerSpec;
import io.deltarule.core.layer.MatrixOp;
import io.deltarule.core.layer.NormOp;
import io.deltarule.core.layer.PositionOp;
import io.deltarule.core.layer.SequenceOp;
import io.deltarule.core.layer.Slot;
import io.deltarule.tornado.graph.KernelTask;
import io.deltarule.tornado.graph.Launch;
import io.deltarule.tornado.graph.LaunchScope;
import io.deltarule.tornado.graph.RunTable;
import java.util.ArrayList;
import java.util.List;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.LongArray;

/** The launches of one operation of a program: one to a few, for a delta rule both of its forms. */
public final class LayerLaunches {
    private final LayerSpec spec;
    private final LayerArrays arrays;
    private final LayerRunTables tables;
    private final LaunchScope scope;
    private final List<FloatArray> carried;

    private LayerLaunches(
            LayerSpec spec, LayerArrays arrays, LayerRunTables tables, LaunchScope scope, List<FloatArray> carried) {
        this.spec = spec;
        this.arrays = arrays;
        this.tables = tables;
        this.scope = scope;
        this.carried = carried;
    }

    /** The launches of each operation, in order. */
    public static List<List<Launch>> of(
            LayerSpec spec, LayerArrays arrays, LayerRunTables tables, KernelContext context) {
        List<List<Launch>> launches = new ArrayList<>();
        for (int i = 0; i < spec.program().ops().size(); i++) {
            LaunchScope scope = new LaunchScope("op" + i + "_", tables.tokens(), context);
            launches.add(new LayerLaunches(spec, arrays, tables, scope, arrays.carried(i))
                    .launches(spec.program().ops().get(i)));
        }
        return launches;
    }

    private List<Launch> launches(LayerOp operation) {
        return switch (operation) {
            case MatrixOp.Embedding e -> List.of(embedding(e));
            case MatrixOp.Linear l -> linear(l);
            case SequenceOp.ShortConvolution c -> {
                FloatArray weight = arrays.weight(c.weight());
                FloatArray bias = weight(c.bias(), weight);
                int kind = c.bias() == null ? 0 : ConvolutionKernels.BIASED;
                yield convolution(c.in(), weight, bias, c.out(), c.taps(), kind, c.activation());
            }
            case SequenceOp.DynamicConvolution c -> {
                FloatArray kernels = slot(c.kernels());
                int kind = ConvolutionKernels.PER_TOKEN;
                yield convolution(c.in(), kernels, kernels, c.out(), c.taps(), kind, c.activation());
            }
            case SequenceOp.TokenDifference d -> {
                FloatArray taps = arrays.taps(d);
                yield convolution(d.in(), taps, taps, d.out(), 2, 0, Activation.IDENTITY);
            }
            case NormOp.LayerNorm n -> List.of(layerNorm(n));
            case NormOp.L2Norm n ->
                List.of(norm(n.in(), n.in(), null, n.out(), n.group(), n.eps(), 0, Activation.IDENTITY));
            case NormOp.RmsNorm n -> {
                int flags = NormKernel.RMS
                        | (n.zeroCentred() ? NormKernel.ZERO_CENTRED : 0)
                        | (n.gate() == null ? 0 : NormKernel.GATED);
                Slot gate = n.gate() == null ? n.in() : n.gate();
                yield List.of(norm(n.in(), gate, n.weight(), n.out(), n.group(), n.eps(), flags, n.activation()));
            }
            case ElementwiseOp.Activate m ->
                elementwise(ElementwiseKernel.MAP, m.in(), m.in(), m.in(), m.out(), m.activation(), m.factor());
            case ElementwiseOp.Multiply m -> {
                boolean limited = m.limit() < Double.POSITIVE_INFINITY;
                int multiply = limited ? ElementwiseKernel.MULTIPLY_LIMITED : ElementwiseKernel.MULTIPLY;
                double factor = limited ? m.limit() : 1;
                yield elementwise(multiply, m.in(), m.gate(), m.gate(), m.out(), m.activation(), factor);
            }
            case ElementwiseOp.HeadDot d -> List.of(headDot(d));
            case ElementwiseOp.Add a ->
                elementwise(ElementwiseKernel.ADD, a.a(), a.b(), a.a(), a.out(), Activation.IDENTITY, 1);
            case ElementwiseOp.MixReads m -> {
                int mix = m.additive() ? ElementwiseKernel.MIX_ADDITIVE : ElementwiseKernel.MIX_CONVEX;
                yield elementwise(mix, m.linear(), m.cross(), m.gate(), m.out(), Activation.IDENTITY, 1);
            }
            case ChannelOp.Slice s -> List.of(slice(s));
            case ElementwiseOp.LogDecay d -> List.of(logDecay(d));
            case ElementwiseOp.TimeStep d -> List.of(timeStep(d));
            case ElementwiseOp.Scale c -> List.of(scale(c));
            case SequenceOp.Delta d -> DeltaLaunches.of(d, spec, arrays, carried.getFirst(), tables, scope);
            case PositionOp.Rotary r -> List.of(rotary(r));
            case PositionOp.SelectiveRotary r -> selectiveRotary(r);
            case SequenceOp.Attention a -> attention(a);
            case ElementwiseOp.Constant c -> List.of(constant(c));
            case NormOp.SumNorm n ->
                List.of(norm(n.in(), n.in(), null, n.out(), n.group(), 0, NormKernel.SUM, Activation.IDENTITY));
            case ChannelOp.Join j -> List.of(join(j));
            case MatrixOp.Experts e -> ExpertLaunches.of(e, arrays, scope);
            case MatrixOp.CrossEntropy c -> crossEntropy(c);
        };
    }

    private FloatArray slot(Slot slot) {
        return arrays.slot(slot);
    }

    /** A weight, or for the name null a stand-in that the kernel is told not to read. */
    private FloatArray weight(String name, FloatArray standIn) {
        return name == null ? standIn : arrays.weight(name);
    }

    /** A launch with one work-item for each of a token's items. */
    private Launch perToken(String name, int items, int lanes, KernelTask task) {
        return scope.launch(name, lanes, run -> Math.ceilDiv(run.tokens() * items, lanes), task);
    }

    /** A launch with one work-item for each of a sequence's items. */
    private Launch perSequence(String name, int items, int lanes, KernelTask task) {
        return scope.launch(name, lanes, run -> Math.ceilDiv(spec.sequences() * items, lanes), task);
    }

    private Launch embedding(MatrixOp.Embedding e) {
        DeviceMatrix rows = arrays.matrix(e.table());
        return perToken(
                "embed",
                e.out().width(),
                CopyKernel.LANES,
                KernelTask.of(
                        CopyKernel::embed,
                        slot(e.ids()),
                        rows.numbers(),
                        rows.packed(),
                        slot(e.out()),
                        e.out().width(),
                        rows.bits()));
    }

    private List<Launch> linear(MatrixOp.Linear l) {
        FloatArray bias = weight(l.bias(), null);
        return LinearLaunches.of(
                slot(l.in()),
                arrays.matrix(l.weight()),
                bias,
                slot(l.out()),
                l.in().width(),
                l.out().width(),
                spec.maxTokens(),
                scope);
    }

    private List<Launch> crossEntropy(MatrixOp.CrossEntropy c) {
        FloatArray logits = arrays.logits(c);
        List<Launch> launches = new ArrayList<>(LinearLaunches.of(
                slot(c.in()),
                arrays.matrix(c.weight()),
                weight(c.bias(), null),
                logits,
                c.in().width(),
                c.classes(),
                spec.maxTokens(),
                scope));
        launches.add(scope.launch(
                "crossEntropy",
                LossKernel.LANES,
                RunTable::tokens,
                KernelTask.of(
                        LossKernel::crossEntropy,
                        logits,
                        slot(c.labels()),
                        arrays.logSums(c),
                        slot(c.out()),
                        c.classes())));
        return launches;
    }

    private List<Launch> convolution(
            Slot in, FloatArray weight, FloatArray bias, Slot out, int taps, int kind, Activation activation) {
        int width = in.width();
        FloatArray tail = carried.isEmpty() ? slot(in) : carried.getFirst();
        List<Launch> launches = new ArrayList<>();
        launches.add(perToken(
                "convolve",
                width,
                ConvolutionKernels.LANES,
                KernelTask.of(
                        ConvolutionKernels::convolve,
                        slot(in),
                        weight,
                        bias,
                        tail,
                        slot(out),
                        width,
                        taps,
                        kind,
                        Activations.code(activation))));
        if (!carried.isEmpty()) {
            launches.add(perSequence(
                    "keepTail",
                    width,
                    ConvolutionKernels.LANES,
                    KernelTask.of(ConvolutionKernels::keepTail, slot(in), tail, width, taps, spec.sequences())));
        }
        return launches;
    }

    private Launch norm(
            Slot in, Slot gate, String weight, Slot out, int group, double eps, int flags, Activation activation) {
        int lanes = NormKernel.lanes(group);
        FloatArray factors = weight(weight, slot(in));
        return scope.launch(
                "groupNorm",
                lanes,
                run -> run.tokens() * (in.width() / group),
                KernelTask.of(
                        NormKernel::groupNorm,
                        slot(in),
                        slot(gate),
                        factors,
                        slot(out),
                        group,
                        lanes,
                        flags,
                        Activations.code(activation),
                        (float) eps));
    }

    private Launch layerNorm(NormOp.LayerNorm n) {
        int lanes = NormKernel.lanes(n.group());
        int groups = n.in().width() / n.group();
        FloatArray factors = arrays.weight(n.weight());
        return scope.launch(
                "layerNorm",
                lanes,
                run -> run.tokens() * groups,
                KernelTask.of(
                        NormKernel::layerNorm,
                        slot(n.in()),
                        factors,
                        weight(n.bias(), factors),
                        slot(n.out()),
                        n.group(),
                        groups,
                        lanes,
                        n.bias() == null ? 0 : 1,
                        (float) n.eps()));
    }

    private Launch headDot(ElementwiseOp.HeadDot d) {
        int lanes = NormKernel.lanes(d.head());
        return scope.launch(
                "headDot",
                lanes,
                run -> run.tokens() * d.out().width(),
                KernelTask.of(NormKernel::headDot, slot(d.a()), slot(d.b()), slot(d.out()), d.head(), lanes));
    }

    /** @param gate the slot whose numbers may serve several channels each; any other where there is none */
    private List<Launch> elementwise(
            int operation, Slot a, Slot b, Slot gate, Slot out, Activation activation, double factor) {
        return List.of(perToken(
                "elementwise",
                out.width(),
                ElementwiseKernel.LANES,
                KernelTask.of(
                        ElementwiseKernel::elementwise,
                        slot(a),
                        slot(b),
                        slot(gate),
                        slot(out),
                        out.width(),
                        out.width() / gate.width(),
                        operation,
                        Activations.code(activation),
                        (float) factor)));
    }

    private Launch slice(ChannelOp.Slice s) {
        return perToken(
                "slice",
                s.out().width(),
                CopyKernel.LANES,
                KernelTask.of(
                        CopyKernel::slice,
                        slot(s.in()),
                        slot(s.out()),
                        s.out().width(),
                        s.out().width() / s.groups(),
                        s.in().width() / s.groups(),
                        s.offset()));
    }

    private Launch join(ChannelOp.Join j) {
        return perToken(
                "join",
                j.out().width(),
                CopyKernel.LANES,
                KernelTask.of(
                        CopyKernel::join,
                        slot(j.first()),
                        slot(j.second()),
                        slot(j.out()),
                        j.groups(),
                        j.firstPart(),
                        j.secondPart(),
                        j.shared() ? 1 : 0));
    }

    private Launch constant(ElementwiseOp.Constant c) {
        return perToken(
                "fill",
                c.out().width(),
                CopyKernel.LANES,
                KernelTask.of(CopyKernel::fill, slot(c.out()), c.out().width(), (float) c.value()));
    }

    private Launch logDecay(ElementwiseOp.LogDecay d) {
        FloatArray aLog = arrays.weight(d.aLog());
        FloatArray dtBias = weight(d.dtBias(), aLog);
        return perToken(
                "logDecay",
                d.in().width(),
                LogDecayKernel.LANES,
                KernelTask.of(
                        LogDecayKernel::logDecay,
                        slot(d.in()),
                        aLog,
                        dtBias,
                        slot(d.out()),
                        d.in().width(),
                        d.in().width() / d.heads(),
                        d.dtBias() == null ? 0 : 1,
                        (float) d.lowerBound()));
    }

    private Launch timeStep(ElementwiseOp.TimeStep d) {
        return perToken(
                "timeStep",
                d.in().width(),
                LogDecayKernel.LANES,
                KernelTask.of(
                        LogDecayKernel::timeStep,
                        slot(d.in()),
                        arrays.weight(d.aLog()),
                        arrays.weight(d.dtBias()),
                        slot(d.step()),
                        slot(d.decay()),
                        d.in().width(),
                        (float) d.least(),
                        (float) Math.min(d.most(), Float.MAX_VALUE))); // OpenCL is told that nothing is infinite
    }

    private Launch scale(ElementwiseOp.Scale c) {
        Slot added = c.added() == null ? c.in() : c.added();
        return perToken(
                "elementwise",
                c.out().width(),
                ElementwiseKernel.LANES,
                KernelTask.of(
                        ElementwiseKernel::elementwise,
                        slot(c.in()),
                        slot(added),
                        arrays.weight(c.weight()),
                        slot(c.out()),
                        c.out().width(),
                        c.out().width() / c.groups(),
                        c.added() == null ? ElementwiseKernel.SCALE : ElementwiseKernel.SCALE_AND_ADD,
                        Activations.IDENTITY,
                        1f));
    }

    private Launch rotary(PositionOp.Rotary r) {
        LongArray phases = arrays.phases(RotaryKernels.rates(r.theta(), r.rotary()));
        return turn(r.in(), phases, phases, r.out(), r.head(), r.rotary() / 2, 0);
    }

    private List<Launch> selectiveRotary(PositionOp.SelectiveRotary r) {
        int width = r.angles().width();
        double[] rates = new double[width];
        for (int i = 0; i < width; i++) {
            rates[i] = r.temperature() == null
                    ? 1
                    : spec.weights().get(r.temperature(), width).get(i);
        }
        LongArray angles = arrays.angles(width);
        Launch accumulate = perSequence(
                "accumulateAngles",
                width,
                RotaryKernels.LANES,
                KernelTask.of(
                        RotaryKernels::accumulateAngles,
                        slot(r.angles()),
                        carried.getFirst(),
                        angles,
                        width,
                        spec.sequences()));
        return List.of(accumulate, turn(r.in(), angles, arrays.phases(rates), r.out(), r.head(), r.rotary() / 2, 1));
    }

    private Launch turn(Slot in, LongArray angles, LongArray phases, Slot out, int head, int half, int selective) {
        int heads = in.width() / head;
        return perToken(
                "turn",
                heads * (head - half),
                RotaryKernels.LANES,
                KernelTask.of(RotaryKernels::turn, slot(in), angles, phases, slot(out), heads, head, half, selective));
    }

    private List<Launch> attention(SequenceOp.Attention a) {
        int head = a.q().width() / a.heads();
        int value = a.v().width() / a.kvHeads();
        int rows = a.cacheRows(spec.maxContext());
        FloatArray keys = carried.get(0);
        FloatArray values = carried.get(1);
        Launch attend = scope.launch(
                "attend",
                AttentionKernels.LANES,
                run -> run.chunks() * a.heads(),
                KernelTask.of(
                        AttentionKernels::attend,
                        slot(a.q()),
                        slot(a.k()),
                        slot(a.v()),
                        keys,
                        values,
                        slot(a.out()),
                        a.heads(),
                        a.kvHeads(),
                        head,
                        value,
                        rows,
                        a.window(),
                        (float) a.scale()));
        Launch keep = perToken(
                "keep",
                a.k().width() + a.v().width(),
                AttentionKernels.KEEP_LANES,
                KernelTask.of(
                        AttentionKernels::keep,
                        slot(a.k()),
                        slot(a.v()),
                        keys,
                        values,
                        a.kvHeads(),
                        head,
                        value,
                        rows));
        return List.of(attend, keep);
    }
}
