package io.deltarule.tornado.op.backward.kernel;

import io.deltarule.tornado.graph.RunTable;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** Gradients of what only moves numbers: each goes where its number came from. */
public final class MoveKernel {
    /** Work-items per work-group. */
    public static final int LANES = 128;

    private MoveKernel() {}

    /**
     * Takes a part of each block, x̄[i·part + j] = Σ_{s &lt; shared} ȳ[(i·shared + s)·stride + offset + j].
     *
     * <p>ȳ [blocks · shared, stride], x̄ [tokens, width], blocks of {@code part} (written, or modified where {@code add}). As rows
     * lie one after the other, blocks count on through the tokens.
     *
     * <p>Parallel over: every number of x̄. Accumulates: float, in order. Source: core.layer.ChannelOp. Oracle:
     * core.reference.backward.
     */
    public static void gather(
            KernelContext context,
            IntArray table,
            FloatArray dy,
            FloatArray dx,
            int width,
            int part,
            int stride,
            int offset,
            int shared,
            int add,
            int signature) {
        int at = context.globalIdx;
        if (at == 0) {
            table.set(signature, table.get(RunTable.RUN));
        }
        if (at < table.get(RunTable.TOKENS) * width) {
            float sum = 0f;
            for (int s = 0; s < shared; s++) {
                sum += dy.get((at / part * shared + s) * stride + offset + at % part);
            }
            if (add != 0) {
                sum += dx.get(at);
            }
            dx.set(at, sum);
        }
    }

    /**
     * Puts a part of each block in its place, x̄[i·stride + offset + j] = ȳ[i·part + j], and zeros beside it.
     *
     * <p>ȳ [blocks, part], x̄ [tokens, width], blocks of {@code stride} (written, or modified where {@code add}).
     *
     * <p>Parallel over: every number of x̄. Source: core.layer.ChannelOp. Oracle: core.reference.backward.
     */
    public static void scatter(
            KernelContext context,
            IntArray table,
            FloatArray dy,
            FloatArray dx,
            int width,
            int part,
            int stride,
            int offset,
            int add,
            int signature) {
        int at = context.globalIdx;
        if (at == 0) {
            table.set(signature, table.get(RunTable.RUN));
        }
        if (at < table.get(RunTable.TOKENS) * width) {
            int inside = at % stride - offset;
            float value = 0f;
            if (inside >= 0 && inside < part) {
                value = dy.get(at / stride * part + inside);
            }
            if (add != 0) {
                value += dx.get(at);
            }
            dx.set(at, value);
        }
    }
}
