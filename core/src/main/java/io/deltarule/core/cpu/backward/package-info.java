/**
 * The operations of layers backward on the processor, one {@link io.deltarule.core.cpu.backward.BackwardStep} each, over slots and
 * their gradients off-heap. Uses {@code core.cpu.op}, whose steps go forward, and {@code core.cpu.delta} for the delta rule. Start at
 * {@link io.deltarule.core.cpu.backward.BackwardRun}.
 */
package io.deltarule.core.cpu.backward;
