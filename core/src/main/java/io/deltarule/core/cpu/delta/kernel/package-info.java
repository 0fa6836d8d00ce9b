/**
 * The inner loops of the delta rule on the CPU: products and substitutions on the rows of a chunk, sweeps over a state. They know
 * matrices and where rows lie ({@link io.deltarule.core.cpu.delta.kernel.ChunkSpan}), and nothing of variants.
 */
package io.deltarule.core.cpu.delta.kernel;
