package io.deltarule.tornado.op.backward;

import io.deltarule.core.layer.ChannelOp;
import io.deltarule.core.layer.ElementwiseOp;
import io.deltarule.core.layer.Slot;
import io.deltarule.tornado.graph.KernelTask;
import io.deltarule.tornado.graph.Launch;
import io.deltarule.tornado.op.Activations;
import io.deltarule.tornado.op.backward.kernel.MoveKernel;
import io.deltarule.tornado.op.backward.kernel.SlopeKernel;
import java.util.ArrayList;
import java.util.List;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/** The launches of operations on one number at a time, and of what only moves numbers. */
final class ElementwiseBackward {
    private static final int NONE = Activations.IDENTITY;

    private ElementwiseBackward() {}

    static List<Launch> activate(ElementwiseOp.Activate op, BackwardScope b) {
        FloatArray x = b.slot(op.in());
        return List.of(b.slope(
                "slope",
                SlopeKernel.MAP,
                x,
                x,
                b.given(op.out()),
                b.wanted().getFirst(),
                op.in().width(),
                1,
                Activations.code(op.activation()),
                op.factor()));
    }

    static List<Launch> multiply(ElementwiseOp.Multiply op, BackwardScope b) {
        boolean limited = op.limit() < Double.POSITIVE_INFINITY;
        int operation = limited ? SlopeKernel.MULTIPLY_LIMITED : SlopeKernel.MULTIPLY;
        double limit = limited ? op.limit() : 1;
        int act = Activations.code(op.activation());
        FloatArray x = b.slot(op.in());
        FloatArray dy = b.given(op.out());
        List<Launch> all = new ArrayList<>();
        GradientPlace dx = b.wanted().getFirst();
        if (dx != null) {
            int share = op.in().width() / op.gate().width();
            all.add(b.slope(
                    "slope", operation, x, b.slot(op.gate()), dy, dx, op.in().width(), share, act, limit));
        }
        all.addAll(
                gate(operation, x, x, op.gate(), dy, b.wanted().get(1), op.in().width(), act, limit, b));
        return all;
    }

    private static List<Launch> gate(
            int operation,
            FloatArray x,
            FloatArray o,
            Slot gate,
            FloatArray dy,
            GradientPlace dz,
            int width,
            int activation,
            double factor,
            BackwardScope b) {
        if (dz == null) {
            return List.of();
        }
        return List.of(b.perToken(
                "gateSlope",
                gate.width(),
                SlopeKernel.LANES,
                KernelTask.of(
                        SlopeKernel::gateSlope,
                        x,
                        o,
                        b.slot(gate),
                        dy,
                        dz.array(),
                        gate.width(),
                        width / gate.width(),
                        operation,
                        activation,
                        (float) factor,
                        dz.adds())));
    }

    static List<Launch> headDot(ElementwiseOp.HeadDot op, BackwardScope b) {
        FloatArray dy = b.given(op.out());
        int width = op.a().width();
        List<Launch> all = new ArrayList<>();
        FloatArray[] other = {b.slot(op.b()), b.slot(op.a())};
        for (int i = 0; i < 2; i++) {
            GradientPlace dx = b.wanted().get(i);
            if (dx != null) {
                all.add(b.slope("slope" + i, SlopeKernel.DOT, other[i], dy, dy, dx, width, op.head(), NONE, 1));
            }
        }
        return all;
    }

    static List<Launch> add(ElementwiseOp.Add op, BackwardScope b) {
        List<Launch> all = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            GradientPlace dx = b.wanted().get(i);
            if (dx != null) {
                all.add(b.pass("pass" + i, b.given(op.out()), dx, op.out().width()));
            }
        }
        return all;
    }

    static List<Launch> mixReads(ElementwiseOp.MixReads op, BackwardScope b) {
        FloatArray o = b.slot(op.linear());
        FloatArray x = b.slot(op.cross());
        FloatArray z = b.slot(op.gate());
        FloatArray dy = b.given(op.out());
        int width = op.out().width();
        int share = width / op.gate().width();
        List<Launch> all = new ArrayList<>();
        GradientPlace dO = b.wanted().get(0);
        if (dO != null) {
            int operation = op.additive() ? SlopeKernel.PASS : SlopeKernel.MIX_OUT;
            all.add(b.slope("linearSlope", operation, o, z, dy, dO, width, share, NONE, 1));
        }
        GradientPlace dx = b.wanted().get(1);
        if (dx != null) {
            all.add(b.slope("crossSlope", SlopeKernel.MIX_IN, x, z, dy, dx, width, share, NONE, 1));
        }
        int operation = op.additive() ? SlopeKernel.MIX_IN : SlopeKernel.MIX_OUT;
        all.addAll(gate(operation, x, o, op.gate(), dy, b.wanted().get(2), width, NONE, 1, b));
        return all;
    }

    static List<Launch> scale(ElementwiseOp.Scale op, BackwardScope b) {
        FloatArray x = b.slot(op.in());
        FloatArray dy = b.given(op.out());
        int width = op.in().width();
        int share = width / op.groups();
        List<Launch> all = new ArrayList<>();
        GradientPlace dx = b.wanted().getFirst();
        if (dx != null) {
            FloatArray w = b.arrays().weight(op.weight());
            all.add(b.slope("slope", SlopeKernel.SCALE, x, w, dy, dx, width, share, NONE, 1));
        }
        if (op.added() != null && b.wanted().get(1) != null) {
            all.add(b.pass("pass", dy, b.wanted().get(1), width));
        }
        FloatArray dw = b.back().weightGradient(op.weight());
        if (dw != null) {
            GradientPlace parts = new GradientPlace(b.back().scratch("weight parts", width), false);
            all.add(b.slope("products", SlopeKernel.PRODUCT, x, x, dy, parts, width, 1, NONE, 1));
            all.add(b.sum("weightGradient", parts.array(), dw, 1, width, share));
        }
        return all;
    }

    static List<Launch> slice(ChannelOp.Slice op, BackwardScope b) {
        GradientPlace dx = b.wanted().getFirst();
        return List.of(b.perToken(
                "scatter",
                op.in().width(),
                MoveKernel.LANES,
                KernelTask.of(
                        MoveKernel::scatter,
                        b.given(op.out()),
                        dx.array(),
                        op.in().width(),
                        op.out().width() / op.groups(),
                        op.in().width() / op.groups(),
                        op.offset(),
                        dx.adds())));
    }

    /** A second slot that all groups share gets the sum of theirs. */
    static List<Launch> join(ChannelOp.Join op, BackwardScope b) {
        FloatArray dy = b.given(op.out());
        int first = op.firstPart();
        int second = op.secondPart();
        List<Launch> all = new ArrayList<>();
        GradientPlace a = b.wanted().getFirst();
        if (a != null) {
            all.add(b.gather("first", dy, a, op.first().width(), first, first + second, 0, 1));
        }
        GradientPlace c = b.wanted().get(1);
        if (c != null) {
            int shared = op.shared() ? op.groups() : 1;
            all.add(b.gather("second", dy, c, op.second().width(), second, first + second, first, shared));
        }
        return all;
    }
}
