/**
 * The delta rule backward, by chunks: kernels, and the launches that put them in order.
 *
 * <p>Start with {@link io.deltarule.tornado.delta.backward.GradientLaunches}, which has the pipeline; {@link
 * io.deltarule.tornado.delta.backward.SelectiveGradientLaunches} is its part for the selective read, and {@link
 * io.deltarule.tornado.delta.backward.GradientStages} has the stages that both use several times.
 *
 * <pre>
 *   gradient of reads            ReadGradientKernel, RowWeightGradientKernel
 *   of key vectors               OuterGradientKernel (beyond the chunk), InnerGradientKernels (within it)
 *   of gates                     GateGradientKernels, GateCrossingKernel
 *   of log-linear states         the same, several states a chunk; LevelGradientKernels
 *   of a variant's tensors       InputGradientKernels
 * </pre>
 *
 * Scores, inverse, solve and states are those of the forward; what is only there to erase is left out where nothing is erased. May use {@code delta}, {@code graph} and {@code quirks}.
 */
package io.deltarule.tornado.delta.backward;
