/**
 * The delta rule on the processor, below the public door: a run is cut into items of one sequence and some value heads,
 * and a worker computes an item, token by token or chunk by chunk, forward or backward. Two doors lead here: an operation's
 * plan in {@code core.cpu} and a layer's step in {@code core.cpu.op}. Uses {@code core.cpu.math} and the root package.
 */
package io.deltarule.core.cpu.delta;
