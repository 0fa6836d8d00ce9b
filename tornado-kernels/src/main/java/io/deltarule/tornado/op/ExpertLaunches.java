package io.deltarule.tornado.op;

import io.deltarule.core.layer.MatrixOp;
import io.deltarule.tornado.graph.KernelTask;
import io.deltarule.tornado.graph.Launch;
import io.deltarule.tornado.graph.LaunchScope;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** The launches of a mixture of experts; the weights of all experts lie one after the other. */
public final class ExpertLaunches {
    private ExpertLaunches() {}

    static List<Launch> of(MatrixOp.Experts op, LayerArrays arrays, LaunchScope scope) {
        int chosen = op.routing().chosen();
        int in = op.in().width();
        int out = op.out().width();
        IntArray experts = arrays.experts(chosen);
        FloatArray weights = arrays.expertWeights(chosen);
        FloatArray hidden = arrays.hidden(chosen, op.intermediate());
        DeviceMatrix gates = packed(op, op::gate, arrays);
        DeviceMatrix ups = packed(op, op::up, arrays);
        DeviceMatrix downs = packed(op, op::down, arrays);
        Launch enter = scope.launch(
                "enterExperts",
                ExpertKernels.LANES,
                run -> run.tokens() * chosen * Math.ceilDiv(op.intermediate(), ExpertKernels.ROWS),
                KernelTask.of(
                        ExpertKernels::enterExperts,
                        arrays.slot(op.in()),
                        experts,
                        gates.numbers(),
                        gates.packed(),
                        ups.numbers(),
                        ups.packed(),
                        hidden,
                        in,
                        op.intermediate(),
                        gates.bits(),
                        ups.bits(),
                        chosen,
                        (float) Math.min(op.limit(), Float.MAX_VALUE)));
        Launch leave = scope.launch(
                "leaveExperts",
                ExpertKernels.LANES,
                run -> run.tokens() * Math.ceilDiv(out, ExpertKernels.ROWS),
                KernelTask.of(
                        ExpertKernels::leaveExperts,
                        hidden,
                        experts,
                        weights,
                        downs.numbers(),
                        downs.packed(),
                        arrays.slot(op.out()),
                        op.intermediate(),
                        out,
                        downs.bits(),
                        chosen));
        return List.of(route(op, arrays, scope), enter, leave);
    }

    /** The launch that chooses each token's experts. */
    public static Launch route(MatrixOp.Experts op, LayerArrays arrays, LaunchScope scope) {
        int chosen = op.routing().chosen();
        FloatArray logits = arrays.slot(op.logits());
        boolean corrected = op.routing().correction() != null;
        FloatArray correction = corrected ? arrays.weight(op.routing().correction()) : logits;
        int flags = (op.routing().sigmoid() ? ExpertKernels.SIGMOID : 0)
                | (corrected ? ExpertKernels.CORRECTED : 0)
                | (op.routing().renormalised() ? ExpertKernels.RENORMALISED : 0);
        return scope.launch(
                "route",
                ExpertKernels.ROUTE_LANES,
                run -> run.tokens(),
                KernelTask.of(
                        ExpertKernels::route,
                        logits,
                        correction,
                        arrays.experts(chosen),
                        arrays.expertWeights(chosen),
                        op.experts(),
                        chosen,
                        flags,
                        (float) op.routing().factor(),
                        op.routing().groups().count(),
                        op.routing().groups().kept()));
    }

    private static DeviceMatrix packed(MatrixOp.Experts op, IntFunction<String> name, LayerArrays arrays) {
        return arrays.matrices(IntStream.range(0, op.experts()).mapToObj(name).toList());
    }
}
