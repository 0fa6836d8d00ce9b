/**
 * Weights stored in blocks that share scales, {@link io.deltarule.core.layer.WeightType}'s kinds from Q8_0 on, with this
 * machine's vectors: as float32, and times a vector of float32, which is not rounded.
 *
 * <p>Loops are written out in each method: a method that takes or returns vectors inside of a loop over blocks makes the JIT
 * box them where it does not inline it, and these are too large for it to inline all. Start with {@link
 * io.deltarule.core.cpu.block.BlockRows}.
 */
package io.deltarule.core.cpu.block;
