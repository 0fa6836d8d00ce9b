package io.deltarule.tornado.op.update;

import io.deltarule.tornado.graph.RunTable;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** Adam with decoupled weight decay. */
final class AdamKernel {
    /** Work-items per work-group. */
    static final int LANES = 128;

    static final int BETA1 = 0;
    static final int REST1 = 1;
    static final int BETA2 = 2;
    static final int REST2 = 3;
    static final int RATE = 4;
    static final int ROOT = 5;
    static final int EPSILON = 6;
    static final int KEEP = 7;
    static final int CLIP = 8;
    /** How many numbers a step has. */
    static final int NUMBERS = 9;

    private AdamKernel() {}

    /**
     * One number each.
     *
     * <pre>
     *   m ← β₁ m + rest₁ g        v ← β₂ v + rest₂ g²        w ← keep · w − rate · m / (√v · root + ε)
     * </pre>
     *
     * where g is multiplied by {@code clip} and keep is 1 unless {@code decays}.
     *
     * <p>g, w, m and v [any], of which {@code size} numbers from {@code first} on (the last three modified), step [{@link #NUMBERS}].
     *
     * <p>Parallel over: every number. Source: core.training.AdamStep. Oracle: training.AdamW.
     */
    static void adam(
            KernelContext context,
            IntArray table,
            FloatArray w,
            FloatArray g,
            FloatArray m,
            FloatArray v,
            FloatArray step,
            int first,
            int size,
            int decays,
            int signature) {
        int at = first + context.globalIdx;
        if (context.globalIdx == 0) {
            table.set(signature, table.get(RunTable.RUN));
        }
        if (context.globalIdx < size) {
            float given = step.get(CLIP) * g.get(at);
            float mean = step.get(BETA1) * m.get(at) + step.get(REST1) * given;
            float square = step.get(BETA2) * v.get(at) + step.get(REST2) * given * given;
            float keep = 1f;
            if (decays != 0) {
                keep = step.get(KEEP);
            }
            m.set(at, mean);
            v.set(at, square);
            float length = TornadoMath.sqrt(square) * step.get(ROOT) + step.get(EPSILON);
            w.set(at, keep * w.get(at) - step.get(RATE) * mean / length);
        }
    }
}
