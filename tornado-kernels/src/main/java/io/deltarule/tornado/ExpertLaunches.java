package io.deltarule.tornado;

import io.deltarule.core.layer.MatrixOp;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** The launches of a mixture of experts; the weights of all experts lie one after the other. */
final class ExpertLaunches {
    private ExpertLaunches() {}

    static List<Launch> of(MatrixOp.Experts op, LayerArrays arrays, Site site) {
        int chosen = op.routing().chosen();
        int in = op.in().width();
        int out = op.out().width();
        IntArray experts = arrays.experts(chosen);
        FloatArray weights = arrays.expertWeights(chosen);
        FloatArray hidden = arrays.hidden(chosen, op.intermediate());
        FloatArray gates = packed(op, op::gate, arrays);
        FloatArray ups = packed(op, op::up, arrays);
        FloatArray downs = packed(op, op::down, arrays);
        FloatArray logits = arrays.slot(op.logits());
        boolean corrected = op.routing().correction() != null;
        FloatArray correction = corrected ? arrays.weight(op.routing().correction()) : logits;
        int terms = (op.routing().sigmoid() ? ExpertKernels.SIGMOID : 0)
                | (corrected ? ExpertKernels.CORRECTED : 0)
                | (op.routing().renormalised() ? ExpertKernels.RENORMALISED : 0);
        Launch route = site.launch(
                "route",
                ExpertKernels.ROUTE_LANES,
                run -> run.tokens(),
                (graph, name, signature) -> graph.task(
                        name,
                        ExpertKernels::route,
                        site.context(),
                        site.table(),
                        logits,
                        correction,
                        experts,
                        weights,
                        op.experts(),
                        chosen,
                        terms,
                        (float) op.routing().factor(),
                        signature));
        Launch enter = site.launch(
                "enterExperts",
                ExpertKernels.LANES,
                run -> run.tokens() * chosen * ReadLaunches.tiles(op.intermediate(), ExpertKernels.ROWS),
                (graph, name, signature) -> graph.task(
                        name,
                        ExpertKernels::enterExperts,
                        site.context(),
                        site.table(),
                        arrays.slot(op.in()),
                        experts,
                        gates,
                        ups,
                        hidden,
                        in,
                        op.intermediate(),
                        chosen,
                        signature));
        Launch leave = site.launch(
                "leaveExperts",
                ExpertKernels.LANES,
                run -> run.tokens() * ReadLaunches.tiles(out, ExpertKernels.ROWS),
                (graph, name, signature) -> graph.task(
                        name,
                        ExpertKernels::leaveExperts,
                        site.context(),
                        site.table(),
                        hidden,
                        experts,
                        weights,
                        downs,
                        arrays.slot(op.out()),
                        op.intermediate(),
                        out,
                        chosen,
                        signature));
        return List.of(route, enter, leave);
    }

    private static FloatArray packed(MatrixOp.Experts op, IntFunction<String> name, LayerArrays arrays) {
        return arrays.weights(IntStream.range(0, op.experts()).mapToObj(name).toList());
    }
}
