package io.deltarule.tornado.op.backward;

import io.deltarule.core.layer.MatrixOp;
import io.deltarule.tornado.graph.KernelTask;
import io.deltarule.tornado.graph.Launch;
import io.deltarule.tornado.op.DeviceMatrix;
import io.deltarule.tornado.op.ExpertLaunches;
import io.deltarule.tornado.op.backward.kernel.ExpertGradientKernels;
import io.deltarule.tornado.op.backward.kernel.ExpertOrderKernel;
import io.deltarule.tornado.op.backward.kernel.ExpertProductKernel;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * The launches of a mixture of experts. The choice and what is in the middle of an expert are computed again; each expert's products
 * are of the rows that chose it.
 *
 * <pre>
 *   g = W_gate x, u = W_up x        h = W_downᵀ ȳ
 *   w̄, ḡ, ū, w p        {@link ExpertGradientKernels#middleGradients}
 *   W̄_down += ȳᵀ (w p)        W̄_up += ūᵀ x        W̄_gate += ḡᵀ x        x̄ = Σ_C W_upᵀ ū + W_gateᵀ ḡ
 *   z̄        {@link ExpertGradientKernels#routerGradients}
 * </pre>
 */
final class ExpertBackward {
    private final MatrixOp.Experts op;
    private final BackwardScope b;
    private final int k;
    private final int in;
    private final int intermediate;
    private final int out;
    private final IntArray order;
    private final IntArray begins;
    private final List<Launch> all = new ArrayList<>();

    private ExpertBackward(MatrixOp.Experts op, BackwardScope b) {
        this.op = op;
        this.b = b;
        k = op.routing().chosen();
        in = op.in().width();
        intermediate = op.intermediate();
        out = op.out().width();
        order = b.back().choices(k);
        begins = b.back().beginnings(op.experts());
    }

    static List<Launch> of(MatrixOp.Experts op, BackwardScope b) {
        return new ExpertBackward(op, b).launches();
    }

    private List<Launch> launches() {
        FloatArray x = b.slot(op.in());
        FloatArray dy = b.given(op.out());
        IntArray experts = b.arrays().experts(k);
        FloatArray gates = b.back().scratch("experts: gates", (long) k * intermediate);
        FloatArray ups = b.back().scratch("experts: ups", (long) k * intermediate);
        FloatArray middle = b.back().scratch("experts: middle", (long) k * intermediate);
        FloatArray dWeights = b.back().scratch("experts: weights", k);
        all.add(ExpertLaunches.route(op, b.arrays(), b.scope()));
        all.add(b.scope()
                .launch(
                        "orderChoices",
                        ExpertOrderKernel.LANES,
                        run -> op.experts(),
                        KernelTask.of(ExpertOrderKernel::orderChoices, experts, order, begins, k, op.experts())));
        rows("gates", x, k, op::gate, gates, in, intermediate, ExpertProductKernel.TURNED);
        rows("ups", x, k, op::up, ups, in, intermediate, ExpertProductKernel.TURNED);
        rows("middle", dy, k, op::down, middle, out, intermediate, 0);
        all.add(b.scope()
                .launch(
                        "middleGradients",
                        ExpertGradientKernels.LANES,
                        run -> run.tokens() * k,
                        KernelTask.of(
                                ExpertGradientKernels::middleGradients,
                                b.arrays().expertWeights(k),
                                gates,
                                ups,
                                middle,
                                dWeights,
                                intermediate,
                                k,
                                (float) Math.min(op.limit(), Float.MAX_VALUE))));
        weights("downGradients", dy, middle, op::down, k, 1, out, intermediate);
        weights("upGradients", ups, x, op::up, 1, k, intermediate, in);
        weights("gateGradients", gates, x, op::gate, 1, k, intermediate, in);
        GradientPlace dx = b.wanted().getFirst();
        if (dx != null) {
            FloatArray apart = b.back().scratch("experts: rows", (long) k * in);
            rows("fromUps", ups, 1, op::up, apart, intermediate, in, 0);
            rows("fromGates", gates, 1, op::gate, apart, intermediate, in, ExpertProductKernel.ADD);
            all.add(b.gather("together", apart, dx, in, in, in, 0, k));
        }
        GradientPlace dz = b.wanted().get(1);
        if (dz != null) {
            all.add(router(experts, dWeights, dz));
        }
        return all;
    }

    private List<String> names(IntFunction<String> weight) {
        return IntStream.range(0, op.experts()).mapToObj(weight).toList();
    }

    /** For each choice a row of the experts' product. */
    private void rows(
            String name,
            FloatArray a,
            int share,
            IntFunction<String> weight,
            FloatArray c,
            int width,
            int columns,
            int kind) {
        DeviceMatrix W = b.arrays().matrices(names(weight));
        all.add(b.scope()
                .launch(
                        name,
                        ExpertProductKernel.LANES,
                        run -> (tiles(run.tokens() * k) + op.experts()) * tiles(columns),
                        KernelTask.of(
                                ExpertProductKernel::multiplyExperts,
                                order,
                                begins,
                                a,
                                W.numbers(),
                                W.packed(),
                                c,
                                op.experts(),
                                width,
                                columns,
                                share,
                                1,
                                W.bits(),
                                kind)));
    }

    /** The gradients of the experts' weights, where one of them is trained. */
    private void weights(
            String name,
            FloatArray a,
            FloatArray x,
            IntFunction<String> weight,
            int leftShare,
            int rightShare,
            int width,
            int columns) {
        FloatArray dW = b.back().weightGradients().of(names(weight));
        if (dW != null) {
            all.add(b.scope()
                    .launch(
                            name,
                            ExpertProductKernel.LANES,
                            run -> op.experts() * tiles(width) * tiles(columns),
                            KernelTask.of(
                                    ExpertProductKernel::multiplyExperts,
                                    order,
                                    begins,
                                    a,
                                    x,
                                    b.arrays().unread(),
                                    dW,
                                    op.experts(),
                                    width,
                                    columns,
                                    leftShare,
                                    rightShare,
                                    0,
                                    ExpertProductKernel.WEIGHTS | ExpertProductKernel.ADD)));
        }
    }

    private static int tiles(int numbers) {
        return Math.ceilDiv(numbers, ExpertProductKernel.TILE);
    }

    private Launch router(IntArray experts, FloatArray dWeights, GradientPlace dz) {
        int flags = (op.routing().sigmoid() ? ExpertGradientKernels.SIGMOID : 0)
                | (op.routing().renormalised() ? ExpertGradientKernels.RENORMALISED : 0)
                | (dz.add() ? ExpertGradientKernels.ADD : 0);
        return b.scope()
                .launch(
                        "routerGradients",
                        ExpertGradientKernels.ROUTER_LANES,
                        run -> run.tokens(),
                        KernelTask.of(
                                ExpertGradientKernels::routerGradients,
                                b.slot(op.logits()),
                                experts,
                                dWeights,
                                dz.array(),
                                op.experts(),
                                k,
                                flags,
                                (float) op.routing().factor()));
    }
}
