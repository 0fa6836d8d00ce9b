/**
 * The delta rule on the processor, below the public door: a run is cut into items of one sequence and some value heads,
 * and a worker computes an item, token by token or chunk by chunk, forward or backward. Two doors lead here: an operation's
 * plan in {@code core.cpu} and a layer's step in {@code core.cpu.op}. Uses {@code core.cpu.math}, {@code core.cpu.memory} and the root
 * package. Start at {@link io.deltarule.core.cpu.delta.DeltaRun}; the algebra of a chunk is in
 * {@link io.deltarule.core.cpu.delta.Chunk} and {@link io.deltarule.core.cpu.delta.ChunkDecay}.
 */
package io.deltarule.core.cpu.delta;
