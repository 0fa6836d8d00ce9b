package io.deltarule.tornado.op.backward;

import io.deltarule.core.engine.BackwardWalk;
import io.deltarule.core.layer.ChannelOp;
import io.deltarule.core.layer.ElementwiseOp;
import io.deltarule.core.layer.LayerOp;
import io.deltarule.core.layer.MatrixOp;
import io.deltarule.core.layer.NormOp;
import io.deltarule.core.layer.PositionOp;
import io.deltarule.core.layer.SequenceOp;
import io.deltarule.core.training.TrainingSpec;
import io.deltarule.tornado.graph.KernelTask;
import io.deltarule.tornado.graph.Launch;
import io.deltarule.tornado.graph.LaunchScope;
import io.deltarule.tornado.op.CopyKernel;
import io.deltarule.tornado.op.LayerArrays;
import io.deltarule.tornado.op.LayerRunTables;
import io.deltarule.tornado.op.backward.kernel.CarriedKernels;
import java.util.ArrayList;
import java.util.List;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/**
 * The launches that going back over a program needs.
 *
 * <pre>
 *   before a run      what is carried into it is kept; zeros for sequences that have had no token
 *   run again         the same is carried in again
 *   backward          gradients of weights and of what is carried begin with zeros where the run tables say so; then the operations,
 *                     last one first
 * </pre>
 */
public final class BackwardLaunches {
    private final TrainingSpec spec;
    private final BackwardWalk walk;
    private final LayerArrays arrays;
    private final BackwardArrays back;
    private final BackwardTables tables;
    private final KernelContext context;

    public BackwardLaunches(
            TrainingSpec spec,
            BackwardWalk walk,
            LayerArrays arrays,
            BackwardArrays back,
            BackwardTables tables,
            KernelContext context) {
        this.spec = spec;
        this.walk = walk;
        this.arrays = arrays;
        this.back = back;
        this.tables = tables;
        this.context = context;
    }

    /**
     * Those before some operations of a run forward, in units that one graph has to hold.
     *
     * @param first the first of them
     * @param end the one after the last
     */
    public List<List<Launch>> before(int first, int end, LayerRunTables run) {
        List<List<Launch>> all = new ArrayList<>();
        for (int i = first; i < end; i++) {
            all.addAll(copies("keep" + i + "_", arrays.carried(i), back.before(i), run));
        }
        return all;
    }

    /** Those before the same operations are run again, likewise. */
    public List<List<Launch>> again(int first, int end, LayerRunTables run) {
        List<List<Launch>> all = new ArrayList<>();
        for (int i = first; i < end; i++) {
            all.addAll(copies("return" + i + "_", back.before(i), arrays.carried(i), run));
        }
        return all;
    }

    private List<List<Launch>> copies(String prefix, List<FloatArray> from, List<FloatArray> to, LayerRunTables run) {
        List<List<Launch>> all = new ArrayList<>();
        int sequences = spec.layer().sequences();
        for (int i = 0; i < from.size(); i++) {
            LaunchScope scope = new LaunchScope(prefix + i + "_", run.tokens(), context);
            int size = from.get(i).getSize() / sequences;
            all.add(List.of(scope.launch(
                    "carried",
                    CarriedKernels.LANES,
                    _ -> Math.ceilDiv(sequences * size, CarriedKernels.LANES),
                    KernelTask.of(CarriedKernels::copyCarried, from.get(i), to.get(i), size, sequences))));
        }
        return all;
    }

    /** Those before the walk backward: what begins with zeros, where the run tables say so. */
    public List<List<Launch>> zeros() {
        List<List<Launch>> all = new ArrayList<>();
        LaunchScope weights = new LaunchScope("", tables.weights(), context);
        int number = 0;
        for (FloatArray gradient : back.weightGradients().all()) {
            all.add(List.of(zeros(weights, "clearWeight" + number++, gradient)));
        }
        LaunchScope carried = new LaunchScope("", tables.carriedBack(), context);
        for (int i = 0; i < spec.layer().program().ops().size(); i++) {
            for (FloatArray gradient : back.carriedGradients(i)) {
                all.add(List.of(zeros(carried, "clearCarried" + number++, gradient)));
            }
        }
        return all;
    }

