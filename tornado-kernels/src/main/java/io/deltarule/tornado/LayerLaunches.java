package io.deltarule.tornado;

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
import java.util.ArrayList;
import java.util.List;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.LongArray;

/** The launches of one operation of a program: one to a few, for a delta rule both of its forms. */
final class LayerLaunches {
    private final LayerSpec spec;
    private final LayerArrays arrays;
    private final LayerTables tables;
    private final Site site;
    private final List<FloatArray> carried;

    private LayerLaunches(LayerSpec spec, LayerArrays arrays, LayerTables tables, Site site, List<FloatArray> carried) {
        this.spec = spec;
        this.arrays = arrays;
        this.tables = tables;
        this.site = site;
        this.carried = carried;
    }

    /** The launches of each operation, in order. */
    static List<List<Launch>> of(LayerSpec spec, LayerArrays arrays, LayerTables tables, KernelContext context) {
        List<List<Launch>> launches = new ArrayList<>();
        for (int i = 0; i < spec.program().ops().size(); i++) {
            Site site = new Site("op" + i + "_", tables.tokens(), context);
            launches.add(new LayerLaunches(spec, arrays, tables, site, arrays.carried(i))
                    .launches(spec.program().ops().get(i)));
        }
        return launches;
    }

    private List<Launch> launches(LayerOp operation) {
        return switch (operation) {
            case MatrixOp.Embedding e -> List.of(embedding(e));
            case MatrixOp.Linear l -> linear(l);
            case SequenceOp.ShortConvolution c -> convolution(c);
            case NormOp.L2Norm n ->
                List.of(norm(n.in(), n.in(), null, n.out(), n.group(), n.eps(), 0, Activation.IDENTITY));
            case NormOp.RmsNorm n -> {
                int terms = NormKernel.RMS
                        | (n.zeroCentred() ? NormKernel.ZERO_CENTRED : 0)
                        | (n.gate() == null ? 0 : NormKernel.GATED);
                Slot gate = n.gate() == null ? n.in() : n.gate();
                yield List.of(norm(n.in(), gate, n.weight(), n.out(), n.group(), n.eps(), terms, n.activation()));
            }
            case ElementwiseOp.Activate m ->
                elementwise(ElementwiseKernel.MAP, m.in(), m.in(), m.in(), m.out(), m.activation(), m.factor());
            case ElementwiseOp.Multiply m ->
                elementwise(ElementwiseKernel.MULTIPLY, m.in(), m.gate(), m.gate(), m.out(), m.activation(), 1);
            case ElementwiseOp.Add a ->
                elementwise(ElementwiseKernel.ADD, a.a(), a.b(), a.a(), a.out(), Activation.IDENTITY, 1);
            case ElementwiseOp.MixReads m -> {
                int mix = m.additive() ? ElementwiseKernel.MIX_ADDITIVE : ElementwiseKernel.MIX_CONVEX;
                yield elementwise(mix, m.linear(), m.cross(), m.gate(), m.out(), Activation.IDENTITY, 1);
            }
            case ChannelOp.Slice s -> List.of(slice(s));
            case ElementwiseOp.LogDecay d -> List.of(logDecay(d));
            case SequenceOp.Delta d -> DeltaLaunches.of(d, spec, arrays, carried.getFirst(), tables, site);
            case PositionOp.Rotary r -> List.of(rotary(r));
            case PositionOp.SelectiveRotary r -> selectiveRotary(r);
            case SequenceOp.Attention a -> attention(a);
            case ElementwiseOp.Constant c -> List.of(constant(c));
            case NormOp.SumNorm n ->
                List.of(norm(n.in(), n.in(), null, n.out(), n.group(), 0, NormKernel.SUM, Activation.IDENTITY));
            case ChannelOp.Join j -> List.of(join(j));
            case MatrixOp.Experts e -> ExpertLaunches.of(e, arrays, site);
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
    private Launch numbers(String name, int perToken, int lanes, Launch.Task task) {
        return site.launch(name, lanes, run -> ReadLaunches.tiles(run.tokens() * perToken, lanes), task);
    }

    /** A launch with one work-item for each of a sequence's items. */
    private Launch perSequence(String name, int perSequence, int lanes, Launch.Task task) {
        return site.launch(name, lanes, run -> ReadLaunches.tiles(spec.sequences() * perSequence, lanes), task);
    }

    private Launch embedding(MatrixOp.Embedding e) {
        FloatArray rows = arrays.weight(e.table());
        return numbers(
                "embed",
                e.out().width(),
                CopyKernel.LANES,
                (graph, name, signature) -> graph.task(
                        name,
                        CopyKernel::embed,
                        site.context(),
                        site.table(),
                        slot(e.ids()),
                        rows,
                        slot(e.out()),
                        e.out().width(),
                        signature));
    }

    private List<Launch> linear(MatrixOp.Linear l) {
        int in = l.in().width();
        int out = l.out().width();
        FloatArray weight = arrays.weight(l.weight());
        FloatArray bias = weight(l.bias(), weight);
        int biased = l.bias() == null ? 0 : 1;
        List<Launch> launches = new ArrayList<>();
        if (LinearKernels.many(spec.maxTokens())) {
            launches.add(site.launch(
                    "multiplyTiles",
                    LinearKernels.TILE_LANES,
                    run -> LinearKernels.many(run.tokens())
                            ? ReadLaunches.tiles(run.tokens(), LinearKernels.TILE)
                                    * ReadLaunches.tiles(out, LinearKernels.TILE)
                            : 0,
                    (graph, name, signature) -> graph.task(
                            name,
                            LinearKernels::multiplyTiles,
                            site.context(),
                            site.table(),
                            slot(l.in()),
                            weight,
                            bias,
                            slot(l.out()),
                            in,
                            out,
                            biased,
                            signature)));
        }
        launches.add(site.launch(
                "multiplyRows",
                LinearKernels.ROW_LANES,
                run -> LinearKernels.many(run.tokens()) ? 0 : ReadLaunches.tiles(out, LinearKernels.ROWS),
                (graph, name, signature) -> graph.task(
                        name,
                        LinearKernels::multiplyRows,
                        site.context(),
                        site.table(),
                        slot(l.in()),
                        weight,
                        bias,
                        slot(l.out()),
                        in,
                        out,
                        biased,
                        signature)));
        return launches;
    }

    private List<Launch> convolution(SequenceOp.ShortConvolution c) {
        int width = c.in().width();
        FloatArray weight = arrays.weight(c.weight());
        FloatArray bias = weight(c.bias(), weight);
        FloatArray tail = carried.isEmpty() ? slot(c.in()) : carried.getFirst();
        List<Launch> launches = new ArrayList<>();
        launches.add(numbers(
                "convolve",
                width,
                ConvolutionKernels.LANES,
                (graph, name, signature) -> graph.task(
                        name,
                        ConvolutionKernels::convolve,
                        site.context(),
                        site.table(),
                        slot(c.in()),
                        weight,
                        bias,
                        tail,
                        slot(c.out()),
                        width,
                        c.taps(),
                        c.bias() == null ? 0 : 1,
                        Activations.code(c.activation()),
                        signature)));
        if (!carried.isEmpty()) {
            launches.add(perSequence(
                    "keepTail",
                    width,
                    ConvolutionKernels.LANES,
                    (graph, name, signature) -> graph.task(
                            name,
                            ConvolutionKernels::keepTail,
                            site.context(),
                            site.table(),
                            slot(c.in()),
                            tail,
                            width,
                            c.taps(),
                            spec.sequences(),
                            signature)));
        }
        return launches;
    }

    private Launch norm(
            Slot in, Slot gate, String weight, Slot out, int group, double eps, int terms, Activation activation) {
        int lanes = NormKernel.lanes(group);
        FloatArray factors = weight(weight, slot(in));
        return site.launch(
                "groupNorm",
                lanes,
                run -> run.tokens() * (in.width() / group),
                (graph, name, signature) -> graph.task(
                        name,
                        NormKernel::groupNorm,
                        site.context(),
                        site.table(),
                        slot(in),
                        slot(gate),
                        factors,
                        slot(out),
                        group,
                        lanes,
                        terms,
                        Activations.code(activation),
                        (float) eps,
                        signature));
    }

    /** @param gate the slot whose numbers may serve several channels each; any other where there is none */
    private List<Launch> elementwise(
            int operation, Slot a, Slot b, Slot gate, Slot out, Activation activation, double factor) {
        return List.of(numbers(
                "elementwise",
                out.width(),
                ElementwiseKernel.LANES,
                (graph, name, signature) -> graph.task(
                        name,
                        ElementwiseKernel::elementwise,
                        site.context(),
                        site.table(),
                        slot(a),
                        slot(b),
                        slot(gate),
                        slot(out),
                        out.width(),
                        out.width() / gate.width(),
                        operation,
                        Activations.code(activation),
                        (float) factor,
                        signature)));
    }

    private Launch slice(ChannelOp.Slice s) {
        return numbers(
                "slice",
                s.out().width(),
                CopyKernel.LANES,
                (graph, name, signature) -> graph.task(
                        name,
                        CopyKernel::slice,
                        site.context(),
                        site.table(),
                        slot(s.in()),
                        slot(s.out()),
                        s.out().width(),
                        s.out().width() / s.groups(),
                        s.in().width() / s.groups(),
                        s.offset(),
                        signature));
    }

    private Launch join(ChannelOp.Join j) {
        return numbers(
                "join",
                j.out().width(),
                CopyKernel.LANES,
                (graph, name, signature) -> graph.task(
                        name,
                        CopyKernel::join,
                        site.context(),
                        site.table(),
                        slot(j.first()),
                        slot(j.second()),
                        slot(j.out()),
                        j.groups(),
                        j.firstPart(),
                        j.secondPart(),
                        j.shared() ? 1 : 0,
                        signature));
    }

    private Launch constant(ElementwiseOp.Constant c) {
        return numbers(
                "fill",
                c.out().width(),
                CopyKernel.LANES,
                (graph, name, signature) -> graph.task(
                        name,
                        CopyKernel::fill,
                        site.context(),
                        site.table(),
                        slot(c.out()),
                        c.out().width(),
                        (float) c.value(),
                        signature));
    }

    private Launch logDecay(ElementwiseOp.LogDecay d) {
        FloatArray aLog = arrays.weight(d.aLog());
        FloatArray dtBias = weight(d.dtBias(), aLog);
        return numbers(
                "logDecay",
                d.in().width(),
                LogDecayKernel.LANES,
                (graph, name, signature) -> graph.task(
                        name,
                        LogDecayKernel::logDecay,
                        site.context(),
                        site.table(),
                        slot(d.in()),
                        aLog,
                        dtBias,
                        slot(d.out()),
                        d.in().width(),
                        d.in().width() / d.heads(),
                        d.dtBias() == null ? 0 : 1,
                        (float) d.lowerBound(),
                        signature));
    }

    private Launch rotary(PositionOp.Rotary r) {
        double[] rates = new double[r.rotary() / 2];
        for (int i = 0; i < rates.length; i++) {
            rates[i] = Math.pow(r.theta(), -2.0 * i / r.rotary());
        }
        LongArray phases = arrays.phases(rates);
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
                (graph, name, signature) -> graph.task(
                        name,
                        RotaryKernels::accumulateAngles,
                        site.context(),
                        site.table(),
                        slot(r.angles()),
                        carried.getFirst(),
                        angles,
                        width,
                        spec.sequences(),
                        signature));
        return List.of(accumulate, turn(r.in(), angles, arrays.phases(rates), r.out(), r.head(), r.rotary() / 2, 1));
    }

    private Launch turn(Slot in, LongArray angles, LongArray phases, Slot out, int head, int half, int selective) {
        int heads = in.width() / head;
        return numbers(
                "turn",
                heads * (head - half),
                RotaryKernels.LANES,
                (graph, name, signature) -> graph.task(
                        name,
                        RotaryKernels::turn,
                        site.context(),
                        site.table(),
                        slot(in),
                        angles,
                        phases,
                        slot(out),
                        heads,
                        head,
                        half,
                        selective,
                        signature));
    }

    private List<Launch> attention(SequenceOp.Attention a) {
        int head = a.q().width() / a.heads();
        int value = a.v().width() / a.kvHeads();
        int rows = a.cacheRows(spec.maxContext());
        FloatArray keys = carried.get(0);
        FloatArray values = carried.get(1);
        Launch attend = site.launch(
                "attend",
                AttentionKernels.LANES,
                run -> run.chunks() * a.heads(),
                (graph, name, signature) -> graph.task(
                        name,
                        AttentionKernels::attend,
                        site.context(),
                        site.table(),
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
                        (float) a.scale(),
                        signature));
        Launch keep = numbers(
                "keep",
                a.k().width() + a.v().width(),
                AttentionKernels.KEEP_LANES,
                (graph, name, signature) -> graph.task(
                        name,
                        AttentionKernels::keep,
                        site.context(),
                        site.table(),
                        slot(a.k()),
                        slot(a.v()),
                        keys,
                        values,
                        a.kvHeads(),
                        head,
                        value,
                        rows,
                        signature));
        return List.of(attend, keep);
    }
}
