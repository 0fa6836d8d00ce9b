package io.deltarule.tornado.delta;

import io.deltarule.core.DeltaShape;
import io.deltarule.tornado.graph.KernelTask;
import io.deltarule.tornado.graph.RunTable;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** The write values of a chunk: its pseudo-values where nothing is erased. */
final class ChunkValueKernel {
    /** Work-items per work-group. */
    static final int LANES = 128;

    private ChunkValueKernel() {}

    /** The write values of all chunks. */
    static KernelTask task(DeltaShape s, DeltaArrays x, FloatArray values, int C) {
        return KernelTask.of(
                ChunkValueKernel::chunkValues, x.v(), x.writeGain(), values, s.V(), C, s.HV(), KernelFlags.of(x.map()));
    }

    /**
     * Write values, by chunks. Where nothing is erased it stands in the place of inverse and solve.
     *
     * <pre>  u = v ⊙ writeGain </pre>
     *
     * <p>v [micro-steps, HV, V], writeGain [micro-steps, HV, 1 or V] ({@link KernelFlags#WRITE_GAIN_PER_CHANNEL}); values = u
     * [chunks, HV, C, V] (written; rows past the chunk's end are zero).
     *
     * <p>Parallel over: chunk × value head; lanes over rows × value channels. Requires: work-groups of {@link #LANES}. Source:
     * docs/math/wy-representation.md. Oracle: core.reference.
     */
    static void chunkValues(
            KernelContext context,
            IntArray table,
            FloatArray v,
            FloatArray writeGain,
            FloatArray values,
            int V,
            int C,
            int HV,
            int flags,
            int signature) {
        int chunk = context.groupIdx / HV;
        int head = context.groupIdx % HV;
        int entry = table.get(RunTable.CHUNKS) + 2 * chunk;
        int first = table.get(entry);
        int length = table.get(entry + 1);
        if (context.globalIdx == 0) {
            table.set(signature, table.get(RunTable.RUN));
        }
        for (int at = context.localIdx; at < C * V; at += LANES) {
            int row = at / V;
            float value = 0f;
            if (row < length) {
                int headRow = (first + row) * HV + head;
                int from = headRow * V + at % V;
                value = v.get(from) * writeGain.get((flags & KernelFlags.WRITE_GAIN_PER_CHANNEL) != 0 ? from : headRow);
            }
            values.set(context.groupIdx * C * V + at, value);
        }
    }
}
