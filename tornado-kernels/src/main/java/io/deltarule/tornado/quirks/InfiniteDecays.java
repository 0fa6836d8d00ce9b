package io.deltarule.tornado.quirks;

/**
 * The OpenCL backend of TornadoVM 5.2.0 compiles with fast relaxed maths, which may do anything with infinities and NaN. A
 * log-decay of −∞ is a full reset in what callers give; kernels see a large finite one instead, whose exponential is 0 as well.
 * For the same reason maxima in kernels begin with −{@link Float#MAX_VALUE} and not with −∞.
 */
public final class InfiniteDecays {
    /** The strongest log-decay that kernels see: sums of it over a chunk stay far from overflow. */
    private static final float FULL_RESET = -1e6f;

    private InfiniteDecays() {}

    /** A log-decay as kernels may see it. */
    public static float finite(float decay) {
        return Math.max(decay, FULL_RESET);
    }
}
