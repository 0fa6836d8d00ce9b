package io.deltarule.tornado.op.backward;

import io.deltarule.core.layer.SequenceOp;
import io.deltarule.tornado.graph.KernelTask;
import io.deltarule.tornado.graph.Launch;
import io.deltarule.tornado.op.backward.kernel.AttentionGradientKernels;
import java.util.List;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/** The launches of softmax attention: queries, then the run's keys and values, then those from before it. */
final class AttentionBackward {
    private final SequenceOp.Attention op;
    private final BackwardScope b;
    private final int head;
    private final int value;
    private final int rows;
    private final FloatArray dO;
    private final FloatArray statistics;

    private AttentionBackward(SequenceOp.Attention op, BackwardScope b) {
        this.op = op;
        this.b = b;
        head = op.q().width() / op.heads();
        value = op.v().width() / op.kvHeads();
        rows = op.cacheRows(b.spec().maxContext());
        dO = b.given(op.out());
        statistics = b.back().scratch("attention", 2L * op.heads());
    }

    static List<Launch> of(SequenceOp.Attention op, BackwardScope b) {
        AttentionBackward one = new AttentionBackward(op, b);
        return List.of(one.queries(), one.ownKeys(), one.earlierKeys());
    }

    private FloatArray place(int input) {
        GradientPlace gradient = b.wanted().get(input);
        return gradient == null ? b.back().absent(input) : gradient.array();
    }

    private int kind(int input, int add, int none) {
        GradientPlace gradient = b.wanted().get(input);
        if (gradient == null) {
            return none;
        }
        return gradient.add() ? add : 0;
    }

    private Launch queries() {
        List<FloatArray> before = b.back().before(b.op());
        return b.scope()
                .launch(
                        "queryGradients",
                        AttentionGradientKernels.LANES,
                        run -> run.tokens() * op.heads(),
                        KernelTask.of(
                                AttentionGradientKernels::queryGradients,
                                b.slot(op.q()),
                                b.slot(op.k()),
                                b.slot(op.v()),
                                before.getFirst(),
                                before.getLast(),
                                b.slot(op.out()),
                                dO,
                                place(0),
                                statistics,
                                op.heads(),
                                op.kvHeads(),
                                head,
                                value,
                                rows,
                                op.window(),
                                kind(0, AttentionGradientKernels.ADD, AttentionGradientKernels.NONE),
                                (float) op.scale()));
    }

    private Launch ownKeys() {
        List<FloatArray> carried = b.back().carriedGradients(b.op());
        int kind = kind(1, AttentionGradientKernels.ADD, AttentionGradientKernels.NONE)
                | kind(2, AttentionGradientKernels.ADD_VALUES, AttentionGradientKernels.NO_VALUES);
        return b.scope()
                .launch(
                        "keyGradients",
                        AttentionGradientKernels.LANES,
                        run -> run.tokens() * op.kvHeads(),
                        keys(
                                b.slot(op.k()),
                                b.slot(op.v()),
                                place(1),
                                place(2),
                                carried.getFirst(),
                                carried.getLast(),
                                kind));
    }

    private Launch earlierKeys() {
        List<FloatArray> before = b.back().before(b.op());
        List<FloatArray> carried = b.back().carriedGradients(b.op());
        return b.scope()
                .launch(
                        "carriedGradients",
                        AttentionGradientKernels.LANES,
                        run -> b.tables().earlier() ? run.sequences() * rows * op.kvHeads() : 0,
                        keys(
                                before.getFirst(),
                                before.getLast(),
                                carried.getFirst(),
                                carried.getLast(),
                                before.getFirst(),
                                before.getLast(),
                                AttentionGradientKernels.CACHE));
    }

    private KernelTask keys(
            FloatArray k, FloatArray v, FloatArray dk, FloatArray dv, FloatArray dKeys, FloatArray dValues, int kind) {
        return KernelTask.of(
                AttentionGradientKernels::keyGradients,
                b.slot(op.q()),
                k,
                v,
                dO,
                statistics,
                dk,
                dv,
                dKeys,
                dValues,
                op.heads(),
                op.kvHeads(),
                head,
                value,
                rows,
                op.window(),
                kind,
                (float) op.scale());
    }
}
