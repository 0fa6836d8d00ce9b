package io.deltarule.tornado.op.backward.kernel;

import io.deltarule.tornado.graph.RunTable;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** What a run of log-linear states hands to the run before it. */
public final class LevelSplitKernel {
    /** Work-items per work-group. */
    public static final int LANES = 128;

    private LevelSplitKernel() {}

    /**
     * The merge before a run's first chunk backward: the level ℓ that lower ones were merged into hands its gradient to each of them.
     *
     * <pre>  D^(i) ← D^(ℓ)        i &lt; ℓ </pre>
     *
     * <p>D [N, HV, L, K, V] (modified), for sequences that have tokens in the run and had some before; size = K V.
     *
     * <p>Parallel over: every number of one level. Source: docs/math/log-linear.md. Oracle: core.reference.
     */
    public static void splitMerged(
            KernelContext context,
            IntArray table,
            FloatArray gradients,
            int HV,
            int size,
            int sequences,
            int signature) {
        int at = context.globalIdx;
        if (at == 0) {
            table.set(signature, table.get(RunTable.RUN));
        }
        if (at < sequences * HV * size) {
            int sequence = at / (HV * size);
            int chunk = table.get(RunTable.SEQUENCES + 2 * sequence + 1);
            int merged = 0;
            if (table.get(RunTable.SEQUENCES + 2 * sequence + 3) > chunk) {
                merged = table.get(table.get(RunTable.CHUNK_LEVELS) + 3 * chunk + 2);
            }
            int lowest = at / size * table.get(RunTable.LEVELS) * size + at % size;
            for (int level = 0; level < merged; level++) {
                gradients.set(lowest + level * size, gradients.get(lowest + merged * size));
            }
        }
    }
}
