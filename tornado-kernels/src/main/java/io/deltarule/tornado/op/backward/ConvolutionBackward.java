package io.deltarule.tornado.op.backward;

import io.deltarule.core.layer.Activation;
import io.deltarule.core.layer.SequenceOp;
import io.deltarule.core.layer.Slot;
import io.deltarule.tornado.graph.KernelTask;
import io.deltarule.tornado.graph.Launch;
import io.deltarule.tornado.op.Activations;
import io.deltarule.tornado.op.ConvolutionKernels;
import io.deltarule.tornado.op.backward.kernel.ConvolutionGradientKernels;
import java.util.ArrayList;
import java.util.List;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/** The launches of short convolutions along time. */
final class ConvolutionBackward {
    private final BackwardScope b;
    private final Slot in;
    private final int width;
    private final int taps;
    private final FloatArray weight;
    private final int kind;
    private final FloatArray tail;
    private final FloatArray h;

    private ConvolutionBackward(
            Slot in, FloatArray dy, int taps, FloatArray weight, int kind, boolean plain, BackwardScope b) {
        this.b = b;
        this.in = in;
        this.width = in.width();
        this.taps = taps;
        this.weight = weight;
        this.kind = kind;
        List<FloatArray> before = b.back().before(b.op());
        this.tail = before.isEmpty() ? b.slot(in) : before.getFirst();
        this.h = plain ? dy : b.back().scratch("sums", width);
    }

    static List<Launch> of(SequenceOp.ShortConvolution op, BackwardScope b) {
        FloatArray weight = b.arrays().weight(op.weight());
        FloatArray bias = b.weight(op.bias(), weight);
        int kind = op.bias() == null ? 0 : ConvolutionKernels.BIASED;
        ConvolutionBackward one = of(op.in(), op.out(), op.taps(), weight, kind, op.activation(), b);
        List<Launch> all = one.inputs(bias, op.out(), op.activation());
        FloatArray dW = b.back().weightGradient(op.weight());
        if (dW != null) {
            all.add(b.scope()
                    .launch(
                            "tapGradients",
                            ConvolutionGradientKernels.LANES,
                            run -> Math.ceilDiv(one.width * one.taps, ConvolutionGradientKernels.COLUMNS),
                            KernelTask.of(
                                    ConvolutionGradientKernels::tapGradients,
                                    b.slot(op.in()),
                                    one.tail,
                                    one.h,
                                    dW,
                                    one.width,
                                    one.taps)));
        }
        FloatArray db = b.back().weightGradient(op.bias());
        if (db != null) {
            all.add(b.sum("biasGradient", one.h, db, 1, one.width, 1));
        }
        return all;
    }

    static List<Launch> of(SequenceOp.TokenDifference op, BackwardScope b) {
        FloatArray taps = b.arrays().taps(op);
        return of(op.in(), op.out(), 2, taps, 0, Activation.IDENTITY, b).inputs(taps, op.out(), Activation.IDENTITY);
    }

    static List<Launch> of(SequenceOp.DynamicConvolution op, BackwardScope b) {
        FloatArray kernels = b.slot(op.kernels());
        ConvolutionBackward one =
                of(op.in(), op.out(), op.taps(), kernels, ConvolutionKernels.PER_TOKEN, op.activation(), b);
        List<Launch> all = one.inputs(kernels, op.out(), op.activation());
        GradientPlace dKernels = b.wanted().get(1);
        if (dKernels != null) {
            all.add(b.perToken(
                    "ownTapGradients",
                    op.kernels().width(),
                    ConvolutionGradientKernels.LANES,
                    KernelTask.of(
                            ConvolutionGradientKernels::ownTapGradients,
                            b.slot(op.in()),
                            one.tail,
                            one.h,
                            dKernels.array(),
                            one.width,
                            one.taps,
                            dKernels.adds())));
        }
        return all;
    }

    private static ConvolutionBackward of(
            Slot in, Slot out, int taps, FloatArray weight, int kind, Activation activation, BackwardScope b) {
        return new ConvolutionBackward(in, b.given(out), taps, weight, kind, activation == Activation.IDENTITY, b);
    }

    /** What the activation is applied to, the input and what was carried. */
    private List<Launch> inputs(FloatArray bias, Slot out, Activation activation) {
        List<Launch> all = new ArrayList<>();
        FloatArray dy = b.given(out);
        if (h != dy) {
            all.add(b.perToken(
                    "sumGradients",
                    width,
                    ConvolutionGradientKernels.LANES,
                    KernelTask.of(
                            ConvolutionGradientKernels::sumGradients,
                            b.slot(in),
                            weight,
                            bias,
                            tail,
                            dy,
                            h,
                            width,
                            taps,
                            kind,
                            Activations.code(activation))));
        }
        List<FloatArray> carried = b.back().carriedGradients(b.op());
        FloatArray dTail = carried.isEmpty() ? h : carried.getFirst();
        GradientPlace dx = b.wanted().getFirst();
        if (dx != null) {
            all.add(b.perToken(
                    "inputGradients",
                    width,
                    ConvolutionGradientKernels.LANES,
                    KernelTask.of(
                            ConvolutionGradientKernels::inputGradients,
                            h,
                            weight,
                            dTail,
                            dx.array(),
                            width,
                            taps,
                            kind,
                            dx.adds())));
        }
        if (!carried.isEmpty()) {
            all.add(b.perSequence(
                    "tailGradients",
                    width,
                    ConvolutionGradientKernels.LANES,
                    KernelTask.of(
                            ConvolutionGradientKernels::tailGradients,
                            h,
                            weight,
                            dTail,
                            width,
                            taps,
                            kind,
                            b.spec().sequences())));
        }
        return all;
    }
}
