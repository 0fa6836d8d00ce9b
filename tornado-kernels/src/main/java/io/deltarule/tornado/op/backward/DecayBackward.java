package io.deltarule.tornado.op.backward;

import io.deltarule.core.layer.ElementwiseOp;
import io.deltarule.tornado.graph.KernelTask;
import io.deltarule.tornado.graph.Launch;
import io.deltarule.tornado.op.backward.kernel.DecayGradientKernels;
import java.util.ArrayList;
import java.util.List;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/** The launches of log-decays and steps of time. */
final class DecayBackward {
    private DecayBackward() {}

    static List<Launch> logDecay(ElementwiseOp.LogDecay op, BackwardScope b) {
        int width = op.in().width();
        int share = width / op.heads();
        FloatArray aLog = b.arrays().weight(op.aLog());
        FloatArray byInput = b.back().scratch("by input", width);
        FloatArray byRate = b.back().scratch("by rate", width);
        List<Launch> all = new ArrayList<>();
        all.add(b.perToken(
                "logDecayGradients",
                width,
                DecayGradientKernels.LANES,
                KernelTask.of(
                        DecayGradientKernels::logDecayGradients,
                        b.slot(op.in()),
                        aLog,
                        b.weight(op.dtBias(), aLog),
                        b.given(op.out()),
                        byInput,
                        byRate,
                        width,
                        share,
                        op.dtBias() == null ? 0 : 1,
                        (float) op.lowerBound())));
        all.addAll(given(byInput, byRate, width, share, op.aLog(), op.dtBias(), b));
        return all;
    }

    static List<Launch> timeStep(ElementwiseOp.TimeStep op, BackwardScope b) {
        int width = op.in().width();
        FloatArray dStep = b.given(op.step());
        FloatArray dDecay = b.given(op.decay());
        FloatArray byInput = b.back().scratch("by input", width);
        FloatArray byRate = b.back().scratch("by rate", width);
        FloatArray there = dStep == null ? dDecay : dStep;
        int kind = (dStep == null ? 0 : DecayGradientKernels.STEP) | (dDecay == null ? 0 : DecayGradientKernels.DECAY);
        List<Launch> all = new ArrayList<>();
        all.add(b.perToken(
                "timeStepGradients",
                width,
                DecayGradientKernels.LANES,
                KernelTask.of(
                        DecayGradientKernels::timeStepGradients,
                        b.slot(op.in()),
                        b.arrays().weight(op.aLog()),
                        b.arrays().weight(op.dtBias()),
                        there,
                        dDecay == null ? there : dDecay,
                        byInput,
                        byRate,
                        width,
                        kind,
                        (float) op.least(),
                        (float) Math.min(op.most(), Float.MAX_VALUE))));
        all.addAll(given(byInput, byRate, width, 1, op.aLog(), op.dtBias(), b));
        return all;
    }

    private static List<Launch> given(
            FloatArray byInput, FloatArray byRate, int width, int share, String aLog, String dtBias, BackwardScope b) {
        List<Launch> all = new ArrayList<>();
        GradientPlace dx = b.wanted().getFirst();
        if (dx != null) {
            all.add(b.pass("pass", byInput, dx, width));
        }
        FloatArray dRate = b.back().weightGradient(aLog);
        if (dRate != null) {
            all.add(b.sum("rateGradient", byRate, dRate, 1, width, share));
        }
        FloatArray dBias = b.back().weightGradient(dtBias);
        if (dBias != null) {
            all.add(b.sum("biasGradient", byInput, dBias, 1, width, 1));
        }
        return all;
    }
}
