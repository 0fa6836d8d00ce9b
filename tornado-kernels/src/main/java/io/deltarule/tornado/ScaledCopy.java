package io.deltarule.tornado;

import io.deltarule.tornado.graph.KernelTask;
import io.deltarule.tornado.graph.Launch;
import io.deltarule.tornado.graph.LaunchScope;
import io.deltarule.tornado.graph.RunTable;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** Copies an array on the device: states that kernels work on in their place, and gradients from one operation to another. */
final class ScaledCopy {
    private static final int LANES = 128;

    private ScaledCopy() {}

    /** The launch of one copy of a whole array, times a factor. */
    static Launch of(LaunchScope scope, String name, FloatArray from, FloatArray to, double factor) {
        int count = to.getSize();
        return scope.launch(
                name, LANES, run -> Math.ceilDiv(count, LANES), KernelTask.of(ScaledCopy::copy, from, to, count, (float)
                        factor));
    }

    /**
     * y = factor · x.
     *
     * <p>x [count], y [count] (written). Parallel over: every number.
     */
    static void copy(
            KernelContext context, IntArray table, FloatArray x, FloatArray y, int count, float factor, int signature) {
        int at = context.globalIdx;
        if (at == 0) {
            table.set(signature, table.get(RunTable.RUN));
        }
        if (at < count) {
            y.set(at, factor * x.get(at));
        }
    }
}