    /**
     * Those of the walk backward over some operations, last one first.
     *
     * @param first the first of them
     * @param end the one after the last
     * @throws io.deltarule.core.InvalidInputException if something is trained whose gradient no kernel finds, by its name
     */
    public List<List<Launch>> backward(int first, int end) {
        List<List<Launch>> all = new ArrayList<>();
        List<LayerOp> ops = spec.layer().program().ops();
        for (int i = end - 1; i >= first; i--) {
            if (walk.active(i)) {
                all.add(operation(i, ops.get(i)));
            }
        }
        return all;
    }

    /** Launched for an array as a whole; the run table tells whether it has anything to do. */
    private static Launch zeros(LaunchScope scope, String name, FloatArray array) {
        int size = array.getSize();
        return scope.launch(
                name,
                CopyKernel.LANES,
                run -> run.tokens() * Math.ceilDiv(size, CopyKernel.LANES),
                KernelTask.of(CopyKernel::fill, array, size, 0f));
    }

    private List<Launch> operation(int number, LayerOp op) {
        LaunchScope scope = new LaunchScope("back" + number + "_", tables.tokens(), context);
        List<GradientPlace> wanted = new ArrayList<>();
        List<BackwardWalk.Use> uses = walk.uses(number);
        for (int i = 0; i < uses.size(); i++) {
            BackwardWalk.Use use = uses.get(i);
            if (use == null) {
                wanted.add(null);
            } else if (use.again()) { // one of the two gradients lies apart
                wanted.add(
                        new GradientPlace(back.scratch("again " + i, use.slot().width()), false));
            } else {
                wanted.add(new GradientPlace(back.gradient(use.slot()), use.add()));
            }
        }
        BackwardScope b = new BackwardScope(spec.layer(), number, arrays, back, tables, scope, wanted);
        List<Launch> launches = new ArrayList<>(launches(op, b));
        for (int i = 0; i < uses.size(); i++) {
            BackwardWalk.Use use = uses.get(i);
            if (use != null && use.again()) {
                GradientPlace first = new GradientPlace(back.gradient(use.slot()), true);
                launches.add(b.pass(
                        "addAgain" + i, wanted.get(i).array(), first, use.slot().width()));
            }
        }
        return launches;
    }

    private static List<Launch> launches(LayerOp op, BackwardScope b) {
        return switch (op) {
            case MatrixOp.Embedding e -> MatrixBackward.embedding(e, b);
            case MatrixOp.Linear l -> MatrixBackward.linear(l, b);
            case MatrixOp.CrossEntropy c -> MatrixBackward.crossEntropy(c, b);
            case MatrixOp.Experts e -> ExpertBackward.of(e, b);
            case NormOp.L2Norm n -> NormBackward.l2(n, b);
            case NormOp.SumNorm n -> NormBackward.sum(n, b);
            case NormOp.RmsNorm n -> NormBackward.rms(n, b);
            case NormOp.LayerNorm n -> NormBackward.layer(n, b);
            case ElementwiseOp.Activate a -> ElementwiseBackward.activate(a, b);
            case ElementwiseOp.Multiply m -> ElementwiseBackward.multiply(m, b);
            case ElementwiseOp.HeadDot d -> ElementwiseBackward.headDot(d, b);
            case ElementwiseOp.Add a -> ElementwiseBackward.add(a, b);
            case ElementwiseOp.MixReads m -> ElementwiseBackward.mixReads(m, b);
            case ElementwiseOp.LogDecay d -> DecayBackward.logDecay(d, b);
            case ElementwiseOp.TimeStep d -> DecayBackward.timeStep(d, b);
            case ElementwiseOp.Scale c -> ElementwiseBackward.scale(c, b);
            case ElementwiseOp.Constant c -> List.of();
            case ChannelOp.Slice s -> ElementwiseBackward.slice(s, b);
            case ChannelOp.Join j -> ElementwiseBackward.join(j, b);
            case SequenceOp.ShortConvolution c -> ConvolutionBackward.of(c, b);
            case SequenceOp.TokenDifference d -> ConvolutionBackward.of(d, b);
            case SequenceOp.DynamicConvolution c -> ConvolutionBackward.of(c, b);
            case SequenceOp.Delta d -> DeltaBackward.of(d, b);
            case SequenceOp.Attention a -> AttentionBackward.of(a, b);
            case PositionOp.Rotary r -> PositionBackward.rotary(r, b);
            case PositionOp.SelectiveRotary r -> PositionBackward.selectiveRotary(r, b);
        };
    }
}
