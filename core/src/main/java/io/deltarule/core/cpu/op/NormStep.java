package io.deltarule.core.cpu.op;

import io.deltarule.core.Tensor;
import io.deltarule.core.cpu.math.Spans;
import io.deltarule.core.layer.NormOp;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;

/**
 * Sum, L2 and RMS norms, group by group: one sweep for the sum, one to scale, two more where there is a gate.
 */
public final class NormStep {
    private NormStep() {}

    /** y = x / √(Σ x² + eps). */
    public static LayerStep l2(SlotBuffer x, SlotBuffer y, int group, double eps) {
        int groups = x.width() / group;
        return run -> run.rows(2L * x.width(), (from, to, slot) -> {
            for (long i = from * groups; i < to * groups; i++) {
                long at = i * group * Float.BYTES;
                float inverse = (float) (1 / Math.sqrt(Spans.squares(x.data(), at, group) + eps));
                Spans.scale(x.data(), at, inverse, y.data(), at, group);
            }
        });
    }

    /** y = x / Σ x; the sum in float64, since what is added may cancel. */
    public static LayerStep sum(SlotBuffer x, SlotBuffer y, int group) {
        int groups = x.width() / group;
        return run -> run.rows(3L * x.width(), (from, to, slot) -> {
            for (long i = from * groups; i < to * groups; i++) {
                double sum = 0;
                for (int j = 0; j < group; j++) {
                    sum += x.data().get(ValueLayout.JAVA_FLOAT, (i * group + j) * Float.BYTES);
                }
                long at = i * group * Float.BYTES;
                Spans.scale(x.data(), at, (float) (1 / sum), y.data(), at, group);
            }
        });
    }

    /**
     * y = act(z) ⊙ w' ⊙ x / √(mean x² + eps).
     *
     * @param z null for no gate
     * @param stored w
     */
    public static LayerStep rms(
            NormOp.RmsNorm op, SlotBuffer x, SlotBuffer z, Tensor stored, SlotBuffer y, Arena arena) {
        SlotBuffer weight = SlotBuffer.scratch(arena, 1, op.group());
        weight(op, stored, weight);
        LayerStep step = rms(op, x, z, weight, y);
        return new LayerStep() {
            @Override
            public void run(LayerRun run) {
                step.run(run);
            }

            @Override
            public void refresh() {
                weight(op, stored, weight);
            }
        };
    }

    /** w' ← w, with the 1 that a zero-centred weight lacks. */
    public static void weight(NormOp.RmsNorm op, Tensor stored, SlotBuffer weight) {
        for (int i = 0; i < op.group(); i++) {
            weight.set(0, i, stored.get(i) + (op.zeroCentred() ? 1 : 0));
        }
    }

    private static LayerStep rms(NormOp.RmsNorm op, SlotBuffer x, SlotBuffer z, SlotBuffer weight, SlotBuffer y) {
        int group = op.group();
        int groups = x.width() / group;
        return run -> run.rows((z == null ? 3L : 6L) * x.width(), (from, to, slot) -> {
            for (long i = from * groups; i < to * groups; i++) {
                long at = i * group * Float.BYTES;
                double mean = (double) Spans.squares(x.data(), at, group) / group;
                float inverse = (float) (1 / Math.sqrt(mean + op.eps()));
                if (z == null) {
                    Spans.scaleTimes(x.data(), at, inverse, weight.data(), 0, y.data(), at, group);
                } else {
                    Activations.apply(op.activation(), z.data(), at, y.data(), at, group);
                    Spans.scaleTimes(y.data(), at, inverse, x.data(), at, y.data(), at, group);
                    Spans.scaleTimes(y.data(), at, 1, weight.data(), 0, y.data(), at, group);
                }
            }
        });
    }
}
