package io.deltarule.tornado.op.backward;

import io.deltarule.core.InvalidInputException;
import io.deltarule.core.layer.PositionOp;
import io.deltarule.core.layer.Slot;
import io.deltarule.tornado.graph.KernelTask;
import io.deltarule.tornado.graph.Launch;
import io.deltarule.tornado.op.RotaryKernels;
import io.deltarule.tornado.op.backward.kernel.AngleGradientKernel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.LongArray;

/** The launches of rotations: what was turned by an angle is turned back by it. */
final class PositionBackward {
    private PositionBackward() {}

    static List<Launch> rotary(PositionOp.Rotary op, BackwardScope b) {
        double[] rates = RotaryKernels.rates(op.theta(), op.rotary());
        LongArray phases = b.arrays().phases(negative(rates));
        return turnedBack(op.out(), op.in(), phases, phases, op.head(), op.rotary() / 2, 0, b);
    }

    /** Angles add up once more from those before the run, for operations of one width share them. */
    static List<Launch> selectiveRotary(PositionOp.SelectiveRotary op, BackwardScope b) {
        if (b.back().weightGradient(op.temperature()) != null) {
            throw new InvalidInputException("temperature " + op.temperature()
                    + ": engine tornado turns by it as it is when the plan is made, and does not train it; freeze it, or train"
                    + " with engine cpu");
        }
        int width = op.angles().width();
        int sequences = b.spec().sequences();
        double[] rates = new double[width];
        for (int i = 0; i < width; i++) {
            rates[i] = op.temperature() == null
                    ? 1
                    : b.spec().weights().get(op.temperature(), width).get(i);
        }
        LongArray angles = b.arrays().angles(width);
        List<Launch> all = new ArrayList<>();
        all.add(b.perSequence(
                "accumulateAngles",
                width,
                RotaryKernels.LANES,
                KernelTask.of(
                        RotaryKernels::accumulateAngles,
                        b.slot(op.angles()),
                        b.back().before(b.op()).getFirst(),
                        angles,
                        width,
                        sequences)));
        LongArray phases = b.arrays().phases(negative(rates));
        all.addAll(turnedBack(op.out(), op.in(), angles, phases, op.head(), op.rotary() / 2, 1, b));
        GradientPlace dPhi = b.wanted().get(1);
        FloatArray y = b.slot(op.out());
        all.add(b.perSequence(
                "angleGradients",
                width,
                AngleGradientKernel.LANES,
                KernelTask.of(
                        AngleGradientKernel::angleGradients,
                        y,
                        b.given(op.out()),
                        b.weight(op.temperature(), y),
                        b.back().carriedGradients(b.op()).getFirst(),
                        dPhi == null ? b.back().scratch("angles", width) : dPhi.array(),
                        op.in().width() / op.head(),
                        op.head(),
                        op.rotary() / 2,
                        op.temperature() == null ? 0 : 1,
                        dPhi == null ? 0 : dPhi.adds(),
                        sequences)));
        return all;
    }

    private static double[] negative(double[] rates) {
        return Arrays.stream(rates).map(rate -> -rate).toArray();
    }

    private static List<Launch> turnedBack(
            Slot out, Slot in, LongArray angles, LongArray phases, int head, int half, int selective, BackwardScope b) {
        GradientPlace dx = b.wanted().getFirst();
        if (dx == null) {
            return List.of();
        }
        int heads = in.width() / head;
        FloatArray turned = dx.add() ? b.back().scratch("turned", in.width()) : dx.array();
        List<Launch> all = new ArrayList<>();
        all.add(b.perToken(
                "turnBack",
                heads * (head - half),
                RotaryKernels.LANES,
                KernelTask.of(
                        RotaryKernels::turn, b.given(out), angles, phases, turned, heads, head, half, selective)));
        if (dx.add()) {
            all.add(b.pass("pass", turned, dx, in.width()));
        }
        return all;
    }
}
