/**
 * The chunkwise form with its products on tensor cores, in bfloat16 with sums in float32: scores, solve and read-outs. Decays, inverse
 * and states stay in float32.
 *
 * <pre>
 *   TensorCoreProducts        which products, as launches of one kernel; refuses what it does not do
 *   TileProductKernel   the kernel
 * </pre>
 *
 * Uses {@code delta} (the pipeline, its buffers) and {@code graph}. Start with {@link io.deltarule.tornado.delta.tensor.TensorCoreProducts}.
 */
package io.deltarule.tornado.delta.tensor;
