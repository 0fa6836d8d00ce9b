package io.deltarule.tornado.op;

import io.deltarule.tornado.graph.KernelTask;
import io.deltarule.tornado.graph.Launch;
import io.deltarule.tornado.graph.LaunchScope;
import java.util.ArrayList;
import java.util.List;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/** The launches of a projection y = W x + b: the kernel for many tokens, where a run may have many, and the one for few. */
final class LinearLaunches {
    private LinearLaunches() {}

    /**
     * The launches; in a run one of them finds nothing to do.
     *
     * @param x [tokens, in]
     * @param W [out, in]
     * @param b [out], or null
     * @param y [tokens, out]
     */
    static List<Launch> of(
            FloatArray x,
            DeviceMatrix W,
            FloatArray b,
            FloatArray y,
            int in,
            int out,
            int maxTokens,
            LaunchScope scope) {
        FloatArray bias = b == null ? W.numbers() : b;
        int biased = b == null ? 0 : 1;
        List<Launch> launches = new ArrayList<>();
        if (LinearKernels.many(maxTokens)) {
            launches.add(scope.launch(
                    "multiplyTiles",
                    LinearKernels.TILE_LANES,
                    run -> LinearKernels.many(run.tokens())
                            ? Math.ceilDiv(run.tokens(), LinearKernels.TILE) * Math.ceilDiv(out, LinearKernels.TILE)
                            : 0,
                    KernelTask.of(
                            LinearKernels::multiplyTiles,
                            x,
                            W.numbers(),
                            W.packed(),
                            bias,
                            y,
                            in,
                            out,
                            W.bits(),
                            biased)));
        }
        launches.add(scope.launch(
                "multiplyRows",
                LinearKernels.ROW_LANES,
                run -> LinearKernels.many(run.tokens()) ? 0 : Math.ceilDiv(out, LinearKernels.ROWS),
                KernelTask.of(
                        LinearKernels::multiplyRows, x, W.numbers(), W.packed(), bias, y, in, out, W.bits(), biased)));
        return launches;
    }
}
