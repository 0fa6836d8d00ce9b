/**
 * The delta rule forward: kernels, and the launches that put them in order.
 *
 * <p>Start with {@link io.deltarule.tornado.delta.ChunkLaunches} for chunks and {@link
 * io.deltarule.tornado.delta.RecurrentLaunches} for token by token; both read through {@link
 * io.deltarule.tornado.delta.ReadLaunches}. Each kernel's Javadoc has its equation, shapes and flags.
 *
 * <pre>
 *   decays, scores      ChunkDecayFactorsKernel, ChunkScoreKernel; ChannelScoreKernel where each key channel decays on its own
 *   inverse, solve      ChunkInverseKernel, ChunkSolveKernel; ChunkValueKernel where nothing is erased
 *   states, outputs     ChunkStateKernel (the write of a chunk's state; SegmentStartKernel between its two walks through segments,
 *                       which StateWalk decides on), ChunkOutputKernel
 *   selective read      RowLogitKernel, RowSoftmaxKernel; StateRowKernel for single tokens
 *   log-linear states   the same stages, several states a chunk; LevelKernels
 *   token by token      RecurrentKernel
 * </pre>
 *
 * {@link io.deltarule.tornado.delta.DeltaArrays} are one delta rule's tensors on the device, {@link
 * io.deltarule.tornado.delta.PlanArrays} those of an operation's plan, {@link io.deltarule.tornado.delta.ChunkBuffers} what stages
 * hand on. What kernels are told is in records that {@link io.deltarule.tornado.delta.KernelFlags} turns into bits.
 *
 * <p>May use {@code graph} and {@code quirks}.
 */
package io.deltarule.tornado.delta;
