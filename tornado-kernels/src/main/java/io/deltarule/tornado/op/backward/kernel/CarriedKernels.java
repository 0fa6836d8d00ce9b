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
     * Copies what is carried into a run, which is zero for a sequence that has had no token: before it is run it is kept, and put back
     * before it is run again.
     *
     * <p>from [N, size] (modified), to likewise (written).
     *
     * <p>Parallel over: every number. Oracle: core.reference.
     */
    public static void copyCarried(
            KernelContext context,
            IntArray table,
            FloatArray from,
            FloatArray to,
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
                value = from.get(at);
            }
            from.set(at, value);
            to.set(at, value);
        }
    }
}
