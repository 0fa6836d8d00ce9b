/**
 * Matrix products of warps: which elements of a tile each of a warp's 32 work-items holds, and what they compute together.
 *
 * <pre>
 *   FragmentLayout   rows and columns of the elements that a work-item holds
 *   WarpMatrices     loads from local memory, products, stores
 * </pre>
 *
 * Uses {@code grid} (the warp) and {@code check} (reads of local memory, reports). Start with {@link
 * io.deltarule.emulator.matrix.WarpMatrices}.
 */
package io.deltarule.emulator.matrix;
