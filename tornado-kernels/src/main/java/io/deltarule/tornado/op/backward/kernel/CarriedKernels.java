package io.deltarule.tornado.op.backward.kernel;

import io.deltarule.tornado.graph.RunTable;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** What a run carries in, kept for going back over it. */
public final class CarriedKernels {
    /** Work-items per work-group. */
    public static final int LANES = 128;

    private CarriedKernels() {}

    /**
     * Keeps what is carried into a run, which is zero for a sequence that has had no token.
     *
     * <p>state [N, size] (modified), before likewise (written).
     *
     * <p>Parallel over: every number. Oracle: core.reference.
     */
    public static void keepCarried(
            KernelContext context,
            IntArray table,
            FloatArray state,
            FloatArray before,
            int size,
            int sequences,
            int signature) {
        int at = context.globalIdx;
        if (at == 0) {
            table.set(signature, table.get(RunTable.RUN));
        }
        if (at < sequences * size) {
            float value = 0f;
            if (table.get(table.get(RunTable.POSITIONS) + at / size) > 0) {
                value = state.get(at);
            }
            state.set(at, value);
            before.set(at, value);
        }
    }
}
