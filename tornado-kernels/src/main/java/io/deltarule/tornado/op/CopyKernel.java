package io.deltarule.tornado.op;

import io.deltarule.tornado.graph.RunTable;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** Kernels that only move: parts of rows and rows of tables. */
public final class CopyKernel {
    /** Work-items per work-group. */
    public static final int LANES = 128;

    private CopyKernel() {}

    /**
     * Part of each group's channels, y[i·length + j] = x[i·stride + offset + j].
     *
     * <p>x [tokens, groups · stride], y [tokens, groups · length] (written). As rows lie one after the other, groups
     * count on through the tokens.
     *
     * <p>Parallel over: every number. Source: core.layer.LayerOp. Oracle: core.reference.LayerEquations.
     */
    static void slice(
            KernelContext context,
            IntArray table,
            FloatArray x,
            FloatArray y,
            int width,
            int length,
            int stride,
            int offset,
            int signature) {
        int at = context.globalIdx;
        if (at == 0) {
            table.set(signature, table.get(RunTable.RUN));
        }
        if (at < table.get(RunTable.TOKENS) * width) {
            y.set(at, x.get(at / length * stride + offset + at % length));
        }
    }

    /**
     * Rows of a table, y_t = rows[id_t].
     *
     * <p>ids [tokens, 1], integers in float32 and known to be rows; rows [any, width] as {@link DeviceMatrix} has them; y [tokens, width] (written).
     *
     * <p>Parallel over: every number. Source: core.layer.LayerOp. Oracle: core.reference.LayerEquations.
     */
    static void embed(
            KernelContext context,
            IntArray table,
            FloatArray ids,
            FloatArray rows,
            IntArray packed,
            FloatArray y,
            int width,
            int bits,
            int signature) {
        int at = context.globalIdx;
        if (at == 0) {
            table.set(signature, table.get(RunTable.RUN));
        }
        if (at < table.get(RunTable.TOKENS) * width) {
            int row = (int) ids.get(at / width);
            y.set(at, DeviceMatrix.read(rows, packed, bits, row * width + at % width));
        }
    }

    /**
     * Two slots' channels one after the other in each group, y_i = (a_i, b_i), or (a_i, b) where all groups share b.
     *
     * <p>a [tokens, groups, first], b [tokens, groups, second] or [tokens, second], y [tokens, groups, first + second]
     * (written).
     *
     * <p>Parallel over: every number. Source: core.layer.ChannelOp. Oracle: core.reference.LayerEquations.
     */
    static void join(
            KernelContext context,
            IntArray table,
            FloatArray a,
            FloatArray b,
            FloatArray y,
            int groups,
            int first,
            int second,
            int shared,
            int signature) {
        int at = context.globalIdx;
        if (at == 0) {
            table.set(signature, table.get(RunTable.RUN));
        }
        int length = first + second;
        if (at < table.get(RunTable.TOKENS) * groups * length) {
            int group = at / length; // counted on through the tokens
            int i = at % length;
            float value = 0f;
            if (i < first) {
                value = a.get(group * first + i);
            } else {
                int row = shared != 0 ? group / groups : group;
                value = b.get(row * second + i - first);
            }
            y.set(at, value);
        }
    }

    /**
     * The same number everywhere.
     *
     * <p>y [tokens, width] (written). Parallel over: every number. Source: core.layer.ElementwiseOp.
     */
    public static void fill(
            KernelContext context, IntArray table, FloatArray y, int width, float value, int signature) {
        int at = context.globalIdx;
        if (at == 0) {
            table.set(signature, table.get(RunTable.RUN));
        }
        if (at < table.get(RunTable.TOKENS) * width) {
            y.set(at, value);
        }
    }
}
