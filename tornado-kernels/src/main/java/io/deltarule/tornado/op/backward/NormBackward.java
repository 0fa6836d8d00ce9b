package io.deltarule.tornado.op.backward;

import io.deltarule.core.layer.Activation;
import io.deltarule.core.layer.NormOp;
import io.deltarule.core.layer.Slot;
import io.deltarule.tornado.graph.KernelTask;
import io.deltarule.tornado.graph.Launch;
import io.deltarule.tornado.op.Activations;
import io.deltarule.tornado.op.NormKernel;
import io.deltarule.tornado.op.backward.kernel.LayerNormGradientKernel;
import io.deltarule.tornado.op.backward.kernel.NormGradientKernel;
import java.util.ArrayList;
import java.util.List;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/** The launches of norms. */
final class NormBackward {
    private NormBackward() {}

    static List<Launch> l2(NormOp.L2Norm op, BackwardScope b) {
        return List.of(plain(op.in(), op.out(), op.group(), op.eps(), 0, b));
    }

    static List<Launch> sum(NormOp.SumNorm op, BackwardScope b) {
        return List.of(plain(op.in(), op.out(), op.group(), 0, NormKernel.SUM, b));
    }

    private static Launch plain(Slot in, Slot out, int group, double eps, int flags, BackwardScope b) {
        return norm(in, b.slot(in), b.slot(in), out, null, null, group, eps, flags, Activation.IDENTITY, b);
    }

    static List<Launch> rms(NormOp.RmsNorm op, BackwardScope b) {
        boolean gated = op.gate() != null;
        FloatArray dw = b.back().weightGradient(op.weight());
        FloatArray parts =
                dw == null ? null : b.back().scratch("weight parts", op.in().width());
        int flags = NormKernel.RMS | (op.zeroCentred() ? NormKernel.ZERO_CENTRED : 0) | (gated ? NormKernel.GATED : 0);
        List<Launch> all = new ArrayList<>();
        all.add(norm(
                op.in(),
                b.slot(gated ? op.gate() : op.in()),
                b.arrays().weight(op.weight()),
                op.out(),
                gated ? b.wanted().get(1) : null,
                parts,
                op.group(),
                op.eps(),
                flags,
                op.activation(),
                b));
        if (dw != null) {
            all.add(b.sum("weightGradient", parts, dw, op.in().width() / op.group(), op.group(), 1));
        }
        return all;
    }

    private static Launch norm(
            Slot in,
            FloatArray gate,
            FloatArray weight,
            Slot out,
            GradientPlace dz,
            FloatArray parts,
            int group,
            double eps,
            int flags,
            Activation activation,
            BackwardScope b) {
        GradientPlace dx = b.wanted().getFirst();
        int lanes = NormKernel.lanes(group);
        int groups = in.width() / group;
        int kind = flags
                | input(dx)
                | (dz == null ? NormGradientKernel.NO_GATE : 0)
                | (dz != null && dz.add() ? NormGradientKernel.ADD_GATE : 0)
                | (parts == null ? 0 : NormGradientKernel.WEIGHT);
        return b.scope()
                .launch(
                        "normGradient",
                        lanes,
                        run -> run.tokens() * groups,
                        KernelTask.of(
                                NormGradientKernel::normGradient,
                                b.slot(in),
                                gate,
                                weight,
                                b.given(out),
                                place(dx, 0, b),
                                place(dz, 1, b),
                                parts == null ? b.back().absent(2) : parts,
                                group,
                                groups,
                                lanes,
                                kind,
                                Activations.code(activation),
                                (float) eps));
    }

    private static int input(GradientPlace dx) {
        if (dx == null) {
            return NormGradientKernel.NO_INPUT;
        }
        return dx.add() ? NormGradientKernel.ADD : 0;
    }

    private static FloatArray place(GradientPlace gradient, int which, BackwardScope b) {
        return gradient == null ? b.back().absent(which) : gradient.array();
    }

    static List<Launch> layer(NormOp.LayerNorm op, BackwardScope b) {
        GradientPlace dx = b.wanted().getFirst();
        int width = op.in().width();
        int groups = width / op.group();
        int lanes = NormKernel.lanes(op.group());
        FloatArray dw = b.back().weightGradient(op.weight());
        FloatArray db = b.back().weightGradient(op.bias());
        FloatArray parts = dw == null ? b.back().absent(2) : b.back().scratch("weight parts", width);
        List<Launch> all = new ArrayList<>();
        all.add(b.scope()
                .launch(
                        "layerNormGradient",
                        lanes,
                        run -> run.tokens() * groups,
                        KernelTask.of(
                                LayerNormGradientKernel::layerNormGradient,
                                b.slot(op.in()),
                                b.arrays().weight(op.weight()),
                                b.given(op.out()),
                                place(dx, 0, b),
                                parts,
                                op.group(),
                                groups,
                                lanes,
                                input(dx) | (dw == null ? 0 : NormGradientKernel.WEIGHT),
                                (float) op.eps())));
        if (dw != null) {
            all.add(b.sum("weightGradient", parts, dw, 1, width, 1));
        }
        if (db != null) {
            all.add(b.sum("biasGradient", b.given(op.out()), db, 1, width, 1));
        }
        return all;
    }
}
